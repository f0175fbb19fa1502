"""送达: what waits in the outbox and may be shown now."""

from jobs.job import Settings
from operations import notices
from operations.job_ledger import Tally


def run(_settings: Settings) -> Tally:
    """Deliver every message whose quiet hours are over."""
    delivered = notices.deliver()
    return Tally(scanned=delivered, done=delivered)
