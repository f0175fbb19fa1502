"""目录计数: the figures of a large directory, for pages that could not count it themselves in time."""

from jobs.job import Settings
from operations.directory import counting
from operations.job_ledger import Tally


def run(_settings: Settings) -> Tally:
    """Count everything anew."""
    done = counting.recount()
    return Tally(scanned=done, done=done)
