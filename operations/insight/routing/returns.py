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


def figures(actor: Actor, month: date) -> Sequence[Any]:
    """每单位每月: orders to lead, those returned, those that came back; each equals the register so narrowed."""
    sums = [func.sum(case((condition(state), 1), else_=0)).label(state.value) for state in State]
    rows = (
        select(Organisation.id, Organisation.short_name.label("unit"), func.count().label("ordered"), *sums)
        .select_from(UnitOrder)
        .join(Ticket, Ticket.id == UnitOrder.ticket_id)
        .join(Organisation, Organisation.id == UnitOrder.unit_id)
        .where(order_scope(actor), *_narrowed(Narrowing(month)))
        .group_by(Organisation.id, Organisation.short_name)
    )
    found = db.session.execute(rows).all()
    return sorted(found, key=lambda row: (-row.returned / row.ordered, -row.ordered, row.id))


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
