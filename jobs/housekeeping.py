"""清理: what nobody needs any more."""

from jobs.job import Settings
from operations import job_ledger
from operations.access import forgetting
from operations.hall import believing
from operations.job_ledger import Tally
from operations.storage import places
from operations.tickets import abandoned


def run(settings: Settings) -> Tally:
    """Old attempts, form keys, kept forms, abandoned uploads and lines of the job ledger."""
    gone = forgetting.forget_old() + job_ledger.forget_old() + believing.forget_old()
    gone += abandoned.drop_abandoned(places.of_attachments(settings))  # last: an object store may be away
    return Tally(scanned=gone, done=gone)
