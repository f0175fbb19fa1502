"""A process that imports and can be killed in the middle: run by test_import_drill with its database and folder."""

import os
import signal
import sys
from pathlib import Path

from app.ground import ground_floor
from models.directory import ImportBatch
from operations.directory.imports import running, taking
from tests.conftest import settings_for
from tests.importing import rules


def die(*_args, **_rest):
    os.kill(os.getpid(), signal.SIGKILL)


def main(url, folder, batch_id, moment):
    running.PORTION = 500
    if moment == "staging":
        keep, kept = running._keep, []

        def keep_three(*args):
            kept.append(keep(*args))
            if len(kept) == 3:
                die()

        running._keep = keep_three
    elif moment == "taking":
        taking._project = die
    with ground_floor(settings_for(url)).app_context():
        batch = running.run(int(batch_id), rules=rules(Path(folder)), takes_good_rows=True)
        assert isinstance(batch, ImportBatch)


if __name__ == "__main__":
    main(*sys.argv[1:])
