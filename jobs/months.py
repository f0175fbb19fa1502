"""换月: a month begins in the tables that only grow."""

from jobs.job import Settings
from operations import months
from operations.job_ledger import Tally


def run(_settings: Settings) -> Tally:
    """Nothing but in the first minutes of a month."""
    return months.keep()
