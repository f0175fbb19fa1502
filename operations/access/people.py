"""The actor of an account without a session: for jobs, imports, demonstration and tests."""

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from models.access import Post, Role, User
from models.base import db
from models.directory import Organisation, Region, Steward
from operations.access.actor import Actor, Standing
from operations.access.vacancies import standing_in
from operations.errors import NotFound

_Owner = aliased(Organisation)


def actor_named(username: str) -> Actor:
    """The actor with every post the account holds now; NotFound when there is no such account."""
    user = db.session.scalar(select(User).where(User.username == username))
    if user is None:
        raise NotFound(f"没有账号 {username}。")
    return Actor(user_id=user.id, name=user.name, posts=standings(user.id))


def as_now(user_id: int) -> Actor:
    """Somebody with every post they hold now; with none where the account is closed."""
    user = db.session.get_one(User, user_id)
    return Actor(user_id=user.id, name=user.name, posts=standings(user.id) if user.is_active else ())


def standings(user_id: int) -> tuple[Standing, ...]:
    """The posts a person holds now, and those that they stand in for."""
    rows = (
        select(Post, Organisation.short_name, Organisation.path, Region.path, _Owner.path)
        .outerjoin(Organisation, Organisation.id == Post.organisation_id)
        .outerjoin(Region, Region.id == func.coalesce(Post.region_id, Organisation.region_id))
        .outerjoin(Steward, (Steward.user_id == Post.user_id) & (Post.role == Role.STEWARD))
        .outerjoin(_Owner, _Owner.id == Steward.owner_unit_id)
        .where(Post.user_id == user_id, Post.ended_at.is_(None))
        .order_by(Post.id)
    )
    held = tuple(
        Standing(post.id, post.role, post.organisation_id, unit or "", unit_path or "", region_path or "",
                 post.enterprise_id, post.title, post.member_role, owner_path=owner_path or "")
        for post, unit, unit_path, region_path, owner_path in db.session.execute(rows)
    )
    return held + standing_in(held)
