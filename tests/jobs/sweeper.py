"""One scheduler of the drill, a process of its own: python -m tests.jobs.sweeper DATABASE_URL [BATCH_TO_STOP_IN].

It says that it is ready, waits for a word, and sweeps until nothing is left; or stops in the middle of a batch, with
everything written and nothing committed, says so, and waits to be killed.
"""

import itertools
import sys
import time

from app.ground import ground_floor
from config import Testing
from models import clock
from operations.supervision import sweep
from tests.lives import shanghai

BATCH = 8
MOMENT = shanghai("2026-09-21 09:00")


def take_little_at_a_time():
    """Small batches, so that the four meet often."""
    sweep.BATCH = BATCH
    for name in ("_DUE_CLOCKS", "_DUE_ORDERS"):
        setattr(sweep, name, getattr(sweep, name).limit(BATCH))


def stop_in(batch):
    count, announce = itertools.count(1), sweep.announcing.announce

    def announce_and_wait(*args):
        announce(*args)
        if next(count) == batch:
            print("in the middle", flush=True)
            time.sleep(60)

    sweep.announcing.announce = announce_and_wait


def main(url, batch_to_stop_in=None):
    take_little_at_a_time()
    if batch_to_stop_in:
        stop_in(int(batch_to_stop_in))
    app = ground_floor(type("Settings", (Testing,), {"SQLALCHEMY_DATABASE_URI": url}))
    with app.app_context(), clock.standing_at(MOMENT):
        print("ready", flush=True)
        sys.stdin.readline()
        fired = 0
        while sweep.remaining(clock.now()):
            fired += sweep.sweep().fired
            time.sleep(0.01)
    print(fired)


if __name__ == "__main__":
    main(*sys.argv[1:])
