"""换月: what only grows is cut where a month begins, so that ten years of it stay cheap (docs/decisions.md)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from models import clock, months
from models.base import db
from models.log import Event
from models.months import Month
from models.notices import Notice
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
REFERENCE = "fk_deliveries_notice_id"
# Whatever is tried again is tried again within days: an alarm of several processes, a sweep that broke off.
SAID_AGAIN_WITHIN = timedelta(days=7)


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

    Nobody has a row in writing while the tables are ours, so all borders are exact, whatever the clocks say.
    """
    _lock()
    if latest() >= month:
        return False
    begun = Month(month=month, first_seq=_following(Event.seq), first_ticket_id=_following(Event.ticket_id),
                  first_notice_id=_following(Notice.id))
    if db.session.get_bind().dialect.name == "postgresql":
        _cut_log(db.session.connection(), begun)
        _cut_notices(db.session.connection(), begun)
    db.session.add(begun)
    return True


def _following(key: Any) -> int:
    return (db.session.scalar(select(func.max(key))) or 0) + 1


def _cut_log(connection: Connection, begun: Month) -> None:
    month, border = begun.month, begun.first_seq
    if cut := months.close(connection, months.EVENTS, border=border, month=month):
        last = connection.scalar(select(Event.hash).where(Event.seq == border - 1))
        months.follow(connection, cut[1], border=border, link=str(last))
    months.close(connection, months.WORDS, border=border, month=month)


def _cut_notices(connection: Connection, begun: Month) -> None:
    """A partition that is referred to cannot be taken out: the reference is made anew, ``analyse`` has it checked."""
    connection.exec_driver_sql(f"ALTER TABLE deliveries DROP CONSTRAINT {REFERENCE}")
    if cut := months.close(connection, months.NOTICES, border=begun.first_notice_id, month=begun.month):
        months.told_once(connection, cut[1], before=cut[0], until=clock.now() + SAID_AGAIN_WITHIN)
    connection.exec_driver_sql(
        f"ALTER TABLE deliveries ADD CONSTRAINT {REFERENCE} FOREIGN KEY (notice_id) REFERENCES notices (id) NOT VALID"
    )


def _lock() -> None:
    """On SQLite whoever writes is alone already."""
    if db.session.get_bind().dialect.name == "postgresql":
        be_patient()
        connection = db.session.connection()
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        connection.exec_driver_sql("LOCK TABLE events, event_words, notices, deliveries IN ACCESS EXCLUSIVE MODE")


@operation
@even_when_protected
def analyse() -> None:
    """Let the planner know how many rows there are: PostgreSQL looks at partitions by itself, at their whole never."""
    if db.session.get_bind().dialect.name == "postgresql":
        be_patient()
        connection = db.session.connection()
        connection.exec_driver_sql(f"ALTER TABLE deliveries VALIDATE CONSTRAINT {REFERENCE}")
        connection.exec_driver_sql("ANALYZE events, event_words, notices")
