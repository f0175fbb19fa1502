"""诉求不合理 as pages show it: what waits for a second person, by whom it was asked how often, and one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, true
from sqlalchemy.orm import aliased

from models.access import User
from models.base import LabelledEnum, db
from models.clocks import Clock, ClockKind
from models.directory import Enterprise, Organisation
from models.ratings import FollowUp
from models.tickets import Reply, Result, Ticket
from models.unreasonable import UnreasonableFinding
from operations.access.actor import Actor
from operations.access.finding_scope import finding_scope
from operations.clocks.shanghai import month_bounds
from operations.insight.keyset import TOP, Page, Place, paged

PAGE = 25
F = UnreasonableFinding
FINDER, DECIDER = aliased(User), aliased(User)


class State(LabelledEnum):
    """What the list is asked for."""

    ALL = "all", "提请"
    WAITING = "waiting", "待复核"
    AGREED = "agreed", "认定"
    DECLINED = "declined", "不认定"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A state, a month by when it was asked, and perhaps one caller."""

    state: State
    month: date | None = None
    finder_id: int | None = None


@dataclass(frozen=True, slots=True)
class Of:
    """One caller: calls that were answered, and what of them was found unreasonable."""

    user_id: int
    name: str
    reached: int
    counts: Mapping[State, int]

    @property
    def rate(self) -> str:
        """Of a hundred answered calls."""
        return f"{100 * self.counts[State.ALL] / self.reached:.1f}%" if self.reached else "—"


def page_of(actor: Actor, narrowing: Narrowing, *, place: Place = TOP) -> Page:
    """One page, the latest first."""
    rows: Any = (
        select(F.id, F.found_at, F.reason, F.is_agreed, F.decided_at, FINDER.name.label("finder"),
               DECIDER.name.label("decider"), Ticket.number, Ticket.subject, Organisation.short_name.label("unit"),
               Clock.due_at)
        .join(Ticket, Ticket.id == F.ticket_id).join(FINDER, FINDER.id == F.found_by_id)
        .outerjoin(DECIDER, DECIDER.id == F.decided_by_id)
        .outerjoin(Organisation, Organisation.id == Ticket.lead_unit_id)
        .outerjoin(Clock, and_(Clock.ticket_id == F.ticket_id, Clock.round == F.round,
                               Clock.kind == ClockKind.COUNTERSIGN))
    )
    rows = rows.where(*_narrowed(actor, narrowing))
    return paged(rows, F.found_at, F.id, size=PAGE, place=place, is_descending=True)


def counts(actor: Actor, narrowing: Narrowing) -> Mapping[State, int]:
    """How many in each state."""
    sums = [func.coalesce(func.sum(case((condition(state), 1), else_=0)), 0) for state in State]
    within = _narrowed(actor, Narrowing(State.ALL, narrowing.month, narrowing.finder_id))
    return dict(zip(State, db.session.execute(select(*sums).select_from(F).where(*within)).one(), strict=True))


def by_caller(actor: Actor, month: date | None) -> Sequence[Of]:
    """Everybody who asked in the month, who asked most first, beside the calls of theirs that were answered."""
    sums = [func.sum(case((condition(state), 1), else_=0)).label(state.value) for state in State]
    found: Any = (
        select(F.found_by_id, User.name, *sums).join(User, User.id == F.found_by_id)
        .where(*_narrowed(actor, Narrowing(State.ALL, month))).group_by(F.found_by_id, User.name)
    )
    rows = db.session.execute(found.order_by(func.count().desc(), User.name)).all()
    reached: Any = select(FollowUp.called_by_id, func.count()).where(
        FollowUp.called_by_id.in_([row.found_by_id for row in rows]), FollowUp.was_reached.is_(True))
    if month:
        begins, ends = month_bounds(month)
        reached = reached.where(FollowUp.called_at >= begins, FollowUp.called_at < ends)
    calls = {caller: count for caller, count in db.session.execute(reached.group_by(FollowUp.called_by_id))}
    return [Of(row.found_by_id, row.name, calls.get(row.found_by_id, 0),
               {state: getattr(row, state.value) for state in State}) for row in rows]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One finding with the call, what was done and told, and who decided what."""

    row: UnreasonableFinding
    ticket: Ticket
    enterprise: str
    unit: str
    call: FollowUp
    result: Any
    told: str
    finder: str
    decider: str
    due_at: datetime | None


def sheet(found: UnreasonableFinding) -> Sheet:
    """The sheet of what the actor may open, in one statement."""
    within = and_(Result.ticket_id == F.ticket_id, Result.round == F.round)
    parts: Any = (
        select(Ticket, Enterprise.name, Organisation.short_name, FollowUp, Result, Reply.text, FINDER.name,
               DECIDER.name, Clock.due_at).select_from(F)
        .join(Ticket, Ticket.id == F.ticket_id).join(Enterprise, Enterprise.id == Ticket.enterprise_id)
        .join(FollowUp, FollowUp.id == F.follow_up_id).join(FINDER, FINDER.id == F.found_by_id)
        .outerjoin(DECIDER, DECIDER.id == F.decided_by_id)
        .outerjoin(Organisation, Organisation.id == Ticket.lead_unit_id)
        .outerjoin(Result, within).outerjoin(Reply, and_(Reply.ticket_id == F.ticket_id, Reply.round == F.round))
        .outerjoin(Clock, and_(Clock.ticket_id == F.ticket_id, Clock.round == F.round,
                               Clock.kind == ClockKind.COUNTERSIGN))
    )
    ticket, enterprise, unit, call, result, told, finder, decider, due_at = db.session.execute(
        parts.where(F.id == found.id).limit(1)).one()
    return Sheet(found, ticket, enterprise, unit or "", call, result, told or "", finder, decider or "", due_at)


def condition(state: State) -> ColumnElement[bool]:
    """A state as a condition on ``unreasonable_findings``."""
    return {State.ALL: true(), State.WAITING: F.decided_at.is_(None), State.AGREED: F.is_agreed.is_(True),
            State.DECLINED: F.is_agreed.is_(False)}[state]


def _narrowed(actor: Actor, narrowing: Narrowing) -> list[ColumnElement[bool]]:
    found = [finding_scope(actor), condition(narrowing.state)]
    if narrowing.month:
        begins, ends = month_bounds(narrowing.month)
        found += [F.found_at >= begins, F.found_at < ends]
    if narrowing.finder_id is not None:
        found.append(F.found_by_id == narrowing.finder_id)
    return found
