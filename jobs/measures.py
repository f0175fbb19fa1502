"""约谈: what the rules propose against a unit as a whole."""

from jobs.job import Settings
from operations.job_ledger import Tally
from operations.supervision.measures import by_rule


def propose(_settings: Settings) -> Tally:
    """Propose a talk with every unit that has had too many second supervisions this quarter."""
    proposed = by_rule.propose_for_units()
    return Tally(scanned=proposed, done=proposed)
