"""账号: what the security administrator sees of an account – who it is and how it signs in, nothing of its business."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from models.access import Authenticator, Post, Role, User
from models.base import db
from models.directory import Enterprise, Organisation
from operations.access.actor import Actor
from operations.errors import NotAllowed, NotFound

LOOKING = (Role.SECURITY_ADMINISTRATOR,)
SHOWN = 20


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


def _ensure_may(actor: Actor) -> None:
    if not actor.holds(*LOOKING):
        raise NotAllowed
