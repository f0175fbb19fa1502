"""How each database engine is set up: SQLite's write recipe, and what both must have."""

import hashlib
import threading
import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from models import plans, silence

PRAGMAS = (
    "foreign_keys=ON",
    "synchronous=FULL",  # an acknowledged write survives power loss
    "temp_store=MEMORY",
    "cache_size=-16000",
    "journal_size_limit=67108864",
    "trusted_schema=OFF",
    "secure_delete=ON",
    "recursive_triggers=ON",
)
WRITE_QUEUE_SECONDS = 30.0
RESTED_SECONDS = 1.0
WORK = "10min"


def prepare(engine: sa.Engine, *, is_replicated: bool = False) -> None:
    """Attach the listeners an engine needs.

    ``is_replicated``: a replicator (Litestream) copies SQLite's log and alone brings it into the file. What this
    program brought there in between, the replicator would have to find out by a copy of the whole database.
    """
    if engine.dialect.name == "sqlite":
        _SQLiteWriters(engine, PRAGMAS + (("wal_autocheckpoint=0",) if is_replicated else ()))
    else:
        silence.watch(engine, plans.keeping(engine.dialect.dbapi))
        _try_what_has_rested(engine)
        event.listen(engine, "connect", plans.keep)


def let_work_last(engine: sa.Engine) -> None:
    """From now on one statement of this process may take minutes and join whole tables in order: a job does a city's
    rows at once, and no page waits.

    How long it waits for others stays as it is: that an act of its own says (``operations.base.be_patient``).
    """
    if engine.dialect.name == "postgresql" and not event.contains(engine, "connect", _give_time):
        event.listen(engine, "connect", _give_time)
        engine.dispose()


def _give_time(dbapi: Any, _record: Any) -> None:
    dbapi.execute(f"SET statement_timeout = '{WORK}'")
    dbapi.execute("SET enable_mergejoin = on")
    dbapi.commit()


def _try_what_has_rested(engine: sa.Engine) -> None:
    """Knock at a connection that has lain unused before it is given out; where nobody answers, all are made anew.

    Of one that was used a moment ago its next statement tells: a round trip for every page would tell no more.
    """

    def lay_down(_dbapi: Any, record: Any) -> None:
        record.info["rested_since"] = time.monotonic()

    def give_out(dbapi: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get("rested_since")
        if since and time.monotonic() - since > RESTED_SECONDS:
            try:
                engine.dialect.do_ping(dbapi)
            except engine.dialect.loaded_dbapi.Error as gone:
                raise sa.exc.InvalidatePoolError from gone

    event.listen(engine, "checkin", lay_down)
    event.listen(engine, "checkout", give_out)


class _SQLiteWriters:
    """BEGIN IMMEDIATE with one writer per process waiting in a queue of our own.

    SQLite's busy handler polls without a queue and pysqlite's own BEGIN loses updates; both were measured.
    """

    def __init__(self, engine: sa.Engine, pragmas: Sequence[str]) -> None:
        self.pragmas = pragmas
        self.gate = threading.Lock()
        event.listen(engine, "connect", self.connect)
        event.listen(engine, "begin", self.begin)
        event.listen(engine, "commit", self.release)
        event.listen(engine, "rollback", self.release)

    def connect(self, dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # we send BEGIN ourselves
        for pragma in self.pragmas:
            dbapi.execute(f"PRAGMA {pragma}")
        dbapi.create_function("sha256", 1, _sha256, deterministic=True)  # PostgreSQL has it

    def begin(self, connection: sa.Connection) -> None:
        if connection.get_execution_options().get("read_only"):
            self._set_query_only(connection, True)
            connection.exec_driver_sql("BEGIN")
            return
        if not self.gate.acquire(timeout=WRITE_QUEUE_SECONDS):
            raise sa.exc.TimeoutError("the SQLite write queue is full")
        connection.info["gate"] = True
        try:
            self._set_query_only(connection, False)
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            self.release(connection)
            raise

    def release(self, connection: sa.Connection) -> None:
        if connection.info.pop("gate", False):
            self.gate.release()

    @staticmethod
    def _set_query_only(connection: sa.Connection, wanted: bool) -> None:
        if connection.info.get("query_only") is not wanted:
            connection.exec_driver_sql(f"PRAGMA query_only={int(wanted)}")
            connection.info["query_only"] = wanted


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
