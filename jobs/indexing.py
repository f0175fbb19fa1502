"""补索引: what came into the directory by the thousand, or past the search box, gets its tokens."""

from jobs.job import Settings
from operations.insight import indexing
from operations.job_ledger import Tally


def run(_settings: Settings) -> Tally:
    """Every enterprise and ticket without tokens, or with outdated ones."""
    done = indexing.index_all_lacking()
    return Tally(scanned=done, done=done)
