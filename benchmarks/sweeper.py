"""One scheduler's sweep as a process of its own, to be killed: python -m benchmarks.sweeper DATABASE_URL."""

import sys
import time

from app.ground import ground_floor
from app.loading import settle_for_jobs
from config import Testing
from models import clock
from operations.supervision import sweep


def main(url: str) -> None:
    """Sweep until nothing is left."""
    app = ground_floor(type("Settings", (Testing,), {"SQLALCHEMY_DATABASE_URI": url}))
    settle_for_jobs()
    with app.app_context():
        print("ready", flush=True)
        sys.stdin.readline()
        while sweep.remaining(clock.now()):
            sweep.sweep()
            time.sleep(0.01)


if __name__ == "__main__":
    main(*sys.argv[1:])
