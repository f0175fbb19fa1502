"""What may be changed of the working calendar: one day of the city's own, or a year whose arrangement is complete."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from models import clock
from models.base import db
from models.clocks import CalendarDay, CalendarDraft, CalendarYear, Clock
from operations.clocks import rulebook, shanghai
from operations.clocks.calendar import Override, WorkCalendar
from operations.clocks.reckoning import midnight
from operations.clocks.statutory import COVERED_YEARS, PUBLISHED_YEARS
from operations.errors import BadInput

DAY = timedelta(days=1)
AHEAD_YEARS = 2  # as far as anything can be due


@dataclass(frozen=True, slots=True)
class DayChange:
    """本地调整：one day that the city works or has off, whatever the national arrangement says."""

    day: date
    is_working: bool
    reason: str

    def calendars(self) -> tuple[WorkCalendar, WorkCalendar]:
        """The calendar as it is and as it would be. Raises BadInput for a change that may not or need not be made."""
        before, today = rulebook.current().calendar, shanghai.today()
        if self.day.year not in COVERED_YEARS or self.day.year > today.year + AHEAD_YEARS:
            raise BadInput(f"日期应在 {today.year + AHEAD_YEARS} 年底以前。")
        if self.day < today:
            raise BadInput("只能调整今天和以后的日期，已经过去的日期不能改。")
        if self.is_working and self.day == today:
            raise BadInput("改为上班的，须提前一天公布。")
        if before.is_working_day(self.day) is self.is_working:
            raise BadInput("这一天本来就是" + ("工作日。" if self.is_working else "休息日。"))
        return before, before.changed({self.day: Override(self.is_working, None, self.reason)})

    def touched(self) -> tuple[Any, ...]:
        """The conditions on clocks whose run it may alter."""
        return (Clock.started_at < midnight(self.day + DAY), Clock.due_at >= midnight(self.day))

    def write(self, draft: CalendarDraft) -> int:
        """The day as two people have it, in the running operation; its number."""
        row = CalendarDay(day=self.day, is_working=self.is_working, reason=self.reason,
                          set_by_id=draft.proposed_by_id, approved_by_id=draft.decided_by_id, set_at=clock.now())
        db.session.add(row)
        db.session.flush()
        return row.id


@dataclass(frozen=True, slots=True)
class YearChange:
    """公布年度安排：dates that rest on the year are no longer 暂按. ``reason`` is the paper that says so."""

    year: int
    reason: str

    def calendars(self) -> tuple[WorkCalendar, WorkCalendar]:
        """The calendar as it is and as it would be: other days only where they came with an update of the program."""
        before, this_year = rulebook.current().calendar, shanghai.today().year
        if self.year in PUBLISHED_YEARS or not this_year <= self.year <= this_year + AHEAD_YEARS:
            raise BadInput("这一年不需要确认。")
        if self.year not in before.unpublished_years:
            raise BadInput("这一年已经确认过。")
        return before, before.changed(confirmed=[self.year])

    def touched(self) -> tuple[Any, ...]:
        """The conditions on clocks that rest on it."""
        begin, end = midnight(date(self.year, 1, 1)), midnight(date(self.year + 1, 1, 1))
        return (Clock.is_provisional.is_(True), Clock.started_at < end, Clock.due_at >= begin)

    def write(self, draft: CalendarDraft) -> int:
        """The year as two people have confirmed it, in the running operation; its number."""
        db.session.add(CalendarYear(year=self.year, source=self.reason, confirmed_by_id=draft.proposed_by_id,
                                    approved_by_id=draft.decided_by_id, confirmed_at=clock.now()))
        db.session.flush()
        return self.year


Change = DayChange | YearChange


def change_of(draft: CalendarDraft) -> Change:
    """What a draft would change."""
    if draft.day is not None and draft.is_working is not None:
        return DayChange(draft.day, draft.is_working, draft.reason)
    return YearChange(draft.year or 0, draft.reason)
