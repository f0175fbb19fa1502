"""A PostgreSQL server that has fallen silent is noticed within three seconds, however long a statement may take.

A statement may rightly take its time; a server that is gone (its cable cut, its machine frozen) looks just the same,
and the kernel waits for hours. Whoever has heard nothing for a while knocks anew: a server that lets nobody in is away.
"""

import time
from collections.abc import Generator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

SILENT_SECONDS, KNOCK_SECONDS = 0.7, 2
# Who was just found away need not be tried by everybody in turn: each would wait for as long.
FOUND_AWAY_SECONDS = 1.0
AWAY = "the server does not answer"


def watch(engine: sa.Engine) -> None:
    """Let every connection of the engine notice when its server is away."""
    _Watch(engine)


class _Watch:
    """What the connections of one engine share: how to knock, and when the server was last found away."""

    def __init__(self, engine: sa.Engine) -> None:
        driver: Any = engine.dialect.dbapi
        self.driver, self.away_at = driver, -FOUND_AWAY_SECONDS
        self.address: dict[str, Any] = {}
        self.kind: Any = type("Watched", (driver.Connection,), {"watch": self, "wait": _wait})
        event.listen(engine, "do_connect", self.connect)

    def connect(self, _dialect: Any, _record: Any, args: Any, wanted: Mapping[str, Any]) -> Any:
        """A new connection, or at once none when the server was found away a moment ago."""
        if time.monotonic() - self.away_at < FOUND_AWAY_SECONDS:
            raise self.driver.OperationalError(AWAY)
        self.address = {**wanted, "connect_timeout": KNOCK_SECONDS}
        try:
            return self.kind.connect(*args, **self.address)
        except self.driver.errors.ConnectionTimeout:
            self.away_at = time.monotonic()
            raise

    def is_away(self) -> bool:
        """Knock. Whoever refuses us is there; of one whose machine says that nobody listens the kernel tells."""
        try:
            self.driver.connect(**self.address).close()
        except self.driver.errors.ConnectionTimeout:
            self.away_at = time.monotonic()
            return True
        except self.driver.Error:
            return False
        return False


def _wait(connection: Any, waiting: Any, *args: Any, **kwargs: Any) -> Any:
    return super(type(connection), connection).wait(_attended(waiting, connection), *args, **kwargs)


def _attended(waiting: Any, connection: Any) -> Generator[Any, Any, Any]:
    """What the driver waits for, with an ear on how long nothing has come. It wakes ten times a second by itself."""
    since, patience = time.monotonic(), SILENT_SECONDS
    try:
        wanted = next(waiting)
        while True:
            ready = yield wanted
            if ready:
                since = time.monotonic()
            elif time.monotonic() - since > patience:
                if connection.watch.is_away():
                    connection.pgconn.finish()
                    raise connection.watch.driver.OperationalError(AWAY)
                patience *= 2
            wanted = waiting.send(ready)
    except StopIteration as done:
        return done.value
