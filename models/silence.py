"""A PostgreSQL server that has fallen silent is noticed within three seconds, however long a statement may take.

A statement may rightly take its time; a server that is gone (its cable cut, its machine frozen) looks just the same,
and the kernel waits for hours. A thread that does nothing else looks who has waited for a while: it knocks anew, and
where nobody lets it in it ends the connections that wait. A statement itself pays for no more than a look at the clock.
"""

import contextlib
import os
import socket
import threading
import time
import weakref
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

SILENT_SECONDS, KNOCK_SECONDS, LOOK_SECONDS = 0.7, 2, 0.1
# Who was just found away need not be tried by everybody in turn: each would wait for as long.
FOUND_AWAY_SECONDS = 1.0
AWAY = "the server does not answer"


def watch(engine: sa.Engine, kind: Any) -> None:
    """Let every connection of the engine, of this ``kind`` of the driver's, be ended when its server is away."""
    _Watch(engine, kind)


class _Watch:
    """What the connections of one engine share: how to knock, and when the server was last found away."""

    def __init__(self, engine: sa.Engine, kind: Any) -> None:
        driver: Any = engine.dialect.dbapi
        self.driver, self.away_at = driver, -FOUND_AWAY_SECONDS
        self.address: dict[str, Any] = {}
        waits = {"watch": self, "wait": _wait, "waiting_since": 0.0, "knock_at": (0.0, 0.0)}
        self.kind: Any = type("Watched", (kind,), waits)
        event.listen(engine, "do_connect", self.connect)

    def connect(self, _dialect: Any, _record: Any, args: Any, wanted: Mapping[str, Any]) -> Any:
        """A new connection, or at once none when the server was found away a moment ago."""
        if time.monotonic() - self.away_at < FOUND_AWAY_SECONDS:
            raise self.driver.OperationalError(AWAY)
        self.address = {**wanted, "connect_timeout": KNOCK_SECONDS}
        try:
            connection = self.kind.connect(*args, **self.address)
        except self.driver.errors.ConnectionTimeout:
            self.away_at = time.monotonic()
            raise
        _watchman.attend(connection)
        return connection

    def is_away(self) -> bool:
        """Knock. Whoever refuses us is there; of one whose machine says that nobody listens the kernel tells."""
        if time.monotonic() - self.away_at < FOUND_AWAY_SECONDS:
            return True
        try:
            self.driver.connect(**self.address).close()
        except self.driver.errors.ConnectionTimeout:
            self.away_at = time.monotonic()
            return True
        except self.driver.Error:
            return False
        return False


def _wait(connection: Any, *args: Any, **kwargs: Any) -> Any:
    """The driver's own wait, with a note of since when."""
    connection.waiting_since = time.monotonic()
    try:
        return super(type(connection), connection).wait(*args, **kwargs)
    finally:
        connection.waiting_since = 0.0


class _Watchman:
    """The thread of this process that looks whether a connection has waited for long; it starts with the first."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.connections: list[weakref.ref[Any]] = []
        self.thread: threading.Thread | None = None

    def attend(self, connection: Any) -> None:
        """Look after this one too, until it is closed."""
        with self.lock:
            self.connections.append(weakref.ref(connection))
            if self.thread is None or not self.thread.is_alive():  # a forked process inherits no threads
                self.thread = threading.Thread(target=self._look_again_and_again, name="silence", daemon=True)
                self.thread.start()

    def _look_again_and_again(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            with self.lock:
                self.connections = [one for one in self.connections if (known := one()) and not known.closed]
                waiting = [known for one in self.connections if (known := one()) and known.waiting_since]
            for connection in waiting:
                _look_after(connection)


def _look_after(connection: Any) -> None:
    """Knock for one that has waited for ``SILENT_SECONDS``, then for twice as long, and so on; end it at need."""
    since = connection.waiting_since
    began, patience = connection.knock_at
    if began != since:
        patience = SILENT_SECONDS
    if since and time.monotonic() - since > patience:
        if connection.watch.is_away() and connection.waiting_since == since:
            _end(connection)
        patience *= 2
    connection.knock_at = (since, patience)


def _end(connection: Any) -> None:
    """Whoever waits for it finds it closed. It is theirs: here nothing but the line is cut."""
    with contextlib.suppress(connection.watch.driver.Error, OSError):
        line = socket.socket(fileno=os.dup(connection.pgconn.socket))
        with line:
            line.shutdown(socket.SHUT_RDWR)


_watchman = _Watchman()
