"""The working calendar of a year as a page shows it: twelve months of marked days, the changes with who and why."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chinese_calendar.constants import workdays
from sqlalchemy import Select, select

from models import clock
from models.access import User
from models.base import LabelledEnum, db
from models.clocks import CalendarDay, CalendarYear
from operations.clocks import rulebook
from operations.clocks.calendar import WorkCalendar
from operations.clocks.changes import AHEAD_YEARS
from operations.clocks.explanation import HOLIDAY_NAMES
from operations.clocks.office_time import local_time
from operations.clocks.statutory import PUBLISHED_YEARS, fixed_holiday, is_statutory_working_day
from operations.errors import NotFound

FIRST_YEAR = 2020  # in which a ticket can have been received


class Mark(LabelledEnum):
    """What a day is."""

    WORK = "work", "上班"
    REST = "rest", "休"
    HOLIDAY = "holiday", "假"
    MAKE_UP = "make-up", "调休"
    LOCAL_WORK = "local-work", "本地上班"
    LOCAL_OFF = "local-off", "本地放假"


@dataclass(frozen=True, slots=True)
class Day:
    """One cell; ``words`` says why it is what it is."""

    day: date
    mark: Mark
    words: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Year:
    """The page: ``months`` of weeks, None being a cell of another month. ``is_provisional``: 暂按.

    ``confirmed`` and ``changes``: the row, the names of who proposed and who approved it.
    """

    year: int
    months: list[list[list[Day | None]]]
    is_provisional: bool
    hours: str
    confirmed: Any
    changes: Sequence[Any]

    @property
    def may_be_confirmed(self) -> bool:
        """Whether the year waits for somebody to say that its arrangement is complete."""
        return self.is_provisional and self.year >= local_time(clock.now()).year


def years_shown() -> range:
    """The years that have a page."""
    return range(FIRST_YEAR, local_time(clock.now()).year + AHEAD_YEARS + 1)


def year_page(year: int) -> Year:
    """The page of a year in three statements. Raises NotFound for a year without one."""
    if year not in years_shown():
        raise NotFound
    rules, today = rulebook.current(), local_time(clock.now()).date()
    calendar = rules.calendar
    weeks = Calendar().monthdatescalendar
    months = [
        [[_day(calendar, day, today) if day.month == month else None for day in week] for week in weeks(year, month)]
        for month in range(1, 13)
    ]
    hours = "、".join(f"{opens}–{closes}" for opens, closes in rules.policy("office")["hours"])
    return Year(year, months, year in calendar.unpublished_years, hours, _confirmed(year), _changes(year))


def _day(calendar: WorkCalendar, day: date, today: date) -> Day:
    override = calendar.overrides.get(day)
    if override is not None and override.is_working is not is_statutory_working_day(day):
        mark = Mark.LOCAL_WORK if override.is_working else Mark.LOCAL_OFF
        return Day(day, mark, override.reason, day == today)
    if is_statutory_working_day(day):
        is_made_up = day in workdays and day.weekday() >= 5
        return Day(day, Mark.MAKE_UP if is_made_up else Mark.WORK, "调休上班" if is_made_up else "上班", day == today)
    name = HOLIDAY_NAMES.get(day) or (None if day.year in PUBLISHED_YEARS else fixed_holiday(day))
    return Day(day, Mark.HOLIDAY if name else Mark.REST, name or "休息", day == today)


def _confirmed(year: int) -> Any:
    return db.session.execute(_with_both(CalendarYear.confirmed_by_id).where(CalendarYear.year == year)).first()


def _changes(year: int) -> Sequence[Any]:
    of_year = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    rows = _with_both(CalendarDay.set_by_id).where(of_year).order_by(CalendarDay.day, CalendarDay.id)
    return db.session.execute(rows).all()


def _with_both(proposed_by: Any) -> Select[Any]:
    """The rows of its table with the names of who proposed and who approved each."""
    model, one, other = proposed_by.class_, db.aliased(User), db.aliased(User)
    rows = select(model, one.name, other.name).outerjoin(one, one.id == proposed_by)
    return rows.outerjoin(other, other.id == model.approved_by_id)
