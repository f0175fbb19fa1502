"""What stands on every page beside the menu: unread messages and, for those above, when the sweep last ran."""

from dataclasses import dataclass

from sqlalchemy import select

from models.base import db
from operations import notices, protection
from operations.access.actor import Actor
from operations.access.scope import REGIONAL
from operations.access.withholding import asked_by
from operations.supervision import heartbeat
from operations.supervision.heartbeat import Heartbeat

_UNREAD = notices.UNREAD.scalar_subquery().label("unread")
_OF_ALL = select(_UNREAD, protection.CLOCK_IS_WRONG.label("clock_is_wrong"))
_OF_BOTH = _OF_ALL.add_columns(*heartbeat.COLUMNS)


@dataclass(frozen=True, slots=True)
class Glance:
    """``unread`` is counted up to ``notices.UNREAD_COUNTED``, so that neglect costs no time. Nothing is written while
    the clock is wrong."""

    unread: int
    clock_is_wrong: bool
    heartbeat: Heartbeat | None


def of(actor: Actor) -> Glance:
    """One statement: every page pays for it."""
    relies = actor.holds(*REGIONAL)
    asked = {"person": actor.user_id} | asked_by(actor)
    row = db.session.connection().execute(_OF_BOTH if relies else _OF_ALL, asked).one()
    return Glance(row.unread, row.clock_is_wrong, heartbeat.told(row) if relies else None)
