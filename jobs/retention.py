"""到期清除: personal data whose time is over."""

from jobs.job import Settings
from operations import retention
from operations.job_ledger import Tally
from operations.retention import Terms


def run(settings: Settings) -> Tally:
    """Rows and files; a run that breaks off goes on the next night."""
    terms = Terms(contacts=settings["CONTACTS_KEPT_DAYS"], traces=settings["TRACES_KEPT_DAYS"])
    gone = sum(retention.clear(terms)) + retention.drop_import_files(
        settings["IMPORTS_DIR"], settings["IMPORT_FILES_KEPT_DAYS"])
    return Tally(scanned=gone, done=gone)
