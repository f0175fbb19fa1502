"""解锁: the security administrator lets an account try again whose password somebody else has kept typing (case 41)."""

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select

from models import clock
from models.access import LoginAttempt, User
from models.base import db
from operations import log
from operations.access import two_step
from operations.access.account_desk import LOOKING
from operations.access.actor import Actor
from operations.base import operation
from operations.errors import NotAllowed, NotFound, Refused

LOOKING_BACK = timedelta(days=1)  # as far as the longest limit


def failures_of(user_id: int) -> int:
    """How often in the last day the password or the code of this account was wrong."""
    user = db.session.get(User, user_id)
    counted = select(func.count()).select_from(LoginAttempt)
    return db.session.scalar(counted.where(_failed(user))) or 0 if user else 0


@operation
def unlock(user_id: int, *, actor: Actor) -> None:
    """解锁：the failures count no more; the log keeps each of them. Never one's own. Raises Refused where none are."""
    standing = next(iter(actor.posts_as(*LOOKING)), None)
    if standing is None:
        raise NotAllowed
    if actor.user_id == user_id:
        raise Refused("不能给自己解锁，请另一位安全管理员办理。")
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    forgotten = db.session.connection().execute(delete(LoginAttempt).where(_failed(user))).rowcount
    if not forgotten:
        raise Refused("这个账号没有输错的记录，没有被锁。")
    log.record("unlock_account", object_type="user", object_id=user.id, actor=actor, standing=standing,
               details={"failures": forgotten})


def _failed(user: User) -> ColumnElement[bool]:
    tried = or_(LoginAttempt.account == user.username, LoginAttempt.account == two_step.counted_as(user.id))
    return tried & (LoginAttempt.failed_at > clock.now() - LOOKING_BACK)
