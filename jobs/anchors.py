"""封锚: the end of the log, signed and kept outside the database."""

from jobs.job import Settings
from operations.anchors import anchoring
from operations.job_ledger import Tally


def run(settings: Settings) -> Tally:
    """Nothing where the site has no anchors."""
    return anchoring.keep(anchoring.plan_of(settings)) if settings["ANCHORS"] else Tally()
