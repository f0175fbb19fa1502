"""Days as people count them: Shanghai's, whatever the machine's clock says."""

from datetime import UTC, date, datetime, time

from models import clock
from operations.clocks.office_time import SHANGHAI


def today() -> date:
    """The present day."""
    return day_of(clock.now())


def day_of(moment: datetime) -> date:
    """The day on which a moment falls."""
    return moment.astimezone(SHANGHAI).date()


def month_bounds(month: date) -> tuple[datetime, datetime]:
    """The first moment of the month of a day, and of the next month, in UTC."""
    first = month.replace(day=1)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    begins, ends = (datetime.combine(day, time(), SHANGHAI).astimezone(UTC) for day in (first, following))
    return begins, ends
