"""退回: how often each unit returned what it was given to lead, and the register behind every figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import aliased

from models.base import LabelledEnum, db
from models.directory import Organisation
from models.tickets import Decision, OrderOutcome, OrderRole, Proposal, ProposalKind, Ticket, UnitOrder
from operations.access.actor import Actor
from operations.access.routing_scope import order_scope
from operations.access.scope import ticket_scope
from operations.clocks.shanghai import month_bounds
from operations.insight.keyset import TOP, Page, Place, paged

PAGE = 25


class State(LabelledEnum):
    """What became of an order to lead, as far as returns go."""

    RETURNED = "returned", "退回"
    AGAIN = "again", "退回后仍由其办理"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the register is narrowed to; ``month`` is the first day of one, by when the unit was given the ticket."""

    month: date | None = None
    unit_id: int | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """One unit in one month."""

    id: int
    unit: str
    ordered: int
    returned: int
    again: int


def condition(state: State) -> ColumnElement[bool]:
    """A state as a condition on ``unit_orders``."""
    returned = UnitOrder.outcome == OrderOutcome.SENT_BACK
    if state is State.RETURNED:
        return returned
    later = aliased(UnitOrder)
    again = select(later.id).where(
        later.ticket_id == UnitOrder.ticket_id, later.unit_id == UnitOrder.unit_id, later.id > UnitOrder.id,
        later.role == OrderRole.LEAD,
    )
    return and_(returned, again.exists())


def figures(actor: Actor, month: date) -> Sequence[Figures]:
    """每单位每月: orders to lead, those returned, those that came back; each equals the register so narrowed."""
    returned = func.sum(case((condition(State.RETURNED), 1), else_=0))
    rows = _counted(actor, Narrowing(month), Organisation.short_name, returned).group_by(Organisation.short_name)
    # Asked by itself: as one more sum PostgreSQL would hash every order there is to look for a few.
    back = _counted(actor, Narrowing(month, state=State.AGAIN))
    again = {unit_id: count for unit_id, count in db.session.execute(back)}
    found = [Figures(id, unit, ordered, returned, again.get(id, 0))
             for id, ordered, unit, returned in db.session.execute(rows)]
    return sorted(found, key=lambda one: (-one.returned / one.ordered, -one.ordered, one.id))


def _counted(actor: Actor, narrowing: Narrowing, *more: Any) -> Any:
    """Per unit its id, how many orders, and ``more``."""
    rows: Any = select(Organisation.id, func.count(), *more).select_from(UnitOrder)
    rows = rows.join(Ticket, Ticket.id == UnitOrder.ticket_id).join(Organisation, Organisation.id == UnitOrder.unit_id)
    return rows.where(order_scope(actor), *_narrowed(narrowing)).group_by(Organisation.id)


def page_of(actor: Actor, narrowing: Narrowing, *, place: Place = TOP) -> Page:
    """One page of the register, the latest order first."""
    why = select(Proposal.reason).where(
        Proposal.ticket_id == UnitOrder.ticket_id, Proposal.unit_id == UnitOrder.unit_id,
        Proposal.kind == ProposalKind.SEND_BACK, Proposal.decision == Decision.GRANTED,
        Proposal.proposed_at >= UnitOrder.ordered_at, Proposal.proposed_at <= UnitOrder.ended_at,
    ).order_by(Proposal.id.desc()).limit(1)
    rows: Any = (
        select(
            UnitOrder.id, UnitOrder.ordered_at, UnitOrder.ended_at, UnitOrder.outcome, Ticket.number, Ticket.subject,
            Organisation.short_name.label("unit"), why.scalar_subquery().label("reason"),
            ticket_scope(actor).label("may_open"),
        )
        .join(Ticket, Ticket.id == UnitOrder.ticket_id)
        .join(Organisation, Organisation.id == UnitOrder.unit_id)
        .where(order_scope(actor), *_narrowed(narrowing))
    )
    return paged(rows, UnitOrder.ordered_at, UnitOrder.id, size=PAGE, place=place, is_descending=True)


def name_of(unit_id: int) -> str:
    """The short name of a unit that the register is narrowed to."""
    return db.session.scalar(select(Organisation.short_name).where(Organisation.id == unit_id)) or ""


def _narrowed(narrowing: Narrowing) -> list[ColumnElement[bool]]:
    found = [UnitOrder.role == OrderRole.LEAD]
    if narrowing.month:
        begins, ends = month_bounds(narrowing.month)
        found += [UnitOrder.ordered_at >= begins, UnitOrder.ordered_at < ends]
    if narrowing.unit_id is not None:
        found.append(UnitOrder.unit_id == narrowing.unit_id)
    if narrowing.state:
        found.append(condition(narrowing.state))
    return found
