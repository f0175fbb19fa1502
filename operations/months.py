"""换月: what only grows is cut where a month begins, so that ten years of it stay cheap (docs/decisions.md)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from models import clock
from models.base import db
from models.log import Event
from models.months import Month
from models.notices import Notice
from operations.base import be_patient, operation
from operations.clocks import shanghai
from operations.errors import Stale
from operations.job_ledger import Tally
from operations.protection import even_when_protected

BUSY = "日志正被长时间读取（备份、验证），下次再试"
LOCKED = "55P03"
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

    Nobody has a row in writing while the tables are ours, so all borders are exact, whatever the clocks say. On SQLite
    whoever writes is alone already; on PostgreSQL the tables are cut by their owner, whose function this account calls.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        be_patient()
        begun = select(func.begin_month(month, clock.now() + SAID_AGAIN_WITHIN))
        return bool(db.session.scalar(begun))
    if latest() >= month:
        return False
    db.session.add(Month(month=month, first_seq=_following(Event.seq), first_ticket_id=_following(Event.ticket_id),
                         first_notice_id=_following(Notice.id)))
    return True


def _following(key: Any) -> int:
    return (db.session.scalar(select(func.max(key))) or 0) + 1


@operation
@even_when_protected
def analyse() -> None:
    """Let the planner know how many rows there are, and have a reference that was made anew checked."""
    if db.session.get_bind().dialect.name == "postgresql":
        be_patient()
        db.session.execute(select(func.settle_months()))
