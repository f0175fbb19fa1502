"""Office time: how a limit is written, which days and hours the city works, and counting along them. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, compress, pairwise
from types import MappingProxyType
from typing import Literal, Self, TypeAlias
from zoneinfo import ZoneInfo

from operations.clocks.statutory import (
    COVERED_YEARS,
    ORIGIN,
    OUT_OF_RANGE,
    PUBLISHED_YEARS,
    SPAN,
    index_of,
    mark,
    statutory_days,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")

OfficeHours: TypeAlias = tuple[tuple[time, time], ...]

OFFICE_HOURS: OfficeHours = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
NO_OVERRIDES: Mapping[date, "Override"] = MappingProxyType({})

WRITTEN_LIMIT = re.compile(r"0*([1-9][0-9]*)([dh])", re.ASCII)
LONGEST = {"d": 3660, "h": 9999}
UNIT_LABELS = {"d": "个工作日", "h": "个工作小时"}
SAME_DAY = "0d"


@dataclass(frozen=True, slots=True)
class Limit:
    """时限：``amount`` working days (``unit`` "d") or office hours ("h"); no days at all is 即办, see `same_day`.

    Raises ValueError, with the sentence for the reader, for an amount nobody can have meant.
    """

    amount: int
    unit: Literal["d", "h"]

    def __post_init__(self) -> None:
        if self.unit not in LONGEST or self.amount < 0 or (self.amount == 0 and self.unit == "h"):
            raise ValueError("时限应写成正整数加 d（工作日）或 h（工作小时），例如 5d、2h。")
        if self.amount > LONGEST[self.unit]:
            raise ValueError(f"时限最长 {LONGEST['d']} 个工作日（d）或 {LONGEST['h']} 个工作小时（h）。")

    @classmethod
    def parse(cls, text: str) -> Self:
        """时限：what a clerk wrote, "5d" or "2h": ASCII digits above zero and the unit, nothing else.

        Raises ValueError with the sentence for the clerk; 即办 is chosen from a list, so "0d" is refused.
        """
        written = WRITTEN_LIMIT.fullmatch(text)
        if written is None:
            raise ValueError("时限应写成正整数加 d（工作日）或 h（工作小时），例如 5d、2h。")
        digits, unit = written.groups()
        # Five digits are past every bound; int() of a million of them would be slow or refused in English.
        return cls(int(digits[:5]), "d" if unit == "d" else "h")

    @classmethod
    def stored(cls, text: str) -> Self:
        """时限：read back what ``str(limit)`` wrote, 即办 included. Raises ValueError for anything else."""
        return cls.same_day() if text == SAME_DAY else cls.parse(text)

    @classmethod
    def same_day(cls) -> Self:
        """即办：by the close of office on the day of receipt, or of the next working day when that has passed."""
        return cls(0, "d")

    @property
    def is_same_day(self) -> bool:
        return self.amount == 0

    @property
    def label(self) -> str:
        """时限：as people read it, "5 个工作日"."""
        return "即办" if self.is_same_day else f"{self.amount} {UNIT_LABELS[self.unit]}"

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


@dataclass(frozen=True, slots=True)
class Override:
    """本地调整：the city's own word on one date; ``like`` is the weekday whose timetable it follows (0 = Monday)."""

    is_working: bool
    like: int | None
    reason: str


def _second_of_day(moment: time | datetime) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _spans(office_hours: OfficeHours) -> tuple[tuple[int, int], ...]:
    """The office hours in seconds since midnight. Raises ValueError unless they follow one another."""
    spans = tuple((_second_of_day(opens), _second_of_day(closes)) for opens, closes in office_hours)
    bounds = [bound for span in spans for bound in span]
    if not bounds or any(later <= earlier for earlier, later in pairwise(bounds)):
        raise ValueError("办公时间应按先后顺序填写，各段不能重叠。")
    return spans


class OfficeTime:
    """办公时间：every covered working day laid end to end, so that a span of office time is one subtraction.

    A position is the office seconds since the calendar began. The moment when office closes and the next opening
    share one position; what ends there is read as the closing, what starts there as the opening (domain.md §5).
    Moments are aware and counted to the whole second; a naive one raises TypeError, one that the calendar does not
    reach raises ValueError with the sentence for the reader. Results are in UTC.
    """

    def __init__(
        self,
        overrides: Mapping[date, Override] = NO_OVERRIDES,
        office_hours: OfficeHours = OFFICE_HOURS,
        confirmed_years: frozenset[int] = frozenset(),
    ) -> None:
        self.overrides = dict(overrides)
        self.office_hours = office_hours
        self.confirmed_years = confirmed_years
        self.unpublished_years = frozenset(COVERED_YEARS) - frozenset(PUBLISHED_YEARS) - confirmed_years
        self._spans = _spans(office_hours)
        self.day_seconds = sum(closes - opens for opens, closes in self._spans)
        self._working = bytearray(statutory_days())
        for day, override in self.overrides.items():
            mark(self._working, [day], override.is_working)
        self._days = list(compress(range(SPAN), self._working))
        self._days_before = [0, *accumulate(self._working)]

    def changed(self, overrides: Mapping[date, Override] = NO_OVERRIDES, confirmed: Iterable[int] = ()) -> Self:
        """调整后的日历：the same one with these overrides and confirmed years added."""
        years = self.confirmed_years | frozenset(confirmed)
        return type(self)({**self.overrides, **overrides}, self.office_hours, years)

    def is_working_day(self, day: date) -> bool:
        """工作日：whether the city works on this Shanghai date. Raises ValueError outside the covered years."""
        return bool(self._working[index_of(day)])

    def count_working_days(self, first: date, last: date) -> int:
        """工作日数：how many there are from ``first`` to ``last``, both included."""
        return max(0, self._days_before[index_of(last) + 1] - self._days_before[index_of(first)])

    def close_of_working_day(self, received: datetime, count: int) -> datetime:
        """第 n 个工作日：the close of office on the ``count``-th working day after the Shanghai date of receipt."""
        day, _ = self._place(received)
        return self._close_of(self._days_before[day + 1] + count - 1)

    def close_of_same_day(self, received: datetime) -> datetime:
        """即办：the first close of office that is still to come when the matter is received."""
        day, second = self._place(received)
        is_too_late = second >= self._spans[-1][1]
        return self._close_of(self._days_before[day + is_too_late])

    def office_seconds(self, start: datetime, end: datetime) -> int:
        """办公秒数：office time from ``start`` to ``end`` in seconds, 0 when the end is not after the start."""
        return max(0, self._position(end) - self._position(start))

    def positions(self, last: date) -> list[int]:
        """办公秒数表：the office seconds before each day from the first covered one to the day after ``last``."""
        return [days * self.day_seconds for days in self._days_before[: index_of(last) + 2]]

    def add_office_seconds(self, start: datetime, seconds: int) -> datetime:
        """顺延：the moment when ``seconds`` of office time are used up, at the closing when it falls on one.

        A start outside office hours counts from the next opening; no seconds at all lead to the start itself, or to
        the next opening when office is closed then.
        """
        _ensure_not_negative(seconds)
        if seconds == 0 and self._is_open(start):
            return _whole_second(start)
        position = self._position(start) + seconds
        return self._ending_at(position) if seconds else self._starting_at(position)

    def subtract_office_seconds(self, end: datetime, seconds: int) -> datetime:
        """倒推：the moment from which ``seconds`` of office time lead to ``end``; at the opening if it is one."""
        _ensure_not_negative(seconds)
        if seconds == 0 and self._is_open(end):
            return _whole_second(end)
        position = self._position(end) - seconds
        return self._starting_at(position) if seconds else self._ending_at(position)

    def next_open(self, moment: datetime) -> datetime:
        """起算：the moment itself during office hours, else the next opening; a closing time counts as closed."""
        return self._starting_at(self._position(moment))

    def unpublished_between(self, first: date, last: date) -> list[int]:
        """暂按：the years from ``first`` to ``last`` whose arrangement is neither in the library nor confirmed."""
        return [year for year in range(first.year, last.year + 1) if year in self.unpublished_years]

    def _is_open(self, moment: datetime) -> bool:
        """Both ends of office hours count as open here: nothing moves a moment by no time at all."""
        day, second = self._place(moment)
        return bool(self._working[day]) and any(opens <= second <= closes for opens, closes in self._spans)

    def _position(self, moment: datetime) -> int:
        day, second = self._place(moment)
        position = self._days_before[day] * self.day_seconds
        if self._working[day]:
            position += sum(min(second, closes) - opens for opens, closes in self._spans if second > opens)
        return position

    def _place(self, moment: datetime) -> tuple[int, int]:
        """The Shanghai day, counted from the first covered one, and the second of that day."""
        local = local_time(moment)
        return index_of(local), _second_of_day(local)

    def _ending_at(self, position: int) -> datetime:
        day, used = divmod(position - 1, self.day_seconds)
        return self._moment(day, self._clock_second(used) + 1)

    def _starting_at(self, position: int) -> datetime:
        day, used = divmod(position, self.day_seconds)
        return self._moment(day, self._clock_second(used))

    def _clock_second(self, used: int) -> int:
        """The second of the day that follows ``used`` office seconds of it."""
        for opens, closes in self._spans:
            if used < closes - opens:
                return opens + used
            used -= closes - opens
        raise AssertionError("no day has that many office seconds")

    def _close_of(self, working_day: int) -> datetime:
        return self._moment(working_day, self._spans[-1][1])

    def _moment(self, working_day: int, second: int) -> datetime:
        if not 0 <= working_day < len(self._days):
            raise ValueError(OUT_OF_RANGE)
        midnight = datetime.fromordinal(ORIGIN + self._days[working_day])
        return (midnight + timedelta(seconds=second)).replace(tzinfo=SHANGHAI).astimezone(UTC)


def local_time(moment: datetime) -> datetime:
    """本地时间：the moment on a Shanghai clock. Raises TypeError for a naive one, ValueError past the year 9999."""
    if moment.utcoffset() is None:
        raise TypeError("时间必须带时区。")
    try:
        return moment.astimezone(SHANGHAI)
    except OverflowError:
        raise ValueError(OUT_OF_RANGE) from None


def _whole_second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _ensure_not_negative(seconds: int) -> None:
    if seconds < 0:
        raise ValueError("办公时间的秒数不能为负。")
