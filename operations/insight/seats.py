"""联审席位: the reviews in which somebody still owes their opinion, shown where they work."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from models.base import db
from models.clocks import Clock
from models.refusals import Refusal, ReviewMember
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.withholding import open_to

SHOWN = 20


def owed(actor: Actor) -> Sequence[Row[Any]]:
    """Refusal, ticket and until when, the most pressing first; a review that is concluded or ended waits for nobody."""
    rows: Any = (
        select(Refusal.id, Ticket.number, Ticket.subject, Clock.due_at)
        .select_from(ReviewMember)
        .join(Refusal, Refusal.id == ReviewMember.refusal_id)
        .join(Ticket, Ticket.id == Refusal.ticket_id)
        .outerjoin(Clock, Clock.id == Refusal.review_clock_id)
        .where(
            ReviewMember.user_id == actor.user_id, ReviewMember.given_at.is_(None), ReviewMember.released_at.is_(None),
            Refusal.ended_at.is_(None), Refusal.reviewed_at.is_(None), open_to(actor, Refusal.ticket_id),
        )
        .order_by(Clock.due_at, Refusal.id)
        .limit(SHOWN)
    )
    return db.session.execute(rows).all()
