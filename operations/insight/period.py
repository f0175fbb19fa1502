"""A period of days as figures are asked for: a month, a quarter, a half-year, a year, or from a day to a day."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from operations.clocks import shanghai
from operations.clocks.reckoning import midnight

# How many months each kind has; what is written behind the year says which: 2026-08, 2026Q3, 2026H2, 2026.
_MONTHS = {"-": 1, "Q": 3, "H": 6, "": 12}
_WRITTEN = re.compile(r"(20\d\d)(?:(-)(0[1-9]|1[0-2])|(Q)([1-4])|(H)([12]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """Days of Shanghai, both ends included. ``code`` is how addresses write it, empty for a free one."""

    begins: date
    ends: date
    code: str = ""

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return midnight(self.begins)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return midnight(self.ends + timedelta(days=1))

    @property
    def words(self) -> str:
        """As people read it."""
        return worded(self.code) or f"{self.begins} 至 {self.ends}"


def named(code: str) -> Period | None:
    """The period of this code; None for what is none."""
    found = _WRITTEN.fullmatch(code)
    if found is None:
        return None
    year, kind, place = int(found[1]), found[2] or found[4] or found[6] or "", found[3] or found[5] or found[7] or "1"
    span = _MONTHS[kind]
    first = (int(place) - 1) * span + 1
    after = date(year + (first + span > 12), (first + span - 1) % 12 + 1, 1)
    return Period(date(year, first, 1), after - timedelta(days=1), code)


def between(begins: str, ends: str) -> Period | None:
    """From a day to a day; None unless both are days in their order."""
    try:
        first, last = date.fromisoformat(begins), date.fromisoformat(ends)
    except ValueError:
        return None
    return Period(first, last) if date(2000, 1, 1) <= first <= last < date(2100, 1, 1) else None


def this_month() -> Period:
    """The present month."""
    found = named(f"{shanghai.today():%Y-%m}")
    assert found is not None
    return found


def offered() -> list[tuple[str, str]]:
    """The periods to choose from, as (code, words): this year and the last one, halves, quarters, seven months."""
    today = shanghai.today()
    months = [(today.year * 12 + today.month - 1 - back) for back in range(7)]
    codes = [f"{month // 12}-{month % 12 + 1:02d}" for month in months]
    quarter, half = (today.month - 1) // 3, (today.month - 1) // 6
    quarters = [today.year * 4 + quarter - back for back in range(5)]
    halves = [today.year * 2 + half - back for back in range(3)]
    codes += [f"{one // 4}Q{one % 4 + 1}" for one in quarters] + [f"{one // 2}H{one % 2 + 1}" for one in halves]
    codes += [str(today.year), str(today.year - 1)]
    return [(code, worded(code)) for code in codes]


def worded(code: str) -> str:
    """``2026 年第 3 季度`` and the like; empty for an empty code."""
    found = _WRITTEN.fullmatch(code)
    if found is None:
        return ""
    year = f"{found[1]} 年"
    if found[2]:
        return f"{year} {int(found[3])} 月"
    if found[4]:
        return f"{year}第 {found[5]} 季度"
    return f"{year}{'上' if found[7] == '1' else '下'}半年" if found[6] else year
