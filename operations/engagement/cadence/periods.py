"""Months, quarters and years of the Shanghai calendar, and the working days before their end. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from models.engagement import DutyPeriod
from operations.clocks.calendar import SHANGHAI, Limit, WorkCalendar

MONTHS = {DutyPeriod.MONTH: 1, DutyPeriod.QUARTER: 3, DutyPeriod.YEAR: 12}
DAY = timedelta(days=1)
NEXT_WORKING_DAY = Limit(1, "d")


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both within."""

    starts_on: date
    ends_on: date

    @property
    def begins_at(self) -> datetime:
        """The first moment."""
        return midnight(self.starts_on)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return midnight(self.ends_on + DAY)

    @property
    def label(self) -> str:
        """``2026年``, ``2026年第三季度``, ``2026年8月``."""
        first, months = self.starts_on, (self.ends_on.month - self.starts_on.month) + 1
        if months == 12:
            return f"{first.year}年"
        return f"{first.year}年" + (f"{first.month}月" if months == 1 else f"第{'一二三四'[first.month // 3]}季度")


def midnight(day: date) -> datetime:
    """The first moment of a Shanghai day."""
    return datetime.combine(day, time(), SHANGHAI)


def period_of(kind: DutyPeriod, day: date) -> Period:
    """The month, quarter or year in which a day lies."""
    months = MONTHS[kind]
    first = (day.month - 1) // months * months + 1
    starts_on = day.replace(month=first, day=1)
    after = date(day.year + (first + months > 12), (first + months - 1) % 12 + 1, 1)
    return Period(starts_on, after - DAY)


def before(kind: DutyPeriod, period: Period) -> Period:
    """The period before this one."""
    return period_of(kind, period.starts_on - DAY)


def due_at(calendar: WorkCalendar, period: Period) -> datetime:
    """When what was not done lapses: the close of office of the first working day after the period (民法典 §203)."""
    return calendar.due(midnight(period.ends_on), NEXT_WORKING_DAY).due_at


def warn_on(calendar: WorkCalendar, period: Period, days: int) -> date:
    """The first day on which no more than ``days`` working days of the period are left, that day included."""
    day = period.ends_on + DAY
    while days and day > period.starts_on:
        day -= DAY
        days -= calendar.is_working_day(day)
    return day


@lru_cache(maxsize=64)
def working_days_left(calendar: WorkCalendar, today: date, ends_on: date) -> int:
    """The working days from today to the last day, both included."""
    return sum(calendar.is_working_day(today + DAY * ahead) for ahead in range((ends_on - today).days + 1))
