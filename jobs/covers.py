"""代理: posts of substitutes begin and end by their dates."""

from jobs.job import Settings
from operations.access import covers
from operations.job_ledger import Tally


def keep(_settings: Settings) -> Tally:
    """Open what begins today, end what is over."""
    changed = covers.keep_posts()
    return Tally(scanned=changed, done=changed)
