"""督办 by people: issue by hand, sign for, answer, accept or reject; opening is written by the addressee's own POST."""

from dataclasses import dataclass

from models import clock
from models.access import Role
from models.base import db
from models.supervision import Level, Supervision, SupervisionSource
from models.tickets import Act, Ticket
from operations import log
from operations.access.actor import Actor
from operations.base import operation
from operations.clocks import rulebook
from operations.errors import DomainError, NotAllowed, NotFound, Refused, Stale
from operations.supervision import ladder, sweep
from operations.supervision.announcing import announce
from operations.tickets.advance import advance, may
from operations.tickets.situation import Situation


@operation
def supervise(ticket: Ticket, *, actor: Actor, reason: str, version: int | None = None) -> Supervision:
    """督办：issue the next order by hand. The centre issues the first; the supervisor's office whatever comes next."""
    standing = may(ticket, Act.SUPERVISE, actor)
    situation = Situation(ticket, actor)
    pressed = situation.case_clock or min(situation.clocks, key=lambda running: running.due_at)
    below = situation.open_supervision
    level = _next_level(below.level if below else None, standing.role)
    if version is not None and version != ticket.version:
        raise Stale
    opening = sweep.Opening(
        clock_id=below.clock_id if below else pressed.id,
        ticket_id=ticket.id,
        round=ticket.round,
        due_version=below.due_version if below else pressed.due_version,
        level=level,
        rule="by_hand",
        region_path=ticket.region_path,
        receiver_id=pressed.unit_id or ticket.lead_unit_id,
        due_at=pressed.due_at,
    )
    return _issue(ticket, opening, actor, reason)


@operation
def record_opening(order: Supervision, *, actor: Actor) -> None:
    """打开：the first opening by somebody of the receiving unit; later ones change nothing."""
    if not _receives(order, actor):
        raise NotAllowed
    if order.read_at is None:
        order.read_at = clock.now()
        db.session.flush()
        _note(order, actor, "open_supervision")


@operation
def sign(order: Supervision, ticket: Ticket, *, actor: Actor) -> None:
    """签收督办：by the receiving unit."""
    _ensure_received(order, actor)
    if order.signed_at is not None:
        raise Refused("已经签收过。")
    advance(ticket, Act.SIGN_SUPERVISION, actor=actor, supervision=order.id)
    now = clock.now()
    order.read_at = order.read_at or now
    order.signed_at, order.signed_by_id = now, actor.user_id


@operation
def answer(order: Supervision, ticket: Ticket, *, actor: Actor, words: str) -> None:
    """答复督办：in writing; who answers has also signed for it."""
    _ensure_received(order, actor)
    if order.answered_at is not None:
        raise Refused("已经答复，等待督办单位认可。")
    advance(ticket, Act.ANSWER_SUPERVISION, actor=actor, words=words, supervision=order.id)
    now = clock.now()
    order.read_at = order.read_at or now
    if order.signed_at is None:
        order.signed_at, order.signed_by_id = now, actor.user_id
    order.answer, order.answered_at, order.answered_by_id = words, now, actor.user_id
    order.fire_at = order.stage_due_at


@operation
def accept_answer(order: Supervision, ticket: Ticket, *, actor: Actor) -> None:
    """认可答复：the order is lifted when the ticket moves on (domain.md §7)."""
    _ensure_answered(order)
    advance(ticket, Act.ACCEPT_ANSWER, actor=actor, supervision=order.id)
    order.accepted_at = clock.now()


@operation
def reject_answer(order: Supervision, ticket: Ticket, *, actor: Actor, reason: str) -> None:
    """退回答复：the receiver has its answering limit again; the second rejection climbs a rung."""
    _ensure_answered(order)
    advance(ticket, Act.REJECT_ANSWER, actor=actor, words=reason, supervision=order.id)
    rules, now = rulebook.current(), clock.now()
    order.rejected_count += 1
    order.answered_at = None
    order.due_at = rules.calendar.due(now, rules.rung_limit("answer")).due_at
    order.fire_at = min(moment for moment in (order.due_at, order.stage_due_at) if moment)
    if order.rejected_count >= rules.policy("ladder")["rejections"]:
        order.due_at = order.fire_at = now  # unanswered at its limit: the sweep opens the next rung


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item of a bulk act."""

    number: str
    is_done: bool
    words: str


def supervise_all(tickets: list[Ticket], *, actor: Actor, reason: str) -> list[Outcome]:
    """Issue an order for each ticket; rights and rungs are checked again for each, one refusal stops no other."""
    return [_attempt(ticket, lambda t=ticket: supervise(t, actor=actor, reason=reason).level.label) for ticket in tickets]


def _attempt(ticket: Ticket, act: object) -> Outcome:
    number = ticket.number
    try:
        return Outcome(number, True, f"已发出{act()}")  # type: ignore[operator]
    except DomainError as refusal:
        return Outcome(number, False, str(refusal))


def _next_level(below: Level | None, role: Role) -> Level:
    if role is Role.CLERK or below is None:
        return Level.FIRST
    return ladder.NEXT[below]


def _issue(ticket: Ticket, opening: sweep.Opening, actor: Actor, reason: str) -> Supervision:
    now, rules = clock.now(), rulebook.current()
    db.session.flush()
    sweep.end_below([opening], now)
    opened = sweep.open_orders([opening], now=now, rules=rules, actor=actor)
    if not opened:
        raise Refused("同一期限的这一级督办已经发出过。")
    order = db.session.get_one(Supervision, opened[0].order_id)
    order.source, order.reason, order.issued_by_id = SupervisionSource.PERSON, reason, actor.user_id
    ticket.rung = max(ticket.rung, opening.level.rung)
    announce(opened, now)
    return order


def _receives(order: Supervision, actor: Actor) -> bool:
    posts = actor.posts_as(Role.CASE_OFFICER, Role.UNIT_LEADER)
    path = order.receiver.path if order.receiver else ""
    return any(
        post.unit_id == order.receiver_id or (post.role is Role.UNIT_LEADER and path.startswith(post.unit_path))
        for post in posts
    )


def _ensure_received(order: Supervision, actor: Actor) -> None:
    if not _receives(order, actor):
        raise NotAllowed
    if order.ended_at is not None:
        raise Refused("这份督办已经结束。")


def _ensure_answered(order: Supervision) -> None:
    if order.ended_at is not None:
        raise Refused("这份督办已经结束。")
    if order.answered_at is None or order.accepted_at is not None:
        raise NotFound("没有待认可的答复。")


def _note(order: Supervision, actor: Actor, action: str) -> None:
    log.record(action, object_type="supervision", object_id=order.id, actor=actor, standing=actor.posts[0],
                     ticket_id=order.ticket_id, round=order.round)


