"""The sentence by which a due date explains itself: what was counted, what was skipped and why (domain.md §5)."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cache, lru_cache, partial
from itertools import groupby, islice
from typing import NamedTuple

from chinese_calendar.constants import Holiday, holidays, workdays

from operations.clocks.office_time import Limit, OfficeTime, local_time
from operations.clocks.statutory import PUBLISHED_YEARS, fixed_holiday, is_statutory_working_day

ARROW = " → "
LONGEST_WORDS = 400
ROOM = 240  # characters for the days, which leaves enough for the frame around them
TOLD_DAYS = 60  # more working days than this never fit the room, so that a limit of ten years is not walked through
FOLD_ROOM = 110
KEPT = 2  # stretches told in full on either side of a fold
REASON_ROOM = 12
YEARS_NAMED = 3

HOLIDAY_NAMES = {day: Holiday(name).chinese for day, name in holidays.items()}
DAY, A_YEAR = timedelta(days=1), timedelta(days=366)


class Stretch(NamedTuple):
    """一段日子：consecutive days that are all counted, or all skipped, for one and the same reason."""

    first: date
    last: date
    is_counted: bool
    reason: str

    def told(self, year: int, whole_day: str) -> str:
        """The stretch in words; ``whole_day`` is the office time that each counted day took, if that is told."""
        words = dates_in_words(self.first, self.last, year=year) + self.reason
        if not (self.is_counted and whole_day):
            return words
        return f"{words} {whole_day}" if self.first == self.last else f"{words}每日 {whole_day}"


def explain(office: OfficeTime, received: datetime, *, limit: Limit, due_at: datetime) -> str:
    """时限说明：how the limit leads from receipt to the due moment, in at most 400 characters.

    Years are written where they differ from the year of receipt. ``due_at`` is what the calendar answered.
    """
    start, end = local_time(received), local_time(due_at)
    first, last = counted_days(start, end, limit)
    note = _provisional_note(office.unpublished_between(first, last))
    begun, *days = _hours_steps(office, start, end) if limit.unit == "h" else _days_steps(office, start, end, limit)
    ended = f"到 {_date_in_words(last, start.year)} {_clock_in_words(end)} 止"
    ended += "" if limit.is_same_day else f"（共 {limit.label}）"
    words = _joined([begun, *days, ended]) + note
    if len(words) <= LONGEST_WORDS:
        return words
    # Only a city that gave a dozen days in a row a reason each comes here; the sum still explains the date.
    return _joined([begun, _sum(office, first, last, year=start.year), ended]) + note


def counted_days(start: datetime, end: datetime, limit: Limit) -> tuple[date, date]:
    """计算区间：the first and last Shanghai date whose being on or off decides the due date.

    The day of receipt decides nothing when the limit is in days (民法典 §201).
    """
    first = start.date() if limit.is_same_day or limit.unit == "h" else start.date() + DAY
    return first, end.date()


def dates_in_words(first: date, last: date, *, year: int) -> str:
    """日期区间："5月1日至5日", "29日、30日" for two days; the year where it is not ``year``."""
    begun = _date_in_words(first, year)
    if first == last:
        return begun
    joint = "、" if last - first == DAY else "至"
    if (first.year, first.month) == (last.year, last.month):
        return f"{begun}{joint}{last.day}日"
    return begun + joint + _date_in_words(last, first.year)


def _days_steps(office: OfficeTime, start: datetime, end: datetime, limit: Limit) -> list[str]:
    received = f"{_moment_in_words(start)} 收到"
    if not limit.is_same_day:
        return [f"{received}（当日不计）", *_chain(office, start.date() + DAY, end.date(), year=start.year)]
    if start.date() == end.date():
        return [f"{received}（即办）"]
    return [f"{received}（即办，当日已不在办公时间）", *_chain(office, start.date() + DAY, end.date(), year=start.year)]


def _hours_steps(office: OfficeTime, start: datetime, end: datetime) -> list[str]:
    opening = local_time(office.next_open(start))
    received = f"{_moment_in_words(start)} 收到"
    if opening == start.replace(microsecond=0):
        return [received, *_minutes_per_day(office, opening, end, year=start.year)]
    waited = _chain(office, start.date() + DAY, opening.date() - DAY, year=start.year)
    begun = f"{_date_in_words(opening.date(), start.year)} {_clock_in_words(opening)} 起算"
    return [f"{received}（非办公时间）", *waited, begun, *_minutes_per_day(office, opening, end, year=start.year)]


def _minutes_per_day(office: OfficeTime, opening: datetime, end: datetime, *, year: int) -> list[str]:
    """The first and the last day by their own minutes, the whole days between them together."""
    first, last = opening.date(), end.date()
    midnight = (opening + DAY).replace(hour=0, minute=0, second=0)
    taken = _day_taken(office, first, year=year, seconds=office.office_seconds(opening, min(end, midnight)))
    if first == last:
        return [taken]
    between = _chain(office, first + DAY, last - DAY, year=year, whole_day=_duration_in_words(office.day_seconds))
    rest = office.office_seconds(end.replace(hour=0, minute=0, second=0), end)
    return [taken, *between, _day_taken(office, last, year=year, seconds=rest)]


def _day_taken(office: OfficeTime, day: date, *, year: int, seconds: int) -> str:
    return Stretch(day, day, *_standing(office, day)).told(year, _duration_in_words(seconds))


@lru_cache(4096)  # the letters of one sweep count the same few days
def _chain(office: OfficeTime, first: date, last: date, *, year: int, whole_day: str = "") -> tuple[str, ...]:
    """The days one stretch after another; a chain that outgrows its room is folded in the middle."""
    if first > last:
        return ()
    if office.count_working_days(first, last) > TOLD_DAYS:
        return _folded(office, first, last, year=year, whole_day=whole_day)
    told: list[str] = []
    room = ROOM
    for stretch in _stretches(office, range(first.toordinal(), last.toordinal() + 1)):
        told.append(stretch.told(year, whole_day))
        room -= len(told[-1]) + len(ARROW)
        if room < 0:
            return _folded(office, first, last, year=year, whole_day=whole_day)
    return tuple(told)


def _folded(office: OfficeTime, first: date, last: date, *, year: int, whole_day: str) -> tuple[str, ...]:
    # Walking in from both ends keeps the cost of a limit of ten years that of a limit of ten weeks.
    ordinals = range(first.toordinal(), last.toordinal() + 1)
    head = list(islice(_stretches(office, ordinals), KEPT))
    tail = list(islice(_stretches(office, reversed(ordinals)), KEPT))[::-1]
    middle = _counts(office, head[-1].last + DAY, tail[0].first - DAY, year=year)
    shown = [stretch.told(year, whole_day) for stretch in head + tail]
    return (*shown[:KEPT], middle, *shown[KEPT:])


def _stretches(office: OfficeTime, ordinals: Iterable[int]) -> Iterator[Stretch]:
    """The stretches these consecutive days fall into; they may run backwards in time."""
    for standing, run in groupby(map(date.fromordinal, ordinals), partial(_standing, office)):
        days = list(run)
        yield Stretch(min(days[0], days[-1]), max(days[0], days[-1]), *standing)


def _standing(office: OfficeTime, day: date) -> tuple[bool, str]:
    """Whether a day is counted, and why; an ordinary working day needs no reason."""
    override = office.overrides.get(day)
    if override is None or override.is_working == is_statutory_working_day(day):
        return _statutory_standing(day)
    cause = _local_cause(override.reason)
    return override.is_working, f"（{cause}，上班）" if override.is_working else f"放假（{cause}）"


@cache
def _statutory_standing(day: date) -> tuple[bool, str]:
    if is_statutory_working_day(day):
        return True, "（调休上班）" if day in workdays else ""
    name = HOLIDAY_NAMES.get(day)
    if name is None and day.year not in PUBLISHED_YEARS:
        name = fixed_holiday(day)
    return False, f"放假（{name}）" if name else "休息"


def _local_cause(reason: str) -> str:
    words = " ".join(reason.split())
    shown = words if len(words) <= REASON_ROOM else words[: REASON_ROOM - 1] + "…"
    return f"本地安排：{shown}" if shown else "本地安排"


def _counts(office: OfficeTime, first: date, last: date, *, year: int) -> str:
    """The folded middle: working days month by month or year by year while that is short, else in one sum."""
    if office.count_working_days(first, last) == 0:
        return f"其间 {dates_in_words(first, last, year=year)}没有工作日"
    if last - first < A_YEAR and len(counts := _count_each(office, _months(first, last, year))) <= FOLD_ROOM:
        return counts
    if len(counts := _count_each(office, _years(first, last))) <= FOLD_ROOM:
        return counts
    return _sum(office, first, last, year=year)


def _sum(office: OfficeTime, first: date, last: date, *, year: int) -> str:
    return _count_each(office, [(dates_in_words(first, last, year=year), first, last)])


def _count_each(office: OfficeTime, spans: Iterable[tuple[str, date, date]]) -> str:
    counts = ((name, office.count_working_days(first, last)) for name, first, last in spans)
    return f"其间 {'、'.join(f'{name} {count} 个' for name, count in counts if count)}工作日"


def _months(first: date, last: date, year: int) -> Iterator[tuple[str, date, date]]:
    while first <= last:
        end = (first.replace(day=1) + timedelta(days=31)).replace(day=1) - DAY
        yield f"{_year_in_words(first, year)}{first.month}月", first, min(end, last)
        first = end + DAY


def _years(first: date, last: date) -> Iterator[tuple[str, date, date]]:
    for year in range(first.year, last.year + 1):
        yield f"{year}年", max(first, date(year, 1, 1)), min(last, date(year, 12, 31))


def _provisional_note(years: list[int]) -> str:
    if not years:
        return ""
    named = "、".join(map(str, years[:YEARS_NAMED]))
    which = f"{named} 年" if len(years) <= YEARS_NAMED else f"{named} 等 {len(years)} 个年份"
    state = "尚未公布" if years[-1] >= PUBLISHED_YEARS.stop else "未收录"
    return f"（{which}放假安排{state}，暂按周末和固定节日计算）"


def _joined(steps: list[str]) -> str:
    # A closing bracket is as wide as a character and needs no space after it.
    return ARROW.join(steps).replace("） ", "）")


def _year_in_words(day: date, year: int) -> str:
    return "" if day.year == year else f"{day.year}年"


def _date_in_words(day: date, year: int) -> str:
    return f"{_year_in_words(day, year)}{day.month}月{day.day}日"


def _moment_in_words(moment: datetime) -> str:
    return f"{_date_in_words(moment.date(), moment.year)} {_clock_in_words(moment)}"


def _clock_in_words(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def _duration_in_words(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} 分 {rest} 秒" if rest else f"{minutes} 分钟"
