"""A line of work: what lists show of one ticket, from plain rows; and the lights as conditions for the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, func, literal, tuple_

from models.base import UTCDateTime, db
from models.clocks import ClockKind
from models.directory import Enterprise, Organisation
from models.supervision import Level
from models.tickets import Status, Ticket
from models.tickets.workflow import Stage
from operations.clocks import shanghai
from operations.clocks.calendar import SHANGHAI, WorkCalendar
from operations.clocks.lights import Light, light_of

# Paused tickets stand behind all others: their time left does not shrink.
FAR = datetime(9000, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR_MICROSECONDS = (FAR - EPOCH) // timedelta(microseconds=1)
LARGEST_ID = 2**31 - 1
STATIONS = {stage: place for place, stage in enumerate(Stage, start=1)}
LEFT_THE_LINE, PASSED_ALL = 0, 7
# The clock that runs where a ticket stands: whoever stops it does what is awaited.
AWAITED_CLOCK = {
    Status.SUBMITTED: ClockKind.ACCEPTANCE,
    Status.AWAITING_SUPPLEMENT: ClockKind.SUPPLEMENT,
    Status.COORDINATING: ClockKind.COORDINATION,
    Status.HANDLING: ClockKind.HANDLING,
    Status.HANDLED: ClockKind.REPLY,
    Status.REPLIED: ClockKind.FOLLOW_UP,
    Status.FOLLOWED_UP: ClockKind.RATING,
}
NOW: Any = bindparam("now", type_=UTCDateTime())
CALLED = func.coalesce(func.nullif(Enterprise.short_name, ""), Enterprise.name).label("enterprise")
UNIT = Organisation.short_name.label("unit")
COLUMNS = (
    Ticket.id, Ticket.number, Ticket.subject, Ticket.status, Ticket.kind,
    Ticket.due_at, Ticket.warn_at, Ticket.paused_at, Ticket.rung,
)


@dataclass(slots=True)
class Line:
    """One ticket in a list. ``station`` is 1 to 6 on the rail; ``words`` the working time left, in words."""

    row: Any
    light: Light
    words: str
    station: int
    station_name: str

    @property
    def is_late(self) -> bool:
        """Whether the short rail shows where it stands in red."""
        return self.light in (Light.RED, Light.DARK_RED)


def plain_rows(statement: Select[*tuple[Any, ...]], asked: dict[str, Any]) -> Sequence[Row[Any]]:
    """Plain rows straight from the connection: the session's own layers would cost more than the rows."""
    return db.session.connection().execute(statement, asked).all()


def line_of(row: Any, *, now: datetime, calendar: WorkCalendar) -> Line:
    """The line of a plain row that has ``status``, ``due_at``, ``warn_at``, ``paused_at`` and ``rung``."""
    light = light_of(row, now)
    stage = row.status.stage
    station = STATIONS[stage] if stage else PASSED_ALL if row.status is Status.CLOSED else LEFT_THE_LINE
    return Line(row, light, words_left(row, now=now, calendar=calendar), station, stage.label if stage else "")


def words_left(row: Any, *, now: datetime, calendar: WorkCalendar) -> str:
    """剩 3 天 2 小时, 逾期 2 天, 暂停; nothing where no clock runs."""
    if row.due_at is None:
        return "未计时"
    return "暂停" if row.paused_at is not None else calendar.remaining_words(now, row.due_at)


def next_due() -> ColumnElement[datetime]:
    """What lists sort by: the due moment, paused ones last."""
    return func.coalesce(case((Ticket.paused_at.is_(None), Ticket.due_at)), FAR)


def conditions() -> dict[str, ColumnElement[bool]]:
    """The views of a list by light, exactly as ``light_of`` reads them. Parameters: ``now`` and ``tonight``."""
    runs, late = Ticket.paused_at.is_(None), Ticket.due_at < NOW
    pressed = Ticket.rung >= Level.SECOND.rung
    soon = Ticket.warn_at <= NOW
    return {
        "all": Ticket.id.is_not(None),
        "red": and_(runs, late | pressed),
        "amber": and_(runs, ~late, ~pressed, soon),
        "green": and_(runs, ~late, ~pressed, ~soon),
        "hold": Ticket.paused_at.is_not(None),
        "today": and_(runs, ~late, Ticket.due_at <= bindparam("tonight", type_=UTCDateTime())),
    }


def lit() -> ColumnElement[str]:
    """The light of a ticket, told by the database as ``light_of`` would tell it. Parameter: ``now``."""
    return case(
        (Ticket.due_at.is_(None), literal(Light.NONE.value)),
        (Ticket.paused_at.is_not(None), literal(Light.HOLD.value)),
        (Ticket.rung >= Level.SECOND.rung, literal(Light.DARK_RED.value)),
        (Ticket.due_at < NOW, literal(Light.RED.value)),
        (Ticket.warn_at <= NOW, literal(Light.AMBER.value)),
        else_=literal(Light.GREEN.value),
    )


def tonight(now: datetime) -> datetime:
    """The last moment of the present Shanghai day."""
    here = shanghai.day_of(now) + timedelta(days=1)
    return datetime.combine(here, time(), SHANGHAI).astimezone(UTC) - timedelta(microseconds=1)


def comes_after(due: Any, row_id: Any) -> ColumnElement[bool]:
    """Keyset paging on (due moment, id): what follows the parameters ``after_due`` and ``after_id``."""
    shown = tuple_(bindparam("after_due", type_=UTCDateTime()), bindparam("after_id"))
    return tuple_(due, row_id) > shown


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of a list ended: written into the URL, read back strictly; nonsense begins at the first page."""

    moment: datetime
    row_id: int

    def __str__(self) -> str:
        return f"{(self.moment - EPOCH) // timedelta(microseconds=1)}-{self.row_id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """The cursor that ``str`` wrote; None for anything else."""
        moment, dash, row_id = text.partition("-")
        if not (dash and f"{moment}{row_id}".isascii() and moment.isdecimal() and row_id.isdecimal()):
            return None
        if len(moment) > 18 or len(row_id) > 10 or int(row_id) > LARGEST_ID:
            return None
        return cls(EPOCH + timedelta(microseconds=min(int(moment), FAR_MICROSECONDS)), int(row_id))
