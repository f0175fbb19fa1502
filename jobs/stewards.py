"""管家: hand-overs that wait too long, and stewards who left by another way than 离岗."""

from jobs.job import Settings
from operations.directory import departures, handovers
from operations.job_ledger import Tally


def remind(_settings: Settings) -> Tally:
    """Hand-overs nobody confirmed for three working days."""
    count = handovers.remind_unconfirmed()
    return Tally(count, count)


def release(_settings: Settings) -> Tally:
    """Enterprises of stewards who have no post any more go back to the centre."""
    count = departures.release_departed()
    return Tally(count, count)
