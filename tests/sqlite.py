"""SQLite for the tests: one migrated template, a copy for each worker, restored by SQLite's own backup.

The backup writes pages, not rows, so triggers that keep the event log append-only have no say in it.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from operations.clocks import rulebook
from tests import shared
from tests.shared import MIGRATED

PATIENCE_SECONDS = 5.0


class SQLite:
    def __init__(self, migrate: Callable[[str], None]) -> None:
        template, path = shared.room() / "template.sqlite3", shared.room() / f"{shared.worker_name()}.sqlite3"
        shared.once("sqlite", lambda: migrate(f"sqlite:///{template}"))
        self.url = f"sqlite:///{path}"
        self.remembered: dict[str, sqlite3.Connection] = {}
        with contextlib.closing(sqlite3.connect(template)) as source:
            self._remember(MIGRATED, source)
        self.path = path
        self._open()

    def reopen(self) -> None:
        """After other processes had the file: a last one to leave may have taken the log with it."""
        self.connection.close()
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)
        self._open()

    def _open(self) -> None:
        self.connection = sqlite3.connect(self.path, timeout=PATIENCE_SECONDS)
        self.connection.execute("PRAGMA journal_mode=WAL")  # as `zhitongche init` does
        self.connection.execute("PRAGMA synchronous=OFF")
        self._copy(MIGRATED)

    def remember(self, name: str) -> None:
        """What the database holds now can be restored by this name."""
        self._remember(name, self.connection)
        self.state = name, self._version()

    def recall(self, name: str, build: Callable[[], None]) -> None:
        """Restore what this name stands for; the first worker that asks builds it, for all of them."""
        if name not in self.remembered:
            path = shared.room() / f"{name}.sqlite3"
            shared.once(name, lambda: self._build(build, path))
            with contextlib.closing(sqlite3.connect(path)) as source:
                self._remember(name, source)
        self.restore(name)

    def restore(self, name: str = MIGRATED) -> None:
        """Only where needed: the version changes when another connection commits."""
        if not self.is_at(name):
            self._copy(name)

    def is_at(self, name: str) -> bool:
        """Whether nothing has been written since this was restored."""
        return self.state == (name, self._version())

    def close(self) -> None:
        for connection in (self.connection, *self.remembered.values()):
            connection.close()

    def _build(self, build: Callable[[], None], path: Path) -> None:
        self.restore()
        build()
        with contextlib.closing(sqlite3.connect(path)) as target:
            self.connection.backup(target)

    def _remember(self, name: str, source: sqlite3.Connection) -> None:
        self.remembered[name] = sqlite3.connect(":memory:")
        source.backup(self.remembered[name])

    def _copy(self, name: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS

        def give_up(_status: int, _remaining: int, _total: int) -> None:
            if time.monotonic() > deadline:
                raise TimeoutError("a transaction of this test is still open: nothing can be cleaned up")

        self.remembered[name].backup(self.connection, progress=give_up, sleep=0.01)
        rulebook.forget()  # ids begin anew: another test's calendar would look like this one's
        self.state = name, self._version()

    def _version(self) -> int:
        return self.connection.execute("PRAGMA data_version").fetchone()[0]
