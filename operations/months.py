"""换月: what only grows is cut where a month begins, so that ten years of it stay cheap (docs/decisions.md)."""

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from models import months
from models.base import db
from models.log import Event
from models.months import Month
from operations.base import be_patient, operation
from operations.clocks import shanghai
from operations.errors import Stale
from operations.job_ledger import Tally
from operations.protection import even_when_protected

# Whoever comes meanwhile waits behind us: shorter than the second after which PostgreSQL looks for deadlocks, so that
# it is never somebody's act that is given up.
PATIENCE = "900ms"
BUSY = "日志正被长时间读取（备份、验证），下次再试"
LOCKED = "55P03"


def present() -> str:
    """The month that it is, as ``2026-11``."""
    return f"{shanghai.today():%Y-%m}"


def latest() -> str:
    """The month that was begun last; empty before the first. Never goes back, whatever the clock does."""
    return db.session.scalar(select(func.max(Month.month))) or ""


def keep() -> Tally:
    """Begin the present month if nobody has. Where the tables cannot be had at once it is tried again: until then rows
    go on into the month before, and nothing fails."""
    month = present()
    if latest() >= month:
        return Tally()
    try:
        begun = begin(month)
    except Stale:
        return Tally(scanned=1, remaining=1, error=BUSY)
    except DBAPIError as problem:
        if getattr(problem.orig, "sqlstate", None) != LOCKED:
            raise
        return Tally(scanned=1, remaining=1, error=BUSY)
    if begun:
        analyse()
    return Tally(scanned=1, done=int(begun))


@operation
@even_when_protected
def begin(month: str) -> bool:
    """换月：let what is written from now on be of this month. False when somebody else was first.

    Nobody has an event in writing while the tables are ours, so both borders are exact, whatever the clocks say.
    """
    _lock()
    if latest() >= month:
        return False
    newest = select(Event.seq, Event.hash).order_by(Event.seq.desc()).limit(1)
    last, link = db.session.execute(newest).first() or (0, "")
    border, first_ticket = last + 1, (db.session.scalar(select(func.max(Event.ticket_id))) or 0) + 1
    if db.session.get_bind().dialect.name == "postgresql":
        _cut(db.session.connection(), month, border, link)
    db.session.add(Month(month=month, first_seq=border, first_ticket_id=first_ticket))
    return True


def _cut(connection: Connection, month: str, border: int, link: str) -> None:
    if begun := months.close(connection, months.EVENTS, border=border, month=month):
        months.follow(connection, begun, border=border, link=link)
    months.close(connection, months.WORDS, border=border, month=month)


def _lock() -> None:
    """On SQLite whoever writes is alone already."""
    if db.session.get_bind().dialect.name == "postgresql":
        be_patient()
        connection = db.session.connection()
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        connection.exec_driver_sql(f"LOCK TABLE {months.EVENTS.table}, {months.WORDS.table} IN ACCESS EXCLUSIVE MODE")


@operation
@even_when_protected
def analyse() -> None:
    """Let the planner know how many rows there are: PostgreSQL looks at partitions by itself, at their whole never."""
    if db.session.get_bind().dialect.name == "postgresql":
        be_patient()
        db.session.connection().exec_driver_sql(f"ANALYZE {months.EVENTS.table}, {months.WORDS.table}")
