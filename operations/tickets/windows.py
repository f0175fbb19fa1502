"""等待期届满: windows in which somebody might have answered, and did not. They end in an act, not in supervision."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from models import clock
from models.base import db
from models.clocks import Clock, ClockKind
from models.tickets import Ticket
from operations.errors import DomainError
from operations.ratings.sampling import drawing
from operations.tickets import ledger
from operations.tickets.aftercare import lapse_rating
from operations.tickets.intake import lapse_supplement

log = logging.getLogger(__name__)

LAPSES: dict[ClockKind, Callable[[Ticket], None]] = {
    ClockKind.SUPPLEMENT: lapse_supplement,
    ClockKind.RATING: lapse_rating,
}


@dataclass(slots=True)
class Lapsed:
    """What one pass did; ``refusals`` are the tickets that would not move, each with its sentence."""

    scanned: int = 0
    done: int = 0
    latest_seconds: int = 0
    refusals: list[str] = field(default_factory=list)


def lapse_due() -> Lapsed:
    """届满：every supplement and rating window that has run out, oldest first. One bad ticket stops no other."""
    now = clock.now()
    rows = select(Clock.ticket_id, Clock.kind, Clock.fire_at).where(Clock.fire_at <= now, Clock.kind.in_(LAPSES))
    due = db.session.execute(rows.order_by(Clock.fire_at, Clock.id)).all()
    return _each(((ticket_id, LAPSES[kind], fire_at or now) for ticket_id, kind, fire_at in due), now)


def resume_due() -> Lapsed:
    """复核日已到：every ticket on the ledger whose review date has come goes on. One bad ticket stops no other."""
    due = [ticket.id for ticket in ledger.due_for_review()]
    now = clock.now()
    return _each(((ticket_id, ledger.resume_from_ledger, now) for ticket_id in due), now)


def call_after_all() -> Lapsed:
    """改为必访：every ticket that a draw has spared and that must be called since. One bad ticket stops no other."""
    now = clock.now()
    due = [ticket.id for ticket in drawing.to_call_after_all()]
    return _each(((ticket_id, drawing.call_after_all, now) for ticket_id in due), now)


def next_lapse_at() -> datetime | None:
    """When the next such window runs out: a simulated clock jumps to it."""
    rows = select(Clock.fire_at).where(Clock.fire_at.is_not(None), Clock.kind.in_(LAPSES))
    return db.session.scalar(rows.order_by(Clock.fire_at).limit(1))


def _each(due: Iterable[tuple[int, Callable[[Ticket], None], datetime]], now: datetime) -> Lapsed:
    lapsed = Lapsed()
    for ticket_id, lapse, fire_at in due:
        lapsed.scanned += 1
        lapsed.latest_seconds = max(lapsed.latest_seconds, int((now - fire_at).total_seconds()))
        ticket = db.session.get_one(Ticket, ticket_id)
        number = ticket.number
        try:
            lapse(ticket)
            lapsed.done += 1
        except OperationalError:  # the database has gone: that is no single ticket's fault
            raise
        except Exception as problem:
            _note(lapsed, number, problem)
    return lapsed


def _note(lapsed: Lapsed, number: str, problem: Exception) -> None:
    """A refusal means that somebody was quicker; anything else is a fault that one ticket must not spread."""
    if isinstance(problem, DomainError):
        log.info("%s did not lapse: %s", number, problem)
    else:
        log.exception("%s could not lapse", number)
        lapsed.refusals.append(f"{number}: {type(problem).__name__}")
