"""督办 by people: issue by hand, sign for, answer, accept or reject; opening is written by the addressee's own POST."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from models import clock
from models.access import Role
from models.base import db
from models.clocks import Clock
from models.log import Event
from models.supervision import Level, Supervision, SupervisionSource
from models.tickets import Act, Ticket
from operations import log
from operations.access.actor import Actor, Standing
from operations.base import hold, operation
from operations.clocks import rulebook
from operations.errors import DomainError, NotAllowed, Refused, Stale
from operations.supervision import ladder
from operations.supervision.announcing import announce
from operations.supervision.measures import by_rule
from operations.supervision.opening import Opening, end_below, open_orders
from operations.tickets.advance import advance, may
from operations.tickets.situation import Situation

OPENED = "open_supervision"
JOINED = "这份督办已与同一办件的另一份合并，在那一份里签收、答复即可。"


@operation
def supervise(ticket: Ticket, *, actor: Actor, reason: str, version: int | None = None) -> Supervision:
    """督办：issue the next order by hand. The centre issues the first; the supervisor's office whatever comes next."""
    hold(ticket)  # what presses it now is what the new order climbs from, or joins
    standing = may(ticket, Act.SUPERVISE, actor)
    if version is not None and version != ticket.version:
        raise Stale
    situation = Situation(ticket, actor)
    below = situation.open_supervision
    level = next_level(below.level if below else None, standing.role)
    return _issue(ticket, _opening(ticket, level, _pressed_clock(situation, below), reason), actor)


def refer(ticket: Ticket, *, actor: Actor, reason: str) -> Supervision | None:
    """移交问责：the ticket's highest rung, in the transaction of the leader's approval; none where nothing presses it."""
    db.session.flush()
    hold(ticket)
    situation = Situation(ticket, actor)
    below = situation.open_supervision
    if below is None or below.level is Level.REFERRAL:
        return None
    return _issue(ticket, _opening(ticket, Level.REFERRAL, _pressed_clock(situation, below), reason), actor)


@operation
def record_opening(order: Supervision, *, actor: Actor) -> None:
    """打开：each person of the receiving unit is recorded once, by name; the first one opens it for the unit."""
    post = receiving_post(order, actor)
    if post is None:
        raise NotAllowed
    held = select(Supervision.read_at).where(Supervision.id == order.id).with_for_update()  # two clicks are one opening
    order.read_at = db.session.scalar(held) or clock.now()
    if not db.session.scalar(select(_opening_of(order, actor).exists())):
        log.record(OPENED, object_type="supervision", object_id=order.id, actor=actor, standing=post,
                   ticket_id=order.ticket_id, round=order.round)


def opened_by(actor: Actor, orders: Sequence[Any]) -> set[int]:
    """Ids of those ``orders`` (anything with ``id`` and ``ticket_id``) that the actor has opened: one statement."""
    mine = select(Event.object_id).where(
        Event.of_tickets({order.ticket_id for order in orders}), Event.action == OPENED,
        Event.actor_id == actor.user_id, Event.object_id.in_([order.id for order in orders]),
    )
    return set(db.session.scalars(mine)) if orders else set()


def receiving_post(order: Supervision, actor: Actor) -> Standing | None:
    """The post by which the actor is an addressee: an officer's unit is the receiver, a leader's is it or above it."""
    path = order.receiver.path if order.receiver else ""
    for post in actor.posts_as(Role.CASE_OFFICER, Role.UNIT_LEADER):
        if post.unit_id == order.receiver_id or (post.role is Role.UNIT_LEADER and path.startswith(post.unit_path)):
            return post
    return None


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
def accept_answer(order: Supervision, ticket: Ticket, *, actor: Actor, version: int | None = None) -> None:
    """认可答复：the order is lifted when the ticket moves on (domain.md §7)."""
    ensure_may_judge(order, ticket, actor=actor)
    advance(ticket, Act.ACCEPT_ANSWER, actor=actor, version=version, supervision=order.id)
    order.accepted_at = clock.now()


@operation
def reject_answer(order: Supervision, ticket: Ticket, *, actor: Actor, reason: str, version: int | None = None) -> None:
    """退回答复：the receiver has its answering limit again; the second rejection climbs a rung."""
    ensure_may_judge(order, ticket, actor=actor)
    advance(ticket, Act.REJECT_ANSWER, actor=actor, words=reason, version=version, supervision=order.id)
    order.rejected_count += 1
    order.answered_at = None
    if order.level not in ladder.WITH_LIMITS:
        return
    rules, now = rulebook.current(), clock.now()
    order.due_at = rules.calendar.due(now, rules.rung_limit("answer")).due_at
    order.fire_at = min(moment for moment in (order.due_at, order.stage_due_at) if moment)
    if order.rejected_count >= rules.policy("ladder")["rejections"]:
        order.due_at = order.fire_at = now  # unanswered at its limit: the sweep opens the next rung


@dataclass(frozen=True, slots=True)
class Offer:
    """What the actor may do with an order now: the very rules that would refuse it decide (habit 11)."""

    sign: bool
    answer: bool
    judge: bool


def open_to(order: Supervision, ticket: Ticket, *, actor: Actor) -> Offer:
    """What to offer on the page of an order. A reminder asks for nothing."""
    is_open = order.ended_at is None and order.joined_to_id is None and order.level is not Level.REMINDER
    is_due = is_open and receiving_post(order, actor) is not None
    return Offer(
        sign=is_due and order.signed_at is None and _may(ticket, Act.SIGN_SUPERVISION, actor),
        answer=is_due and order.answered_at is None and _may(ticket, Act.ANSWER_SUPERVISION, actor),
        judge=_may(ticket, Act.ACCEPT_ANSWER, actor)
        and not_to_judge(order, may(ticket, Act.ACCEPT_ANSWER, actor).role) is None,
    )


def ensure_may_judge(order: Supervision, ticket: Ticket, *, actor: Actor) -> None:
    """Raise what stands against accepting or rejecting the answer."""
    objection = not_to_judge(order, may(ticket, Act.ACCEPT_ANSWER, actor).role)
    if objection:
        raise Refused(objection)


def not_to_judge(order: Supervision, role: Role) -> str | None:
    """Why this office may not judge the answer: there is none, or the centre looks above its own rung."""
    if order.ended_at is not None:
        return "这份督办已经结束。"
    if order.answered_at is None or order.accepted_at is not None:
        return "没有待认可的答复。"
    if role is Role.CLERK and order.level.rung > Level.FIRST.rung:
        return f"{order.level.label}由营商办认可或退回答复。"
    return None


def next_level(below: Level | None, role: Role) -> Level:
    """The rung above ``below`` (None: nothing stands): the centre's is the first, the office's whatever comes next."""
    if role is Role.CLERK or below is None:
        return Level.FIRST
    return ladder.NEXT[below]


def _pressed_clock(situation: Situation, below: Supervision | None) -> Clock:
    known = (running for running in situation.clocks if below and running.id == below.clock_id)
    return next(known, None) or situation.case_clock or min(situation.clocks, key=lambda running: running.due_at)


def _opening(ticket: Ticket, level: Level, pressed: Clock, reason: str) -> Opening:
    return Opening(
        clock_id=pressed.id,
        ticket_id=ticket.id,
        round=ticket.round,
        due_version=pressed.due_version,
        level=level,
        rule=by_rule.BY_HAND,
        region_path=ticket.region_path,
        subject=ticket.subject,
        kind=pressed.kind,
        enterprise_id=ticket.enterprise_id,
        receiver_id=ladder.receiver_of(pressed.kind, pressed.unit_id, ticket.lead_unit_id),
        clock_due_at=pressed.due_at,
        reason=reason,
    )


def _issue(ticket: Ticket, opening: Opening, actor: Actor) -> Supervision:
    now, rules = clock.now(), rulebook.current()
    db.session.flush()
    end_below([opening], now)
    opened = open_orders([opening], now=now, rules=rules, actor=actor)
    if not opened:
        raise Refused("同一期限的这一级督办已经发出过。")
    order = db.session.get_one(Supervision, opened[0].order_id)
    order.source, order.issued_by_id = SupervisionSource.PERSON, actor.user_id
    ticket.rung = max(ticket.rung, opening.level.rung)
    by_rule.propose_talks(opened, now, actor=actor, reason=opening.reason)
    announce(opened, now)
    return order


def _may(ticket: Ticket, act: Act, actor: Actor) -> bool:
    try:
        return bool(may(ticket, act, actor))
    except DomainError:
        return False


def _opening_of(order: Supervision, actor: Actor) -> Select[Any]:
    return select(Event.seq).where(
        Event.of_ticket(order.ticket_id), Event.action == OPENED, Event.object_id == order.id,
        Event.actor_id == actor.user_id,
    )


def _ensure_received(order: Supervision, actor: Actor) -> None:
    if receiving_post(order, actor) is None:
        raise NotAllowed
    if order.ended_at is not None:
        raise Refused("这份督办已经结束。")
    if order.joined_to_id is not None:
        raise Refused(JOINED)
