"""Days as people count them: Shanghai's, whatever the machine's clock says."""

from datetime import date, datetime

from models import clock
from operations.clocks.office_time import SHANGHAI


def today() -> date:
    """The present day."""
    return day_of(clock.now())


def day_of(moment: datetime) -> date:
    """The day on which a moment falls."""
    return moment.astimezone(SHANGHAI).date()
