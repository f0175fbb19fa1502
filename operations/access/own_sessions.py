"""登录设备: where an account is signed in now, and ending it there (ASVS 5.0 V7.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Update, select, update

from models import clock
from models.access import LoginSession
from models.base import db
from operations import log
from operations.access.actor import Actor
from operations.access.sessions import SessionRules
from operations.base import operation
from operations.errors import NotFound
from operations.protection import even_when_protected

# What an agent says of itself, in the order in which it must be looked for: most claim to be others, too.
BROWSERS = (("MicroMessenger", "微信"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
            ("Safari", "Safari"))
SYSTEMS = (("Android", "安卓"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
           ("Linux", "Linux"))


@dataclass(frozen=True, slots=True)
class Place:
    """One session: by which browser and system, from which address, since when; ``is_here`` is the asking one."""

    id: int
    device: str
    address: str
    created_at: datetime
    seen_at: datetime
    is_here: bool


def listed(actor: Actor, *, rules: SessionRules) -> Sequence[Place]:
    """Every session of the actor's account that still opens something, this one first, then the latest seen."""
    now = clock.now()
    rows = db.session.scalars(
        select(LoginSession)
        .where(LoginSession.user_id == actor.user_id, LoginSession.ended_at.is_(None),
               LoginSession.seen_at >= now - rules.idle_of(actor.roles),
               LoginSession.created_at >= now - rules.absolute)
        .order_by((LoginSession.id == actor.session_id).desc(), LoginSession.seen_at.desc(), LoginSession.id)
    )
    return [Place(row.id, device_of(row.agent), row.address, row.created_at, row.seen_at, row.id == actor.session_id)
            for row in rows]


@operation
@even_when_protected
def end(actor: Actor, session_id: int) -> None:
    """退出：one session of the actor's own other than this one; whoever holds its cookie is asked to sign in.

    Raises NotFound for anybody else's, for one that has ended and for this one, which is left by signing out.
    """
    if not _ended(actor, _others(actor).where(LoginSession.id == session_id)):
        raise NotFound


@operation
@even_when_protected
def end_others(actor: Actor) -> int:
    """全部退出：every session of the account but this one. Returns how many there were."""
    return _ended(actor, _others(actor))


def device_of(agent: str) -> str:
    """``Windows 上的 Chrome``; 未知设备 of an agent that says nothing known."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{system} 上的 {browser}" if browser and system else browser or system or "未知设备"


def _others(actor: Actor) -> Update:
    open_ones = (LoginSession.user_id == actor.user_id, LoginSession.ended_at.is_(None))
    return update(LoginSession).where(*open_ones, LoginSession.id != actor.session_id)


def _ended(actor: Actor, which: Update) -> int:
    count: int = db.session.connection().execute(which.values(ended_at=clock.now())).rowcount
    if count:
        log.record("end_sessions", object_type="user", object_id=actor.user_id, actor=actor, details={"count": count})
    return count
