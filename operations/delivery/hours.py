"""接收时段: when somebody may be told outside the site: within the site's hours and their own."""

from datetime import datetime, time, timedelta

from operations import notices
from operations.clocks import rulebook
from operations.clocks.calendar import SHANGHAI


def receivable(moment: datetime, opens: int | None, closes: int | None) -> datetime:
    """The first moment from ``moment`` on that lies within the site's hours and, where there are any, their own."""
    found = notices.not_before(moment)
    for _ in range(60):  # days off are never that many in a row
        wanted = _within_own(found, opens, closes)
        found = notices.not_before(wanted)
        if found == wanted:
            return found
    return found


def of_the_site() -> tuple[int, int]:
    """From which minute of the day to which the site tells anybody anything."""
    quiet = rulebook.current().policy("quiet_hours")
    opens, closes = (time.fromisoformat(quiet[name]) for name in ("to", "from"))
    return opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute


def clock_words(minute: int) -> str:
    """``08:30``; the end of the day is 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def minute_of(moment: datetime) -> int:
    """The minute of the day in Shanghai."""
    here = moment.astimezone(SHANGHAI)
    return here.hour * 60 + here.minute


def _within_own(moment: datetime, opens: int | None, closes: int | None) -> datetime:
    if opens is None or closes is None or opens <= minute_of(moment) < closes:
        return moment
    day = moment.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    if minute_of(moment) >= closes:
        day += timedelta(days=1)
    return (day + timedelta(minutes=opens)).astimezone(moment.tzinfo)
