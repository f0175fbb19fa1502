"""待办: what a unit owes on each of its tickets, from the signing to the answer, by time left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from models import clock
from models.access import Role
from models.base import LabelledEnum, UTCDateTime
from models.clocks import Clock, ClockKind
from models.directory import Enterprise, Organisation
from models.supervision import Level, Supervision
from models.tickets import Act, Proposal, ProposalKind, SigningStage, Status, Ticket
from operations.access.actor import Actor, Standing
from operations.access.scope import units_of
from operations.access.withholding import KEPT_FROM_ASKER, asked_by
from operations.clocks import rulebook
from operations.clocks.calendar import WorkCalendar
from operations.clocks.lights import Light, light_of
from operations.insight.lines import CALLED, FAR, UNIT, Cursor, comes_after, plain_rows, words_left
from operations.tickets.workflow import find

SHOWN = 25
UNIT_ROLES = (Role.CASE_OFFICER, Role.UNIT_LEADER)


class Owed(LabelledEnum):
    """What a unit owes."""

    SIGN = "sign", "签收"
    CONTACT = "contact", "首次联系"
    RESULT = "result", "办结"
    ASSIST = "assist", "协办"
    ANSWER = "answer", "督办答复"
    SIGN_OFF = "sign_off", "签批"
    INSTRUCTION = "instruction", "落实批示"


OF_CLOCK = {
    ClockKind.SIGNING: Owed.SIGN,
    ClockKind.CONTACT: Owed.CONTACT,
    ClockKind.ASSISTING: Owed.ASSIST,
    ClockKind.INSTRUCTION: Owed.INSTRUCTION,
}
ACTS = {
    Owed.SIGN: Act.SIGN,
    Owed.CONTACT: Act.CONTACT,
    Owed.RESULT: Act.PROPOSE_RESULT,
    Owed.ASSIST: Act.REPORT_ASSISTANCE,
    Owed.INSTRUCTION: Act.ANSWER_INSTRUCTION,
}


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing owed on one ticket. ``act`` is what the actor may do about it; None when it is not theirs to do.

    ``paper_id`` is the supervision order to answer, or the proposal to sign.
    """

    what: Owed
    light: Light
    words: str
    due_at: datetime | None
    act: Act | None
    paper_id: int | None
    is_proposed: bool


@dataclass(frozen=True, slots=True)
class Task:
    """A ticket with everything the unit owes on it, the tightest first."""

    row: Any
    duties: Sequence[Duty]


@dataclass(frozen=True, slots=True)
class Tasks:
    """One page of work with the figures of every filter; ``counts[None]`` counts tickets, whatever is owed."""

    tasks: Sequence[Task]
    counts: dict[Owed | None, int]
    after: Cursor | None


def tasks(actor: Actor, *, what: Owed | None = None, after: Cursor | None = None) -> Tasks:
    """待办：the tickets on which a unit of the actor's owes something, or owes ``what``, by time left."""
    posts = actor.posts_as(*UNIT_ROLES)
    asked: dict[str, Any] = asked_by(actor) | ({"what": what} if what else {})
    if after:
        asked |= {"after_due": after.moment, "after_id": after.row_id}
    rows = plain_rows(_page(posts, what is not None, after is not None), asked)
    shown = rows[:SHOWN]
    owed = _duties_of([row.id for row in shown], actor, posts)
    more = Cursor(shown[-1].next_due, shown[-1].id) if len(rows) > SHOWN else None
    return Tasks([Task(row, _in_order(owed[row.id], what)) for row in shown], _counts(actor, posts), more)


def _in_order(duties: list[Duty], wanted: Owed | None) -> list[Duty]:
    """What is looked for first, then the tightest, then as the work goes; what stands still last."""
    order = list(Owed)
    return sorted(duties, key=lambda duty: (
        wanted is not None and duty.what is not wanted, duty.light is Light.HOLD, duty.due_at or FAR,
        order.index(duty.what),
    ))


def _counts(actor: Actor, posts: tuple[Standing, ...]) -> dict[Owed | None, int]:
    (found,) = plain_rows(_counting(posts), asked_by(actor))
    return dict(zip((None, *Owed), found, strict=True))


def _duties_of(ids: list[int], actor: Actor, posts: tuple[Standing, ...]) -> dict[int, list[Duty]]:
    now, calendar = clock.now(), rulebook.lately().calendar
    owed: dict[int, list[Duty]] = {ticket_id: [] for ticket_id in ids}
    for row in plain_rows(_of_tickets(posts), {"ids": ids}):
        owed[row.ticket_id].append(_duty(row, actor, now=now, calendar=calendar))
    return owed


def _duty(row: Any, actor: Actor, *, now: datetime, calendar: WorkCalendar) -> Duty:
    what = Owed(row.what)
    act = ACTS.get(what)
    is_theirs = act is not None and not row.is_proposed and actor.holds(*find(act, Status.HANDLING).roles)
    is_theirs &= what is not Owed.RESULT or row.paused_at is None  # no result while it is on the ledger
    words = words_left(row, now=now, calendar=calendar)
    return Duty(what, light_of(row, now), words, row.due_at, act if is_theirs else None, row.paper_id,
                bool(row.is_proposed))


@lru_cache(maxsize=512)
def _page(posts: tuple[Standing, ...], is_filtered: bool, is_further: bool) -> Select[*tuple[Any, ...]]:
    owed = _owed(posts).subquery()
    tightest = func.min(case((owed.c.paused_at.is_(None), func.coalesce(owed.c.due_at, FAR)), else_=FAR))
    grouped = select(owed.c.ticket_id, tightest.label("next_due")).where(_may_know(owed)).group_by(owed.c.ticket_id)
    if is_filtered:
        grouped = grouped.where(owed.c.what == bindparam("what"))
    if is_further:
        grouped = grouped.having(comes_after(tightest, owed.c.ticket_id))
    held = grouped.order_by(tightest, owed.c.ticket_id).limit(SHOWN + 1).subquery()
    return (
        select(Ticket.id, Ticket.number, Ticket.subject, Ticket.status, Ticket.rung, Ticket.lead_unit_id,
               type_coerce(held.c.next_due, UTCDateTime()).label("next_due"), CALLED, UNIT)
        .join(held, held.c.ticket_id == Ticket.id)
        .join(Enterprise, Enterprise.id == Ticket.enterprise_id)
        .outerjoin(Organisation, Organisation.id == Ticket.lead_unit_id)
        .order_by(held.c.next_due, Ticket.id)
    )


@lru_cache(maxsize=512)
def _counting(posts: tuple[Standing, ...]) -> Select[*tuple[Any, ...]]:
    owed = _owed(posts).subquery()
    tickets = owed.c.ticket_id
    kinds = (func.count(case((owed.c.what == str(what), tickets)).distinct()).label(str(what)) for what in Owed)
    return select(func.count(tickets.distinct()).label("any"), *kinds).where(_may_know(owed))


def _may_know(owed: Any) -> ColumnElement[bool]:
    """Not about a unit of which the person is as well."""
    return owed.c.ticket_id.not_in(KEPT_FROM_ASKER)


@lru_cache(maxsize=512)
def _of_tickets(posts: tuple[Standing, ...]) -> Select[*tuple[Any, ...]]:
    owed = _owed(posts).subquery()
    return select(owed).where(owed.c.ticket_id.in_(bindparam("ids", expanding=True)))


def _owed(posts: tuple[Standing, ...]) -> CompoundSelect[*tuple[Any, ...]]:
    """Everything that the units of these posts owe now, one row each."""
    leaders = tuple(post for post in posts if post.role is Role.UNIT_LEADER)
    parts = [_by_clock(posts), _results(posts), _answers(posts)]
    return union_all(*parts, _signatures(leaders)) if leaders else union_all(*parts)


NOTHING: dict[str, Any] = {
    "paused_at": literal(None, UTCDateTime()), "rung": literal(0), "paper_id": literal(None, Supervision.id.type),
    "is_proposed": literal(0),
}
PARTS = ("what", "ticket_id", "due_at", "warn_at", *NOTHING)


def _row(**given: Any) -> Select[*tuple[Any, ...]]:
    """The columns that every part of the union has, in one order."""
    columns = NOTHING | given
    return select(*(columns[name].label(name) for name in PARTS))


def _of_units(column: Any, posts: tuple[Standing, ...]) -> ColumnElement[bool]:
    return or_(*(column.in_(units_of(post)) for post in posts))


def _by_clock(posts: tuple[Standing, ...]) -> Select[*tuple[Any, ...]]:
    what = case({kind: str(owed) for kind, owed in OF_CLOCK.items()}, value=Clock.kind)
    leads = any(post.role is Role.UNIT_LEADER for post in posts)
    kinds = [kind for kind in OF_CLOCK if leads or kind is not ClockKind.INSTRUCTION]
    rows = _row(what=what, ticket_id=Clock.ticket_id, due_at=Clock.due_at, warn_at=Clock.warn_at,
                paused_at=Clock.paused_at)
    return rows.where(_of_units(Clock.unit_id, posts), Clock.stopped_at.is_(None), Clock.kind.in_(kinds))


def _results(posts: tuple[Standing, ...]) -> Select[*tuple[Any, ...]]:
    proposed = select(Proposal.id).where(
        Proposal.ticket_id == Ticket.id, Proposal.kind == ProposalKind.RESULT, Proposal.decided_at.is_(None)
    )
    rows = _of_ticket(Owed.RESULT, is_proposed=case((proposed.exists(), 1), else_=0))
    return rows.where(_of_units(Ticket.lead_unit_id, posts), Ticket.status == Status.HANDLING,
                      Ticket.closed_at.is_(None))


def _answers(posts: tuple[Standing, ...]) -> Select[*tuple[Any, ...]]:
    """An answer to an order is never green: somebody above waits for it."""
    pressed = case((Supervision.level == Level.SECOND, Level.SECOND.rung), else_=0)
    rows = _row(what=literal(str(Owed.ANSWER)), ticket_id=Supervision.ticket_id, due_at=Supervision.due_at,
                warn_at=Supervision.opened_at, rung=pressed, paper_id=Supervision.id)
    return rows.where(
        _of_units(Supervision.receiver_id, posts), Supervision.ended_at.is_(None), Supervision.answered_at.is_(None),
        Supervision.level.in_([Level.FIRST, Level.SECOND]),
    )


def _of_ticket(what: Owed, **rest: Any) -> Select[*tuple[Any, ...]]:
    return _row(what=literal(str(what)), ticket_id=Ticket.id, due_at=Ticket.due_at, warn_at=Ticket.warn_at,
                paused_at=Ticket.paused_at, rung=Ticket.rung, **rest)


def _signatures(leaders: tuple[Standing, ...]) -> Select[*tuple[Any, ...]]:
    return _of_ticket(Owed.SIGN_OFF, paper_id=Proposal.id).join(Proposal, Proposal.ticket_id == Ticket.id).where(
        _of_units(Proposal.unit_id, leaders), Proposal.stage == SigningStage.UNIT_LEADER, Proposal.decided_at.is_(None)
    )
