"""走访频次: what must be visited, who is warned, what has lapsed."""

from jobs.job import Settings
from operations.engagement.cadence import sweeping
from operations.job_ledger import Tally


def run(_settings: Settings) -> Tally:
    """Open, count, warn and lapse the obligations of the day."""
    swept = sweeping.sweep()
    return Tally(scanned=swept.total, done=swept.total)
