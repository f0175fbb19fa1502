"""法定工作日: the national arrangement, day by day, from the library's table and the fixed holidays. Pure."""

from collections.abc import Iterable
from datetime import date
from functools import cache

from chinese_calendar.constants import holidays, workdays

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
ORIGIN = FIRST_DAY.toordinal()
SPAN = LAST_DAY.toordinal() - ORIGIN + 1
COVERED_YEARS = range(FIRST_DAY.year, LAST_DAY.year + 1)
OUT_OF_RANGE = f"工作日历只覆盖 {FIRST_DAY.year} 年至 {LAST_DAY.year} 年，日期超出范围。"

# The years whose arrangement the library knows: whatever its table reaches, so that an upgrade needs no edit here.
PUBLISHED_YEARS = range(min(holidays).year, max(holidays).year + 1)

FIXED_HOLIDAYS = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
SECOND_LABOUR_DAY_SINCE = 2025


def fixed_holiday(day: date) -> str | None:
    """固定节日：the name of the holiday that falls on this date every year, whatever that year's arrangement.

    The second Labour day exists since 2025 (国务院令第795号).
    """
    if (day.month, day.day) == (5, 2) and day.year < SECOND_LABOUR_DAY_SINCE:
        return None
    return FIXED_HOLIDAYS.get((day.month, day.day))


def is_statutory_working_day(day: date) -> bool:
    """法定工作日：by the national arrangement alone. Raises ValueError outside the covered years."""
    return bool(statutory_days()[index_of(day)])


@cache
def statutory_days() -> bytes:
    """One byte per covered day, 1 for a working day: forty thousand dates are too slow to build one by one."""
    week = bytes(weekday < 5 for weekday in range(7))
    start = FIRST_DAY.weekday()
    days = bytearray((week * (SPAN // 7 + 2))[start : start + SPAN])
    mark(days, _fixed_days_of_unpublished_years(), 0)
    mark(days, holidays, 0)
    mark(days, workdays, 1)
    return bytes(days)


def _fixed_days_of_unpublished_years() -> Iterable[date]:
    for year in set(COVERED_YEARS) - set(PUBLISHED_YEARS):
        days = (date(year, month, day) for month, day in FIXED_HOLIDAYS)
        yield from filter(fixed_holiday, days)


def mark(days: bytearray, dates: Iterable[date], is_working: int) -> None:
    """Set these days, where they are covered, in an array of one byte per day."""
    for day in dates:
        if FIRST_DAY <= day <= LAST_DAY:
            days[day.toordinal() - ORIGIN] = is_working


def index_of(day: date) -> int:
    """The place of a day in such an array. Raises ValueError outside the covered years."""
    index = day.toordinal() - ORIGIN
    if not 0 <= index < SPAN:
        raise ValueError(OUT_OF_RANGE)
    return index
