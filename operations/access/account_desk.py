"""账号: opened and closed; and what administrators see of one – who it is, how it signs in, nothing of its business."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import aliased

from models import clock
from models.access import Authenticator, Post, Role, User
from models.access.posts import ADMINISTRATORS
from models.base import db
from models.directory import Enterprise, Organisation
from operations import log
from operations.access.actor import Actor
from operations.access.sessions import end_sessions
from operations.base import insert_ignoring, operation
from operations.delivery.texts import is_mailbox, is_mobile
from operations.errors import BadInput, NotAllowed, NotFound, Refused

LOOKING = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR)
OPENING = (Role.SYSTEM_ADMINISTRATOR, Role.SYSTEM)
SHOWN = 20
USERNAME = re.compile("[a-z][a-z0-9._-]{2,31}|1[3-9][0-9]{9}")


@dataclass(frozen=True, slots=True)
class Account:
    """One account with its posts in words; ``two_step_at`` is when its authenticator was confirmed."""

    id: int
    username: str
    name: str
    is_active: bool
    has_password: bool
    posts: Sequence[str]
    two_step_at: datetime | None


def found(actor: Actor, words: str) -> Sequence[Account]:
    """The accounts of this user name, mobile or beginning of a name; at most ``SHOWN``, and none for no words."""
    _ensure_may(actor)
    said = words.strip().lower()
    meant = or_(User.username == said, User.phone == said, User.name.startswith(words.strip(), autoescape=True))
    rows = select(User).where(meant).order_by(User.name, User.id).limit(SHOWN)
    return _told(db.session.scalars(rows).all()) if said else []


def get(actor: Actor, user_id: int) -> Account:
    """One account. Raises NotFound."""
    _ensure_may(actor)
    told = _told(db.session.scalars(select(User).where(User.id == user_id)).all())
    if not told:
        raise NotFound
    return told[0]


@operation
def open_account(username: str, *, name: str, mobile: str, email: str, actor: Actor) -> User:
    """开户：an account without a password or a post; the security administrator gives both. Raises BadInput."""
    _ensure_may(actor, OPENING)
    if not USERNAME.fullmatch(username):
        raise BadInput("用户名用小写字母开头，3–32 位字母、数字、点、横线；也可以用手机号。")
    if mobile and not is_mobile(mobile):
        raise BadInput("手机号应为 11 位数字。")
    if email and not is_mailbox(email):
        raise BadInput("邮箱应为一个地址，如 name@example.com。")
    if is_mobile(username) and mobile not in ("", username):
        # Whoever proves that number later is taken for the owner of this account: its links must reach nobody else.
        raise BadInput("用手机号作用户名的，手机号一栏应当是同一个号码，或者留空。")
    row = {"username": username, "name": name, "phone": mobile or None, "email": email or None, "is_active": True,
           "created_at": clock.now()}
    made = db.session.scalar(insert_ignoring(User).values(row).returning(User.id))
    if made is None:
        raise BadInput("已有这个用户名。")
    _note("open_account", made, actor)
    return db.session.get_one(User, made)


@operation
def close(user_id: int, *, reason: str, actor: Actor) -> None:
    """停用账号：whatever is open anywhere ends at once; its posts stay, for when it is taken up again. Raises Refused."""
    _ensure_may(actor, OPENING)
    if user_id == actor.user_id:
        raise Refused("不能停用自己的账号。")
    _ensure_another(user_id)
    _switch(user_id, False)
    end_sessions(user_id)
    _note("close_account", user_id, actor, reason)


@operation
def take_up(user_id: int, *, reason: str, actor: Actor) -> None:
    """恢复账号. Raises NotFound, Refused."""
    _ensure_may(actor, OPENING)
    _switch(user_id, True)
    _note("take_up_account", user_id, actor, reason)


def _ensure_another(user_id: int) -> None:
    """Raise Refused for the last of one of the three: who runs the machines does not end whoever watches them."""
    log.take_turn()  # of two at once the second sees the account of the first closed
    held = aliased(Post)
    others = (
        exists().where(held.role == Post.role, held.ended_at.is_(None), held.user_id != user_id)
        .where(User.id == held.user_id, User.is_active)
    )
    last = db.session.scalar(select(Post.role).where(
        Post.user_id == user_id, Post.role.in_(ADMINISTRATORS), Post.ended_at.is_(None), ~others))
    if last is not None:
        raise Refused(f"{last.label}只有这一位，停用后没有人接手；请先安排另一位。")


def _switch(user_id: int, is_active: bool) -> None:
    switching = update(User).where(User.id == user_id, User.is_active.is_not(is_active)).values(is_active=is_active)
    if db.session.connection().execute(switching).rowcount == 1:
        return
    if db.session.get(User, user_id) is None:
        raise NotFound
    raise Refused("这个账号已经恢复。" if is_active else "这个账号已经停用。")


def _note(action: str, user_id: int, actor: Actor, words: str = "") -> None:
    log.record(action, object_type="user", object_id=user_id, actor=actor, words=words,
               standing=next(iter(actor.posts_as(*OPENING)), None))


def _told(users: Sequence[User]) -> Sequence[Account]:
    ids = [user.id for user in users]
    where = func.coalesce(Organisation.short_name, Enterprise.short_name, Enterprise.name, "")
    held = (
        select(Post.user_id, Post.role, Post.title, where)
        .outerjoin(Organisation, Organisation.id == Post.organisation_id)
        .outerjoin(Enterprise, Enterprise.id == Post.enterprise_id)
        .where(Post.user_id.in_(ids), Post.ended_at.is_(None)).order_by(Post.id)
    )
    posts: dict[int, list[str]] = {}
    for user_id, role, title, unit in db.session.execute(held):
        posts.setdefault(user_id, []).append(f"{unit} {title or role.label}".strip())
    confirmed = select(Authenticator.user_id, Authenticator.confirmed_at).where(
        Authenticator.user_id.in_(ids), Authenticator.confirmed_at.is_not(None))
    since = {user_id: at for user_id, at in db.session.execute(confirmed)}
    return [Account(user.id, user.username, user.name, user.is_active, user.password_hash is not None,
                    posts.get(user.id, []), since.get(user.id)) for user in users]


def _ensure_may(actor: Actor, roles: tuple[Role, ...] = LOOKING) -> None:
    if not actor.holds(*roles):
        raise NotAllowed
