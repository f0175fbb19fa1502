"""评价计数: places and groups new ratings, and counts the days that have changed, for the rating wall."""

from jobs.job import Settings
from operations.job_ledger import Tally
from operations.ratings.wall import tallying


def run(_settings: Settings) -> Tally:
    """Count what came since the last time."""
    placed = tallying.recount()
    return Tally(scanned=placed, done=placed)
