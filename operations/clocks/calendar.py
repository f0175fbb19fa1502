"""The working calendar: from a limit to a due date, its warning, its pause and its words. Pure; no clock of its own."""

from dataclasses import dataclass
from datetime import datetime

from operations.clocks.explanation import counted_days, explain
from operations.clocks.office_time import SHANGHAI, Limit, OfficeTime, Override, local_time

__all__ = ["SHANGHAI", "Due", "Limit", "Override", "WorkCalendar"]


@dataclass(frozen=True, slots=True)
class Due:
    """到期：the moment, in UTC, and whether it is 暂按, that is rests on a year not yet published or confirmed."""

    due_at: datetime
    provisional: bool


class WorkCalendar(OfficeTime):
    """工作日历：the national arrangement with the city's overrides and office hours, 1990 to 2100.

    ``confirmed_years`` are years beyond the library whose overrides an administrator declared complete. Building one
    takes a few milliseconds, so keep it until an override changes; every answer after that takes microseconds.
    """

    def due(self, received: datetime, limit: Limit) -> Due:
        """到期：working days end at close of office, the day of receipt not counted; hours count office time only.

        民法典 §201, §203 and domain.md §5. Raises TypeError for a naive moment, ValueError past the calendar's end.
        """
        due_at = self._due_at(received, limit)
        days = counted_days(local_time(received), local_time(due_at), limit)
        return Due(due_at, bool(self.unpublished_between(*days)))

    def explain(self, received: datetime, limit: Limit) -> str:
        """时限说明：the due date in plain Chinese, for the page, the letter and the API. Raises as `due` does."""
        return explain(self, received, limit=limit, due_at=self._due_at(received, limit))

    def warn_at(self, started: datetime, due_at: datetime, limit: Limit) -> datetime:
        """黄灯：the moment when the light turns yellow (domain.md §5), never before the start.

        The last 30 % of the office time from start to due or the last working day, whichever is longer; the last
        third when the limit is one working day or less.
        """
        whole = self.office_seconds(started, due_at)
        lead = whole // 3 if self._is_short(limit) else max(whole * 3 // 10, self.day_seconds)
        return self.subtract_office_seconds(due_at, min(lead, whole))

    def resume_due(self, paused_at: datetime, due_at: datetime, resumed_at: datetime) -> datetime:
        """恢复计时：the due date after a pause, with as much office time left as there was when the clock stopped.

        A pause that began after the due date changes nothing, and no pause brings a due date forward.
        """
        if paused_at > due_at:
            return due_at
        return max(due_at, self.add_office_seconds(resumed_at, self.office_seconds(paused_at, due_at)))

    def remaining_words(self, now: datetime, due_at: datetime) -> str:
        """剩余：the working time left, "剩 3 天 2 小时", or "逾期 2 天" once the due moment has passed (ui.md §4.2)."""
        if now > due_at:
            return f"逾期{self._time_in_words(self.office_seconds(due_at, now))}"
        return f"剩{self._time_in_words(self.office_seconds(now, due_at))}"

    def _due_at(self, received: datetime, limit: Limit) -> datetime:
        if limit.unit == "h":
            return self.add_office_seconds(received, limit.amount * 3600)
        if limit.is_same_day:
            return self.close_of_same_day(received)
        return self.close_of_working_day(received, limit.amount)

    def _is_short(self, limit: Limit) -> bool:
        return limit.amount * 3600 <= self.day_seconds if limit.unit == "h" else limit.amount <= 1

    def _time_in_words(self, seconds: int) -> str:
        days, rest = divmod(seconds, self.day_seconds)
        hours, minutes = rest // 3600, rest % 3600 // 60
        parts = [(days, "天"), (hours, "小时")] if days else [(hours, "小时"), (minutes, "分")]
        return "".join(f" {count} {unit}" for count, unit in parts if count) or "不到 1 分"
