"""必访: which tickets are called back about whatever a plan draws: one place, asked by the draw and by the call sheet.

Supervised, instructed, handled anew after a call or a reopening, badly rated in a round before, and those of which a
refusal was reported. A trigger on ``follow_up_draws`` holds the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, exists, literal, or_, select, union

from models.base import db
from models.ratings import Grade, Rating
from models.refusals import Refusal
from models.supervision import Level, Supervision
from models.tickets import Instruction, Ticket

BAD = [grade for grade in Grade if grade.is_bad]
_IS_SUPERVISED = (Supervision.revoked_at.is_(None), Supervision.level != Level.REMINDER)


def of(ticket_ids: Iterable[int]) -> Mapping[int, list[str]]:
    """Of each ticket, why it must be called back about. An anonymous grade is not told: its round is told as 重办."""
    ids = list(ticket_ids)
    parts: tuple[Any, ...] = (
        select(Supervision.ticket_id, literal("督办件").label("why")).where(
            Supervision.ticket_id.in_(ids), *_IS_SUPERVISED),
        select(Instruction.ticket_id, literal("批示件")).where(Instruction.ticket_id.in_(ids)),
        select(Refusal.ticket_id, literal("否定报备件")).where(Refusal.ticket_id.in_(ids)),
        select(Ticket.id, literal("重办件")).where(Ticket.id.in_(ids), Ticket.round > 1),
        select(Rating.ticket_id, literal("曾获差评")).where(
            Rating.ticket_id.in_(ids), Rating.grade.in_(BAD), Rating.is_anonymous.is_(False)),
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in db.session.execute(union(*parts)):
        found[row.ticket_id].append(row.why)
    return defaultdict(list, {ticket_id: sorted(found[ticket_id]) for ticket_id in ids})


def condition() -> ColumnElement[bool]:
    """The same as a condition on ``tickets``, for a set."""
    return or_(
        Ticket.round > 1,
        exists().where(Supervision.ticket_id == Ticket.id, *_IS_SUPERVISED),
        exists().where(Instruction.ticket_id == Ticket.id),
        exists().where(Refusal.ticket_id == Ticket.id),
    )
