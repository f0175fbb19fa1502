"""One order in full: who issued it, its limits, who opened, signed and answered, and what comes next."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, literal, or_, select
from sqlalchemy.orm import joinedload

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.clocks import Clock
from models.directory import Organisation, Region
from models.letters import Letter
from models.log import Event, EventWords
from models.months import first_notice_of
from models.notices import Notice
from models.supervision import Level, Supervision
from models.tickets import Act, Ticket
from operations.access import vacancies
from operations.access.actor import Actor
from operations.access.letter_scope import letter_scope
from operations.access.scope import supervision_scope
from operations.clocks import rulebook
from operations.errors import NotFound
from operations.supervision import chain, receipts, wording
from operations.supervision.announcing import TO_LEADERS
from operations.supervision.supervision import OPENED

SHOWN_PEOPLE, READ_EVENTS = 12, 120
TOLD = {
    Act.SUPERVISE: "发出", OPENED: "打开", Act.SIGN_SUPERVISION: "签收", Act.ANSWER_SUPERVISION: "答复",
    Act.ACCEPT_ANSWER: "认可答复", Act.REJECT_ANSWER: "退回答复", Act.REMIND: "催办",
    Act.REMIND_BY_PHONE: "电话催办",
}


@dataclass(slots=True)
class Recipient:
    """One addressee. ``is_copied``: told for information, owes nothing."""

    user_id: int
    name: str
    title: str
    is_copied: bool
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to the order."""

    at: datetime
    label: str
    who: str
    words: str
    post: str = ""


@dataclass(slots=True)
class Card:
    """What the panel and the page of an order show; ``limits`` are (name, moment, explanation or empty)."""

    order: Supervision
    ticket: Ticket
    clock_kind: str
    issued_by: str
    cause: str
    step_words: str
    is_slow: bool
    next_step: str
    letter: Letter | None
    limits: list[tuple[str, datetime, str]]
    people: list[Recipient] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def why_no_letter(self) -> str:
        """What the register says where an order has no letter."""
        if self.letter is not None or self.order.level is Level.REMINDER:
            return ""
        if self.order.joined_to_id is not None:
            return "并入同一办件的另一份督办，随那一份的督办函一并送达，不另发函。"
        if self.order.receiver_id is None:
            return "还没有派到单位，没有收文单位，不发督办函；已用站内消息告知管家或服务专员。"
        return "" if self.order.issuer_id else "本地区没有发文机关，不发督办函；已用站内消息告知责任单位。"

    @property
    def rail(self) -> list[tuple[str, str]]:
        """The receipt rail."""
        return receipts.steps(self.order, clock.now())


def find(actor: Actor, order_id: int) -> tuple[Supervision, Ticket]:
    """The order with its ticket, or NotFound: not there, or not the actor's to see."""
    row = db.session.execute(_found(actor, order_id)).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def card(actor: Actor, order_id: int) -> Card:
    """The card of an order in five statements. Raises NotFound."""
    row = db.session.execute(_found(actor, order_id)).first()
    if row is None:
        raise NotFound
    order, ticket, kind, issuer_name, letter = row
    now, rules = clock.now(), rulebook.lately()
    shown = Card(
        order=order,
        ticket=ticket,
        clock_kind=kind.label,
        issued_by=issuer_name or "系统按规则",
        cause=wording.cause(order.rule),
        step_words=receipts.words(order, now, calendar=rules.calendar),
        is_slow=receipts.is_slow(order, now),
        next_step=wording.next_step(order, rules),
        letter=letter,
        limits=_limits(order, rules),
    )
    events = _events(order)
    shown.people = _people(order, events)
    shown.steps = [_step(event) for event in events]
    return shown


def _found(actor: Actor, order_id: int) -> Any:
    return (
        select(Supervision, Ticket, Clock.kind, User.name, Letter)
        .join(Ticket, Ticket.id == Supervision.ticket_id)
        .join(Clock, Clock.id == Supervision.clock_id)
        .outerjoin(User, User.id == Supervision.issued_by_id)
        .outerjoin(Letter, (Letter.supervision_id == Supervision.id) & letter_scope(actor))
        .options(joinedload(Supervision.issuer), joinedload(Supervision.receiver), joinedload(Ticket.lead_unit))
        .where(Supervision.id == order_id, supervision_scope(actor))
    )


def _limits(order: Supervision, rules: rulebook.Rulebook) -> list[tuple[str, datetime, str]]:
    wanted = (
        ("签收", order.sign_due_at, "sign"),
        ("答复", order.due_at, "answer"),
        ("推进办件", order.stage_due_at, "same_stage"),
    )
    return [(name, due_at, _explained(order, due_at, limit, rules)) for name, due_at, limit in wanted if due_at]


def _explained(order: Supervision, due_at: datetime, limit: str, rules: rulebook.Rulebook) -> str:
    """The reckoning of a limit; none where the date came about otherwise (an answer sent back, a changed rule)."""
    asked = rules.rung_limit(limit)
    as_issued = rules.calendar.due(order.opened_at, asked).due_at == due_at
    return rules.calendar.explain(order.opened_at, asked) if as_issued else ""


def _events(order: Supervision) -> list[Row[Any]]:
    rows: Any = (
        select(Event.at, Event.action, Event.actor_id, Event.object_type, Event.object_id, Event.body, User.name,
               EventWords.words, Post.title, Post.role, Organisation.short_name.label("unit"))
        .outerjoin(User, User.id == Event.actor_id)
        .outerjoin(Post, Post.id == Event.post_id)
        .outerjoin(Organisation, Organisation.id == Post.organisation_id)
        .outerjoin(EventWords, EventWords.of_ticket(order.ticket_id))
        .where(Event.of_ticket(order.ticket_id), Event.action.in_([str(act) for act in TOLD]))
        .order_by(Event.seq.desc())
        .limit(READ_EVENTS)
    )
    return [row for row in db.session.execute(rows) if _is_about(row, order)]


def _is_about(event: Row[Any], order: Supervision) -> bool:
    if event.action == Act.REMIND:
        return event.at >= order.opened_at and (order.ended_at is None or event.at <= order.ended_at)
    if event.object_type == "supervision":
        return bool(event.object_id == order.id)
    return bool(json.loads(event.body)["details"].get("supervision") == order.id)


def _step(event: Row[Any]) -> Step:
    post = f"{event.unit} {event.title or event.role.label}" if event.unit else ""
    if "in_place_of" in json.loads(event.body)["details"]:
        post = f"{post}，{vacancies.TITLE}"
    return Step(event.at, TOLD[event.action], event.name or "系统", event.words or "", post)


def _people(order: Supervision, events: list[Row[Any]]) -> list[Recipient]:
    posts = db.session.execute(_addressees(order)).all()
    people = [Recipient(post.user_id, post.name, post.title or post.role.label, post.role is Role.LEADER)
              for post in posts]
    if order.receiver_id and not any(post.role is Role.UNIT_LEADER for post in posts):
        people += _next_above(order.receiver_id, {person.user_id for person in people})
    told = _notices(order, [person.user_id for person in people])
    opened = {event.actor_id: event.at for event in events if event.action == OPENED}
    signed = {event.actor_id: event.at for event in events if event.action == Act.SIGN_SUPERVISION}
    for person in people:
        person.delivered_at, read_at = told.get(person.user_id, (None, None))
        person.opened_at = read_at if person.is_copied else opened.get(person.user_id)
        person.signed_at = signed.get(person.user_id)
    return people


def _next_above(receiver_id: int, known: set[int]) -> list[Recipient]:
    """Who was told in the place of a leader whom the unit has not."""
    heads = set(chain.heads([receiver_id]).get(receiver_id, ())) - known
    rows = select(User.id, User.name).where(User.id.in_(heads)).order_by(User.id)
    return [Recipient(user_id, name, f"上一级负责人，{vacancies.TITLE}", False) for user_id, name in db.session.execute(rows)]


def _addressees(order: Supervision) -> Any:
    of_unit = (Post.organisation_id == order.receiver_id) & Post.role.in_([Role.UNIT_LEADER, Role.CASE_OFFICER])
    copied = (Post.role == Role.LEADER) & literal(order.region_path).startswith(Region.path)
    return (
        select(Post.user_id, User.name, Post.title, Post.role)
        .join(User, User.id == Post.user_id)
        .outerjoin(Region, Region.id == Post.region_id)
        .where(Post.ended_at.is_(None), or_(of_unit, copied) if order.level in TO_LEADERS else of_unit)
        .order_by((Post.role == Role.LEADER), (Post.role == Role.CASE_OFFICER), Post.rank, Post.id)
        .limit(SHOWN_PEOPLE)
    )


def _notices(order: Supervision, user_ids: list[int]) -> dict[int, tuple[datetime | None, datetime | None]]:
    """When the message about the order was delivered to each, and read: all that a copy leaves behind."""
    if not user_ids:
        return {}
    keys = [f"supervision.{order.id}.{user_id}" for user_id in user_ids]
    rows = select(Notice.user_id, Notice.delivered_at, Notice.read_at).where(
        Notice.dedup_key.in_(keys), Notice.id >= first_notice_of(order.ticket_id)
    )
    return {user_id: (delivered_at, read_at) for user_id, delivered_at, read_at in db.session.execute(rows)}
