"""用时: who used the days – office time between the start and the stop of clocks, less pauses, by stage and unit.

A city's month has a quarter of a million clocks, so no time is reckoned clock by clock. Office time up to a moment is
what the days before it had, plus what of its own day had passed; of the latter the database sums the seconds, of the
former it counts the moments of each day. What starts add is taken away again by what stops add (domain.md §9).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, case, cast, extract, func, null, or_, select, true

from models.base import db
from models.clocks import Clock, ClockKind, ClockPause
from models.directory import Organisation
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.clocks import rulebook
from operations.clocks.calendar import WorkCalendar
from operations.clocks.reckoning import midnight
from operations.clocks.statutory import FIRST_DAY
from operations.clocks.wording import spent
from operations.insight.figures import DESKS, UNITS, Figure, Narrowing, rows_of

_DAY = 86_400
_EPOCH, _EAST = date(1970, 1, 1), 8 * 3600  # Shanghai has kept one distance from UTC since 1992
_UNIT = func.coalesce(Clock.unit_id, Ticket.lead_unit_id)
_IS_SOMEBODYS = or_(Clock.kind.in_(DESKS), Clock.kind.in_(UNITS) & _UNIT.is_not(None))
_ALL = Figure("spent", "用时", "stopped", true(), "", _IS_SOMEBODYS)
# Of what stopped, whose moments add and whose take away.
_MOMENTS: tuple[tuple[Any, int], ...] = (
    (Clock.stopped_at, 1), (Clock.started_at, -1), (ClockPause.started_at, 1), (ClockPause.ended_at, -1)
)


@dataclass(frozen=True, slots=True)
class Spent:
    """How many clocks of one stage stopped, and the office time they ran, in seconds."""

    kind: ClockKind
    count: int
    seconds: int
    average: str


@dataclass(frozen=True, slots=True)
class Line:
    """What one unit used, or, without a unit, stewards and the centre, by stage."""

    unit_id: int | None
    label: str
    spent: Sequence[Spent]

    def of(self, kind: ClockKind) -> Spent | None:
        """What was used of one stage; None where no such clock stopped."""
        return next((one for one in self.spent if one.kind is kind), None)


def lines(actor: Actor, narrowing: Narrowing) -> list[Line]:
    """Whose time went where among the clocks that stopped in the period: the desks first, then units by name."""
    calendar = rulebook.current().calendar
    seconds: dict[tuple[int | None, ClockKind], int] = defaultdict(int)
    counts: dict[tuple[int | None, ClockKind], int] = {}
    for moment, sign in _MOMENTS:
        for row in db.session.execute(_sums(actor, narrowing, moment, calendar)):
            seconds[row.unit_id, row.kind] += sign * _up_to(row, calendar)
            if moment is Clock.stopped_at:
                counts[row.unit_id, row.kind] = counts.get((row.unit_id, row.kind), 0) + row.moments
    found: dict[int | None, list[Spent]] = {}
    for (unit_id, kind), count in counts.items():
        used = seconds[unit_id, kind]
        found.setdefault(unit_id, []).append(Spent(kind, count, used, spent(used // count, calendar.day_seconds)))
    named = _names([unit_id for unit_id in found if unit_id is not None])
    rows = [Line(unit_id, named.get(unit_id, "管家和服务中心"), sorted(of, key=lambda one: [*DESKS, *UNITS].index(one.kind)))
            for unit_id, of in found.items()]
    return sorted(rows, key=lambda line: (line.unit_id is not None, line.label))


def tables(actor: Actor, narrowing: Narrowing) -> list[tuple[Sequence[ClockKind], list[Line]]]:
    """`lines` in two: the stages of the desks with their line, the stages of the units with theirs."""
    found = lines(actor, narrowing)
    desks, units = [[line for line in found if (line.unit_id is None) is are_desks] for are_desks in (True, False)]
    return [(DESKS, desks), (UNITS, units)]


def _sums(actor: Actor, narrowing: Narrowing, moment: Any, calendar: WorkCalendar) -> Any:
    """For each stage, unit and day: how many moments, and the office seconds that had passed of their days."""
    second: Any = cast(extract("epoch", moment), BigInteger) + _EAST
    day, passed = second // _DAY, sum(_passed(second % _DAY, *span) for span in calendar.office_hours)
    unit = case((Clock.kind.in_(UNITS), _UNIT), else_=null())
    rows = rows_of(_ALL, actor, narrowing, Clock.kind, unit.label("unit_id"), day.label("day"),
                   func.count().label("moments"), func.sum(passed).label("passed"))
    if moment.class_ is ClockPause:
        rows = rows.join(ClockPause, ClockPause.clock_id == Clock.id).where(ClockPause.ended_at.is_not(None))
    return rows.group_by(Clock.kind, unit, day)


def _passed(second: Any, opens: time, closes: time) -> Any:
    """How much of one span of office hours lies before this second of the day."""
    first, last = _second_of(opens), _second_of(closes)
    return case((second <= first, 0), (second >= last, last - first), else_=second - first)


def _second_of(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _up_to(row: Any, calendar: WorkCalendar) -> int:
    """The office seconds from the calendar's beginning to each of a row's moments, added up."""
    day = _EPOCH + timedelta(days=row.day)
    before = calendar.office_seconds(midnight(FIRST_DAY), midnight(day))
    return int(row.moments * before) + (int(row.passed) if calendar.is_working_day(day) else 0)


def _names(unit_ids: Sequence[int]) -> dict[int | None, str]:
    rows = select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(unit_ids))
    return {row.id: row.short_name for row in db.session.execute(rows)}
