"""What happens to the supervision of a ticket when the ticket itself moves."""

from sqlalchemy import bindparam, select

from models import clock
from models.base import db
from models.clocks import Clock
from models.refusals import Refusal, RefusalEnd
from models.supervision import Level, Supervision, SupervisionEnd
from models.tickets import Status, Ticket
from operations.supervision import joining

_OPEN = (
    select(Supervision, Clock)
    .join(Clock, Clock.id == Supervision.clock_id)
    .where(Supervision.ticket_id == bindparam("ticket"), Supervision.ended_at.is_(None))
    .execution_options(populate_existing=True)
)
_RUNG = select(Ticket.rung).where(Ticket.id == bindparam("ticket"))


def settle(ticket: Ticket) -> None:
    """End the orders whose clock has stopped or has a new due date ahead, and repeat the highest rung on the ticket."""
    if ticket.refusing_since and ticket.status is not Status.HANDLING:
        _lapse_refusal(ticket)
    db.session.flush()  # the act has taken the ticket's row: a sweep that was faster is seen whole, a later one waits
    if not db.session.scalar(_RUNG, {"ticket": ticket.id}):
        return
    now = clock.now()
    pressing = db.session.execute(_OPEN, {"ticket": ticket.id}).all()
    heeded = {order.id for order, _ in pressing if _was_heeded(order)}
    for order, pressed in pressing:
        promised_anew = pressed.due_version != order.due_version and pressed.due_at > now
        if pressed.stopped_at is not None or promised_anew:
            was_heeded = not heeded.isdisjoint({order.id, order.joined_to_id})
            end(order, SupervisionEnd.LIFTED if was_heeded else SupervisionEnd.MOVED_ON)
    stand_or_fall(ticket, [order for order, _ in pressing])


def revoke(ticket: Ticket, order: Supervision) -> None:
    """复核撤销：no figure counts the order any more; an open one ends, and the ticket stands on its next rung."""
    pressing = [each for each, _ in db.session.execute(_OPEN, {"ticket": ticket.id})]  # read anew, so before any change
    order.revoked_at = clock.now()
    if order.ended_at is None:
        end(order, SupervisionEnd.REVOKED)
        stand_or_fall(ticket, pressing)


def stand_or_fall(ticket: Ticket, orders: list[Supervision]) -> None:
    """Let what was joined to an ended order stand, and repeat the highest rung that is left on the ticket."""
    joining.let_stand(orders, [order.id for order in orders if order.ended_at is not None])
    ticket.rung = max((order.level.rung for order in orders if order.ended_at is None), default=0)


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
