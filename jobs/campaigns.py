"""万企评机关: campaigns close at their end and remind by plan."""

from jobs.job import Settings
from operations.job_ledger import Tally
from operations.ratings.campaigns import keeping_time


def keep_time(settings: Settings) -> Tally:
    """Each campaign in a transaction of its own."""
    address = str(settings["PUBLIC_URL"]).rstrip("/")
    ids = keeping_time.running()
    done = sum(keeping_time.keep_time(one, address_of=lambda token: f"{address}/c/{token}") for one in ids)
    return Tally(scanned=len(ids), done=done)
