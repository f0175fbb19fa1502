"""并单: a ticket goes with another about the same thing, and can be taken out again as if it had never left."""

from models import clock
from models.base import db
from models.clocks import Clock, ClockOutcome
from models.tickets import Act, Merge, Status, Ticket
from operations import notices
from operations.access.actor import Actor
from operations.base import operation
from operations.clocks import clocks
from operations.errors import BadInput, Refused
from operations.tickets.advance import advance


@operation
def merge(ticket: Ticket, *, actor: Actor, main: Ticket, reason: str, version: int | None = None) -> None:
    """并单：``ticket`` goes with ``main`` and inherits its result; its enterprise still rates."""
    if main.id == ticket.id:
        raise BadInput("不能与自己并单。")
    if not main.is_open:
        raise BadInput("主件应当是在办的诉求。")
    came_from = ticket.status
    ticket.merged_into_id = main.id
    db.session.add(
        Merge(ticket_id=ticket.id, main_ticket_id=main.id, from_status=came_from, merged_by_id=actor.user_id,
              merged_at=clock.now())
    )
    advance(ticket, Act.MERGE, actor=actor, words=reason, version=version, main=main.id)
    notices.tell_enterprise(ticket, f"已与同类诉求合并办理：{ticket.subject}", words=reason)


@operation
def unmerge(ticket: Ticket, *, actor: Actor, reason: str, version: int | None = None) -> None:
    """撤销并单：back to where it was; its clocks go on with the due dates they had."""
    undone = db.session.query(Merge).filter_by(ticket_id=ticket.id, undone_at=None).one_or_none()
    if undone is None:
        raise Refused("本件没有并单。")
    ticket.merged_into_id = None
    advance(ticket, Act.UNMERGE, actor=actor, words=reason, version=version, target=Status(undone.from_status),
            merged_at=undone.merged_at.isoformat())
    undone.undone_at, undone.undone_by_id = clock.now(), actor.user_id
    _let_go_on(ticket, undone)


def _let_go_on(ticket: Ticket, undone: Merge) -> None:
    dropped = db.session.query(Clock).filter_by(
        ticket_id=ticket.id, stopped_at=undone.merged_at, outcome=ClockOutcome.DROPPED
    )
    for stopped in dropped:
        stopped.stopped_at = stopped.outcome = None
        stopped.fire_at = clocks.next_fire(stopped, clock.now())
        clocks.running(ticket).append(stopped)
