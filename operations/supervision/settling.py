"""What happens to the supervision of a ticket when the ticket itself moves."""

from sqlalchemy import bindparam, select

from models import clock
from models.base import db
from models.clocks import Clock
from models.refusals import Refusal, RefusalEnd
from models.supervision import Level, Supervision, SupervisionEnd
from models.tickets import Status, Ticket

_OPEN = (
    select(Supervision, Clock)
    .join(Clock, Clock.id == Supervision.clock_id)
    .where(Supervision.ticket_id == bindparam("ticket"), Supervision.ended_at.is_(None))
)


def settle(ticket: Ticket) -> None:
    """End the orders whose clock has stopped or has a new due date ahead, and repeat the highest rung on the ticket."""
    if ticket.refusing_since and ticket.status is not Status.HANDLING:
        _lapse_refusal(ticket)
    if not ticket.rung:
        return
    now = clock.now()
    standing = 0
    for order, pressed in db.session.execute(_OPEN, {"ticket": ticket.id}):
        promised_anew = pressed.due_version != order.due_version and pressed.due_at > now
        if pressed.stopped_at is not None or promised_anew:
            end(order, SupervisionEnd.LIFTED if _was_heeded(order) else SupervisionEnd.MOVED_ON)
        else:
            standing = max(standing, order.level.rung)
    ticket.rung = standing


def end(order: Supervision, how: SupervisionEnd) -> None:
    """Close an order; the sweep looks at it no more."""
    order.ended_at = clock.now()
    order.ended_as = how
    order.fire_at = None


def _lapse_refusal(ticket: Ticket) -> None:
    """The enterprise has withdrawn: there is nothing left to refuse."""
    rows = select(Refusal).where(Refusal.ticket_id == ticket.id, Refusal.ended_at.is_(None))
    for refusal in db.session.scalars(rows):
        refusal.ended_at, refusal.ended_as = clock.now(), RefusalEnd.LAPSED
    ticket.refusing_since = None


def _was_heeded(order: Supervision) -> bool:
    return order.level is Level.REMINDER or order.accepted_at is not None
