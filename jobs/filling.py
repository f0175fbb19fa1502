"""填报周快照: the units' figures, once a week."""

from jobs.job import Settings
from operations.directory import filling
from operations.job_ledger import Tally


def run(_settings: Settings) -> Tally:
    """Freeze this week unless it is frozen: after an outage the next day does it."""
    done = filling.freeze_week()
    return Tally(scanned=done, done=done)
