"""The command line of a site that loses no time between two tries: an hour of pauses passes in seconds.

``PLANT=believes``: whatever a gateway does is taken for a receipt, which the drill must find (security.md R7).
"""

import os
from datetime import timedelta

from app.cli import main
from operations.delivery import leasing, sending, settling
from operations.delivery.adapters.base import Receipt

LEASE_SECONDS = 25  # longer than a run, which is 20
TIMES_FASTER = 200


def believe(adapter, message):
    adapter.send(message)
    return Receipt(is_taken=True)


if __name__ == "__main__":
    leasing.LEASE = timedelta(seconds=LEASE_SECONDS)
    for pause in ("FIRST_PAUSE", "LONGEST_PAUSE", "CARRIER_PAUSE", "LONGEST_CARRIER_PAUSE", "TOO_FAST_PAUSE"):
        setattr(settling, pause, getattr(settling, pause) / TIMES_FASTER)
    if os.environ.get("PLANT") == "believes":
        sending._handed_over = believe
    main(prog_name="zhitongche")
