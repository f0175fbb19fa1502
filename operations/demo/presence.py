"""Whether the demonstration stands in this database, who lives in it, and how they sign in."""

from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select

from models.access import LoginAttempt, Post, Role, User
from models.base import db
from models.directory import Enterprise, Organisation
from operations import log
from operations.access.actor import SYSTEM
from operations.access.passwords import hashed as hash_of
from operations.base import operation
from operations.demo import city, suburbs
from operations.demo.city import PASSWORD

__all__ = ["PASSWORD", "DemoAccount", "accounts", "is_built", "is_ground_free", "reset_passwords"]

USERNAMES = [person[0] for person in (*city.PEOPLE, *suburbs.PEOPLE)]
USERNAMES += [row[8][0] for row in (*city.ENTERPRISES, *suburbs.ENTERPRISES) if row[8]]


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One line of the table that ``serve`` prints."""

    username: str
    name: str
    role: str
    unit: str
    has_first_password: bool


def is_built() -> bool:
    """Whether the demonstration city is in the database."""
    return bool(db.session.scalar(select(exists().where(Organisation.name == city.ORGANISATIONS[0][0]))))


def is_ground_free() -> bool:
    """Whether nobody has begun to use the database: no account, no organisation."""
    occupied = select(exists(select(User.id))), select(exists(select(Organisation.id)))
    return not any(db.session.scalar(question) for question in occupied)


def accounts() -> list[DemoAccount]:
    """The accounts of the demonstration with the role and unit of their first post, in the order of the roles."""
    if not is_built():
        return []
    where = func.coalesce(Organisation.short_name, Enterprise.short_name)
    rows = (
        select(User.username, User.name, Post.role, where, User.password_changed_at)
        .join(Post, Post.user_id == User.id)
        .outerjoin(Organisation, Organisation.id == Post.organisation_id)
        .outerjoin(Enterprise, Enterprise.id == Post.enterprise_id)
        .where(User.username.in_(USERNAMES), Post.ended_at.is_(None))
        .order_by(Post.id)
    )
    found = [
        (role, DemoAccount(username, name, role.label, unit, changed_at is None))
        for username, name, role, unit, changed_at in db.session.execute(rows)
    ]
    return [account for _, account in sorted(found, key=lambda pair: list(Role).index(pair[0]))]


@operation
def reset_passwords(password: str = PASSWORD) -> int:
    """Give every demonstration account its first password again and lift its lockout. Returns how many."""
    hashed = hash_of(password)
    users = db.session.scalars(_demo_users()).all()
    for user in users:
        user.password_hash, user.password_changed_at = hashed, None
        log.record("reset_password", object_type="user", object_id=user.id, actor=SYSTEM, standing=SYSTEM.posts[0])
    failed = db.session.query(LoginAttempt).filter(LoginAttempt.account.in_(USERNAMES))
    failed.delete(synchronize_session=False)
    return len(users)


def _demo_users() -> Select[User]:
    return select(User).where(User.username.in_(USERNAMES))
