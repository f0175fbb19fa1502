"""服务中心: what nobody took in, what must be dispatched, what units sent back and why, and whom to call back."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from models import clock
from models.access import Role, User
from models.base import LabelledEnum, db
from models.clocks import Clock
from models.directory import Enterprise, Organisation, Stewardship
from models.tickets import (
    Decision,
    LedgerEntry,
    OrderOutcome,
    Proposal,
    ProposalKind,
    Status,
    Ticket,
    UnitOrder,
)
from operations.access.actor import Actor
from operations.access.withholding import is_kept_from, open_to
from operations.clocks import rulebook, shanghai
from operations.clocks.calendar import WorkCalendar
from operations.clocks.lights import Light, light_of
from operations.insight.keyset import TOP, Place, paged_first
from operations.insight.lines import CALLED, COLUMNS, Cursor, Line, line_of, words_left

SHOWN, COUNTED, ON_HOLD_SHOWN = 25, 500, 5
REVIEW_DAYS = 7


class Queue(LabelledEnum):
    """The parts of the dispatch queue."""

    RETURNED = "returned", "部门退回"
    DISPATCH = "dispatch", "待派单"
    UNTAKEN = "untaken", "无人受理"


@dataclass(frozen=True, slots=True)
class Measure:
    """One running clock of a ticket, as lists show it."""

    name: str
    light: Light
    words: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Return:
    """Why a unit sent a ticket back, and to whom it thinks the ticket belongs."""

    unit: str
    reason: str
    basis: str
    suggested: str
    times: int


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket before the centre, with its clocks and, when it came back, why."""

    line: Line
    clocks: Sequence[Measure]
    came_back: Return | None


@dataclass(frozen=True, slots=True)
class Cases:
    """One page of a queue with the cursors of its neighbours."""

    cases: Sequence[Case]
    before: Cursor | None
    after: Cursor | None


def queued(actor: Actor, queues: Sequence[Queue], *, place: Place = TOP) -> Cases:
    """One page of what lies in these parts of the queue in the actor's region, by due moment."""
    now, calendar = clock.now(), rulebook.lately().calendar
    main = select(User.name).join(Stewardship, Stewardship.steward_id == User.id).where(_looks_after(now)).limit(1)
    rows: Any = (
        select(*COLUMNS, Ticket.submitted_at, Ticket.channel, CALLED, main.scalar_subquery().label("steward"))
        .join(Enterprise, Enterprise.id == Ticket.enterprise_id)
    )
    parts = [select(Ticket.id).where(_in_region(actor), _lies_in(queue, now)) for queue in queues]
    page = paged_first(parts, rows, Ticket.due_at, Ticket.id, size=SHOWN, place=place)
    ids = [row.id for row in page.rows]
    running = _running(ids, now=now, calendar=calendar)
    why = _returns(ids) if Queue.RETURNED in queues else {}
    cases = [Case(line_of(row, now=now, calendar=calendar), running[row.id], why.get(row.id)) for row in page.rows]
    return Cases(cases, page.previous, page.next)


def counts(actor: Actor) -> dict[Queue, int]:
    """How many lie in each part of the queue, counted up to COUNTED so that a backlog costs no time."""
    now = clock.now()
    found = db.session.execute(select(*(_counted(_in_region(actor), _lies_in(queue, now)) for queue in Queue))).one()
    return dict(zip(Queue, found, strict=True))


def waiting(actor: Actor) -> tuple[int, Sequence[Any]]:
    """What waits for somebody else: how many for the enterprise's supplement, and the next ledger reviews."""
    supplement = _counted(_in_region(actor), _stands_at(Status.AWAITING_SUPPLEMENT))
    until = shanghai.today() + timedelta(days=REVIEW_DAYS)
    reviews = (
        select(Ticket.number, Ticket.subject, LedgerEntry.review_on, LedgerEntry.ledger_class, CALLED)
        .join(LedgerEntry, LedgerEntry.ticket_id == Ticket.id)
        .join(Enterprise, Enterprise.id == Ticket.enterprise_id)
        .where(LedgerEntry.left_at.is_(None), LedgerEntry.review_on <= until, _in_region(actor))
        .order_by(LedgerEntry.review_on, LedgerEntry.id)
        .limit(ON_HOLD_SHOWN)
    )
    return db.session.scalar(select(supplement)) or 0, db.session.execute(reviews).all()


def _in_region(actor: Actor) -> ColumnElement[bool]:
    posts = actor.posts_as(Role.CLERK)
    within = or_(*(Ticket.region_path.startswith(post.region_path, autoescape=True) for post in posts))
    return within & open_to(actor, Ticket.id)


def _stands_at(status: Status) -> ColumnElement[bool]:
    return and_(Ticket.status == status, Ticket.closed_at.is_(None))


def _lies_in(queue: Queue, now: datetime) -> ColumnElement[bool]:
    sent_back = exists().where(
        UnitOrder.ticket_id == Ticket.id, UnitOrder.round == Ticket.round, UnitOrder.outcome == OrderOutcome.SENT_BACK
    )
    if queue is Queue.UNTAKEN:
        alone = ~exists().where(_looks_after(now))
        return and_(_stands_at(Status.SUBMITTED), or_(Ticket.due_at < now, alone))
    came_back = sent_back if queue is Queue.RETURNED else ~sent_back
    return and_(_stands_at(Status.COORDINATING), came_back)


def _looks_after(now: datetime) -> ColumnElement[bool]:
    return and_(
        Stewardship.enterprise_id == Ticket.enterprise_id,
        Stewardship.started_at <= now,
        or_(Stewardship.ended_at.is_(None), Stewardship.ended_at > now),
        ~is_kept_from(Stewardship.steward_id, Ticket.id, kind=Ticket.kind),
    )


def _counted(*conditions: ColumnElement[bool]) -> Any:
    some = select(Ticket.id).where(*conditions).limit(COUNTED + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _running(ids: list[int], *, now: datetime, calendar: WorkCalendar) -> dict[int, list[Measure]]:
    rows = select(
        Clock.ticket_id, Clock.kind, Clock.due_at, Clock.warn_at, Clock.paused_at, literal(0).label("rung")
    )
    found: dict[int, list[Measure]] = defaultdict(list)
    rows = rows.where(Clock.ticket_id.in_(ids), Clock.stopped_at.is_(None)).order_by(Clock.due_at)
    for row in db.session.execute(rows):
        words = words_left(row, now=now, calendar=calendar)
        found[row.ticket_id].append(Measure(row.kind.label, light_of(row, now), words, row.due_at))
    return found


def _returns(ids: list[int]) -> dict[int, Return]:
    found: dict[int, Return] = {}
    times: dict[int, int] = defaultdict(int)
    for row in db.session.execute(_send_backs(ids)):  # the oldest first: the last one stays
        times[row.ticket_id] += 1
        found[row.ticket_id] = Return(row.unit, row.reason, row.basis, row.suggested or "", times[row.ticket_id])
    return found


def _send_backs(ids: list[int]) -> Select[*tuple[Any, ...]]:
    suggested = aliased(Organisation)
    return (
        select(
            Proposal.ticket_id, Proposal.reason, Proposal.basis, Organisation.short_name.label("unit"),
            suggested.short_name.label("suggested"),
        )
        .join(Organisation, Organisation.id == Proposal.unit_id)
        .outerjoin(suggested, suggested.id == Proposal.suggested_unit_id)
        .where(
            Proposal.ticket_id.in_(ids), Proposal.kind == ProposalKind.SEND_BACK, Proposal.decision == Decision.GRANTED
        )
        .order_by(Proposal.id)
    )
