"""After a restore: time has passed that the database does not know of (security.md (f), traps; abuse case 45)."""

from typing import Any

from sqlalchemy import update

from models import clock
from models.access import LoginSession
from models.base import db
from models.deliveries import Delivery, Outcome
from operations import log
from operations.access.actor import SYSTEM
from operations.backup.manifest import Manifest
from operations.base import operation

HELD = "恢复自备份，可能已经发过，没有自动重发"


@operation
def settle(made: Manifest) -> None:
    """恢复备份：everybody signs in anew, nothing is sent a second time by itself, and the log says what was done."""
    now = clock.now()
    sessions: Any = update(LoginSession).where(LoginSession.ended_at.is_(None)).values(ended_at=now)
    db.session.execute(sessions.execution_options(synchronize_session=False))
    waiting: Any = update(Delivery).where(Delivery.ended_at.is_(None))
    held = waiting.values(ended_at=now, outcome=Outcome.GIVEN_UP, words="", problem=HELD)
    db.session.execute(held.execution_options(synchronize_session=False))
    details = {"taken_at": made.taken_at, "seq": made.seq, "hash": made.hash, "revision": made.revision}
    log.record("restore_backup", object_type="site", object_id=None, actor=SYSTEM, details=details)
