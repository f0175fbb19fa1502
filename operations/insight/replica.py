"""备库: pages of reports read a streaming replica where the site has one, and say up to when its data reach.

Only pages that read may turn to it (models/base.py): nothing that decides a write ever does.
"""

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa

from models import clock
from models.base import REPORTS, db

log = logging.getLogger(__name__)
LATE, TOO_OLD = timedelta(minutes=5), timedelta(hours=24)
# Seconds since what was replayed last was committed; a replica that has replayed all that came is not behind.
_BEHIND = sa.text(
    "SELECT CASE WHEN NOT pg_is_in_recovery() OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0"
    " ELSE coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 0) END"
)


def turn_to() -> datetime | None:
    """From now on the running page reads the replica; up to when its data reach. None: there is none, or it is away.

    A replica that does not answer costs nobody a page, and figures of another day tell nobody anything: then the
    site's own database is read (security.md R20).
    """
    session = db.session
    if REPORTS not in db.engines or not session.info.get("read_only"):
        return None
    session.info["reports"] = True
    try:
        late = behind()
        if late <= TOO_OLD:
            return clock.now() - late
        log.warning("the replica is %s behind", late)
    except sa.exc.DBAPIError as problem:
        log.warning("the replica does not answer: %s", type(problem.orig).__name__)
    session.info.pop("reports")
    session.rollback()
    return None


def behind() -> timedelta:
    """How far the database that is being read is behind the site's own."""
    if db.session.get_bind().dialect.name != "postgresql":
        return timedelta(0)
    return timedelta(seconds=float(db.session.scalar(_BEHIND) or 0))


def is_there() -> bool:
    """Whether the site has a replica at all."""
    return REPORTS in db.engines


def age() -> timedelta | None:
    """How far the replica is behind, on a connection of its own; None when it does not answer."""
    engine = db.engines[REPORTS]
    try:
        with engine.connect() as connection:
            if connection.dialect.name != "postgresql":
                return timedelta(0)
            return timedelta(seconds=float(connection.scalar(_BEHIND) or 0))
    except sa.exc.DBAPIError:
        return None
