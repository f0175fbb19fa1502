"""A line of the escalation queue: lateness and receipt of one order, from a plain row. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.supervision import Level
from operations.clocks.calendar import WorkCalendar
from operations.clocks.lights import Light
from operations.supervision import receipts


@dataclass(slots=True)
class QueueLine:
    """What the list shows of one order; ``steps`` is the receipt rail, ``step_words`` its present step."""

    row: Any
    light: Light
    late_words: str
    station: str
    steps: list[tuple[str, str]]
    step_words: str
    is_slow: bool


def queue_line(row: Any, *, now: datetime, calendar: WorkCalendar) -> QueueLine:
    """The line of a row of ``queue.page_of``."""
    stage = row.status.stage
    return QueueLine(
        row=row,
        light=light_of(row, now),
        late_words="已暂停" if row.paused_at else calendar.remaining_words(now, row.clock_due_at),
        station=stage.label if stage else row.status.label,
        steps=receipts.steps(row, now),
        step_words=receipts.words(row, now, calendar=calendar),
        is_slow=receipts.is_slow(row, now),
    )


def light_of(row: Any, now: datetime) -> Light:
    """The light of an order: what its pressed clock and its rung say."""
    if row.paused_at is not None:
        return Light.HOLD
    if row.level.rung >= Level.SECOND.rung:
        return Light.DARK_RED
    return Light.RED if now > row.clock_due_at else Light.AMBER
