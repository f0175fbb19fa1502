"""SQLite for the tests: one migrated template, a copy for each worker, restored by SQLite's own backup.

The backup writes pages, not rows, so triggers that keep the event log append-only have no say in it.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable

from tests import shared

PATIENCE_SECONDS = 5.0


class SQLite:
    def __init__(self, migrate: Callable[[str], None]) -> None:
        template, path = shared.room() / "template.sqlite3", shared.room() / f"{shared.worker_name()}.sqlite3"
        shared.once("sqlite", lambda: migrate(f"sqlite:///{template}"))
        self.url = f"sqlite:///{path}"
        self.template = sqlite3.connect(":memory:")
        with contextlib.closing(sqlite3.connect(template)) as source:
            source.backup(self.template)
        self.connection = sqlite3.connect(path, timeout=PATIENCE_SECONDS)
        self.connection.execute("PRAGMA journal_mode=WAL")  # as `zhitongche init` does
        self.connection.execute("PRAGMA synchronous=OFF")
        self._copy()

    def restore(self) -> None:
        """Only after a test that wrote: the version changes when another connection commits."""
        if self._version() != self.version:
            self._copy()

    def close(self) -> None:
        self.connection.close()
        self.template.close()

    def _copy(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS

        def give_up(_status: int, _remaining: int, _total: int) -> None:
            if time.monotonic() > deadline:
                raise TimeoutError("a transaction of this test is still open: nothing can be cleaned up")

        self.template.backup(self.connection, progress=give_up, sleep=0.01)
        self.version = self._version()

    def _version(self) -> int:
        return self.connection.execute("PRAGMA data_version").fetchone()[0]
