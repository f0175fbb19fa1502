"""短信: what waits in the outbox of text messages goes out by the adapter of this site."""

from jobs.job import Settings
from operations.job_ledger import Tally
from operations.texting import adapters, outbox


def run(settings: Settings) -> Tally:
    """Send every message that is due; what was not taken stays in the outbox or is given up."""
    scanned, taken = outbox.deliver(adapters.adapter_named(settings["TEXTING"]))
    return Tally(scanned=scanned, done=taken, remaining=scanned - taken)
