"""大厅办件: what waited for a code that is matched by now comes in."""

from jobs.job import Settings
from operations.hall import letting_in
from operations.job_ledger import Tally


def let_in(_settings: Settings) -> Tally:
    """Of every system, a portion at a time."""
    done = letting_in.let_in_all()
    return Tally(scanned=done, done=done)
