"""The estimate of a change of the rules over the 90 days before it.

Each clock that began in the window is lived through again under the rules as they are and as they would be: its due
date by the new limit, moved by the working time that its pauses and extensions moved it; the rungs by the new ladder.
How a unit answers is taken from the order there was; where there was none, it counts as unanswered and unread.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select

from models.base import UTCDateTime, db
from models.clocks import Clock, ClockKind
from models.supervision import Level, Supervision
from models.tickets import Difficulty, Ticket
from operations.clocks.calendar import WorkCalendar
from operations.clocks.limits import BY_DIFFICULTY
from operations.clocks.rulebook import Rulebook
from operations.supervision import ladder
from operations.supervision.sweep import WINDOWS
from operations.supervision.what_if import heights, inboxes
from operations.supervision.what_if.living import Answered, Changed, Side

WINDOW = timedelta(days=90)
FETCHED = 10_000


def estimate(now: Rulebook, then: Rulebook, *, at: datetime) -> dict[str, Any]:
    """The figures of both sides over the 90 days before ``at``, as plain data that a draft can keep."""
    since = at - WINDOW
    old, new = Side(now), Side(then)
    changed = _changed_limits(now, then)
    answers = _answers(since, now.calendar)
    looked_at = 0
    for row in _clocks(since, at, changed):
        looked_at += 1
        place = (ladder.receiver_of(row.kind, row.unit_id, row.lead_unit_id), row.region_path)
        answer = answers.get(row.id)
        if row.warn_at < row.ended_at:
            old.live(row, place, due_at=row.due_at, answer=answer)
        due_at, is_warned = new.under(row, changed)
        if is_warned:
            new.live(row, place, due_at=due_at, answer=answer)
    return {
        "since": since.isoformat(), "clocks": looked_at, "actual": _actual(since),
        "old": _total(old), "new": _total(new), **inboxes.told(old, new),
        "refusals": heights.climbed(now, then, since=since),
    }


def _changed_limits(now: Rulebook, then: Rulebook) -> Changed:
    """Which clocks run by another limit then, with the limit that they have now."""
    keys: list[tuple[ClockKind, Difficulty | None]] = [
        (kind, difficulty) for kind in BY_DIFFICULTY for difficulty in Difficulty
    ]
    keys += [(kind, None) for kind in ClockKind if kind in now.policy("stage_limits")]
    return {key: str(now.limit(*key)) for key in keys if now.limit(*key) != then.limit(*key)}


def _clocks(since: datetime, at: datetime, changed: Changed) -> Iterable[Any]:
    """The clocks that began in the window and may have warned on one of the sides; the others came to nothing."""
    ended_at: ColumnElement[datetime] = func.coalesce(Clock.stopped_at, Clock.paused_at, literal(at, UTCDateTime()))
    concerned = [
        and_(Clock.kind == kind, Clock.limit == limit, *([Ticket.difficulty == difficulty] if difficulty else []))
        for (kind, difficulty), limit in changed.items()
    ]
    rows = (
        select(Clock.id, Clock.kind, Clock.unit_id, Clock.limit, Clock.started_at, Clock.original_due_at, Clock.due_at,
               Clock.warn_at, ended_at.label("ended_at"), Ticket.lead_unit_id, Ticket.difficulty, Ticket.region_path)
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .where(Clock.started_at >= since, Clock.started_at < at, Clock.kind.not_in(WINDOWS))
        .where(or_(ended_at > Clock.warn_at, *concerned))
    )
    return db.session.execute(rows.execution_options(yield_per=FETCHED))


def _answers(since: datetime, calendar: WorkCalendar) -> dict[int, Answered]:
    """How the first orders of the window were received."""
    s = Supervision
    rows = select(s.clock_id, s.opened_at, s.read_at, s.signed_at, s.answered_at, s.rejected_count).where(
        s.level == Level.FIRST, s.opened_at >= since
    )

    def after(opened_at: datetime, *moments: datetime | None) -> int | None:
        known = [moment for moment in moments if moment is not None]
        return calendar.office_seconds(opened_at, max(opened_at, min(known))) if known else None

    found = {}
    for row in db.session.execute(rows.order_by(s.id)):
        read, answered = after(row.opened_at, row.read_at, row.signed_at), after(row.opened_at, row.answered_at)
        found[row.clock_id] = Answered(read, answered, row.rejected_count)
    return found


def _actual(since: datetime) -> list[int]:
    """Reminders, first and second orders that there really were: what the old side is to be compared with."""
    rows = select(Supervision.level, func.count()).join(Clock, Clock.id == Supervision.clock_id)
    counted = db.session.execute(rows.where(Clock.started_at >= since).group_by(Supervision.level))
    found = {level: count for level, count in counted}
    return [found.get(level, 0) for level in (Level.REMINDER, Level.FIRST, Level.SECOND)]


def _total(side: Side) -> list[int]:
    return [counted.total() for counted in (side.warned, side.first, side.second)]
