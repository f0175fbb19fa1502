"""重办: a new round with the unit that had it last; the old one stays frozen with its clocks."""

from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import Organisation
from models.ratings import ReworkReason
from models.tickets import Act, OrderRole, Round, Status, Ticket, UnitOrder
from operations import notices
from operations.access.actor import Actor
from operations.tickets import accused
from operations.tickets.advance import advance
from operations.tickets.coordination import order_unit


def begin_round(
    ticket: Ticket, act: Act, *, actor: Actor, reason: str, version: int | None = None,
    cause: ReworkReason | None = None,
) -> None:
    """Begin it by ``act``, within the running operation: at the last lead unit, or at coordination where none led."""
    lead = last_lead(ticket)
    if lead and accused.is_within(lead, accused.houses_of(ticket)):
        lead = ticket.lead_unit_id = None  # named since: another unit has to be found
    target = Status.HANDLING if lead else Status.COORDINATING
    if lead:
        ticket.lead_unit_id = lead.id
    advance(ticket, act, actor=actor, words=reason, version=version, target=target,
            units=[[lead.id, OrderRole.LEAD]] if lead else None, cause=str(cause) if cause else None)
    db.session.add(Round(ticket_id=ticket.id, number=ticket.round, reason=reason[:500], opened_at=clock.now()))
    if lead:
        order_unit(ticket, lead, OrderRole.LEAD, actor=actor, basis=act.label)
        notices.tell_units([lead], ticket, f"{act.label}：{ticket.subject}")
    else:
        notices.tell_stewards(ticket, f"{act.label}：{ticket.subject}")


def last_lead(ticket: Ticket) -> Organisation | None:
    """The unit that led it last."""
    rows = select(Organisation).join(UnitOrder, UnitOrder.unit_id == Organisation.id)
    led = rows.where(UnitOrder.ticket_id == ticket.id, UnitOrder.role == OrderRole.LEAD)
    return db.session.scalar(led.order_by(UnitOrder.id.desc()).limit(1))
