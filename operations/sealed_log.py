"""How the sealed log is read for verification: as the database has it; no type of ours may mend what was altered."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.log import Event, EventWords, LogHead

BATCH = 20_000
FIRST, LAST = -(2**63), 2**63 - 1
# One snapshot that only reads: what is written meanwhile is not seen by halves.
SNAPSHOT: dict[str, dict[str, Any]] = {
    "sqlite": {"read_only": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


@contextmanager
def snapshot() -> Iterator[sa.Connection]:
    """A connection that sees one moment and writes nothing."""
    options = SNAPSHOT[db.engine.dialect.name]
    with db.engine.connect().execution_options(**options) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SET LOCAL TIME ZONE 'UTC'"))
        yield connection


def head_seq() -> int:
    """How far the log goes, by what its head says."""
    with snapshot() as connection:
        return max((seq for seq, _ in heads(connection)), default=0)


def heads(connection: sa.Connection) -> Sequence[tuple[int, str]]:
    """The end of the chain; anything but one row is a finding."""
    return [(seq, digest) for seq, digest in connection.execute(sa.select(LogHead.seq, LogHead.hash))]


def batches(connection: sa.Connection, after: int | None, until: int | None) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The rows in order as plain tuples in the order of `SealedRow`."""
    after = FIRST if after is None else after
    while rows := _read(connection, after, LAST if until is None else until):
        yield rows
        after = rows[-1][0]


def row(connection: sa.Connection, seq: int) -> tuple[Any, ...] | None:
    """One row, or None where there is none."""
    return next(iter(_read(connection, seq - 1, seq)), None)


def links(connection: sa.Connection) -> Iterator[tuple[Any, ...]]:
    """Every link as it is sealed, without what the columns repeat: number, prev, hash, algorithm, body."""
    for rows in batches(connection, None, None):
        yield from (row[:1] + row[14:16] + row[13:14] + row[12:13] for row in rows)


def words_without_event(connection: sa.Connection) -> Sequence[int]:
    """Numbers of words whose event is not there."""
    lost = sa.select(_W.event_seq).where(~sa.exists().where(_E.seq == _W.event_seq))
    return connection.execute(lost.order_by(_W.event_seq)).scalars().all()


def _read(connection: sa.Connection, after: int, until: int) -> Sequence[tuple[Any, ...]]:
    bounds = {"after": after, "until": until}
    try:
        return _plain(connection, bounds)
    except sqlite3.OperationalError:  # a text that is no UTF-8 any more: read it as well as it can be
        with _lossy(connection):
            return _plain(connection, bounds)


def _plain(connection: sa.Connection, bounds: dict[str, int]) -> Sequence[tuple[Any, ...]]:
    cursor: Any = connection.execute(_ROWS, bounds).cursor
    return cursor.fetchall()


@contextmanager
def _lossy(connection: sa.Connection) -> Iterator[None]:
    driver: Any = connection.connection.driver_connection
    driver.text_factory = lambda given: given.decode("utf-8", "replace")
    try:
        yield
    finally:
        driver.text_factory = str


def _stamp_of_text(at: Any) -> str:
    """SQLite keeps ``2026-08-19 01:05:00.000000``; the seal says it in ISO 8601."""
    day, _, rest = str(at).partition(" ")
    return f"{day}T{rest}".removesuffix(".000000") + "+00:00"


def _stamp_of_moment(at: Any) -> str:
    return at.isoformat() if isinstance(at, datetime) else str(at)


# A moment as the driver gives it, in the words of the seal.
STAMPS: dict[str, Callable[[Any], str]] = {"sqlite": _stamp_of_text, "postgresql": _stamp_of_moment}

_E, _W = Event, EventWords
_AFTER, _UNTIL = (sa.bindparam(name, type_=sa.BigInteger) for name in ("after", "until"))
_STORED = (
    _E.seq, _E.at, _E.actor_id, _E.post_id, _E.action, _E.object_type, _E.object_id, _E.ticket_id, _E.round,
    _E.source, _E.target, _E.is_public, _E.body, _E.alg, _E.prev, _E.hash, _W.salt, _W.words,
)  # fmt: skip
_ROWS = (
    sa.select(*(sa.type_coerce(column, sa.types.NullType()).label(column.key) for column in _STORED))
    .outerjoin(_W, (_W.event_seq == _E.seq) & (_W.event_seq > _AFTER) & (_W.event_seq <= _UNTIL))
    .where(_E.seq > _AFTER, _E.seq <= _UNTIL)
    .order_by(_E.seq)
    .limit(BATCH)
)
