"""届满: waiting times that ran out, and ledger entries whose review date has come."""

from jobs.job import Settings
from operations.engagement import judging
from operations.job_ledger import Tally
from operations.ratings import counted as counted_cases
from operations.ratings.sampling import counted
from operations.supervision import panel
from operations.tickets import windows
from operations.tickets.windows import Lapsed


def lapse(_settings: Settings) -> Tally:
    """Supplements that never came and ratings nobody gave."""
    return _tally(windows.lapse_due())


def review_ledger(_settings: Settings) -> Tally:
    """Tickets on the ledger go on when their review date has come."""
    return _tally(windows.resume_due())


def call_after_all(_settings: Settings) -> Tally:
    """Tickets that a draw has spared and that must be called back about since."""
    return _tally(windows.call_after_all())


def queue_counted_cases(_settings: Settings) -> Tally:
    """Counted cases that a plan draws or that were rated badly by name; these are put right as well."""
    count = counted_cases.rectify_known() + counted.queue_due()
    return Tally(count, count)


def _tally(lapsed: Lapsed) -> Tally:
    left = len(lapsed.refusals)
    return Tally(lapsed.scanned, lapsed.done, lapsed.latest_seconds, left, "; ".join(lapsed.refusals))


def lapse_interactions(_settings: Settings) -> Tally:
    """Interactions of which the enterprise said nothing in time."""
    lapsed = judging.lapse_unanswered()
    return Tally(scanned=lapsed, done=lapsed)


def remind_reviewers(_settings: Settings) -> Tally:
    """Members of joint reviews who have said nothing and whose time runs short."""
    count = panel.remind_members()
    return Tally(count, count)
