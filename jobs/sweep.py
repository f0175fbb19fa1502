"""巡检: what is newly overdue climbs its rung."""

from jobs.job import Settings
from models import clock
from operations.job_ledger import Tally
from operations.supervision import sweep


def run(_settings: Settings) -> Tally:
    """Supervise everything that has fallen due, in order; the ledger shows that nothing is left."""
    swept = sweep.sweep()
    return Tally(swept.scanned, swept.fired, swept.latest_seconds, sweep.remaining(clock.now()))
