"""Whose posts somebody may have covered, and by whom: a leader the own unit's, the security administrator any."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, false, literal, or_, select, true

from models.access import Post, PostCover, Role, User
from models.base import db
from models.directory import Organisation
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.sessions import BY_TWO
from operations.errors import BadInput

NAMING = (Role.UNIT_LEADER, Role.SECURITY_ADMINISTRATOR)
# Posts that others wait for. Stewards have 备岗 of their own; the three administrators are never stood in for.
COVERED = (Role.UNIT_LEADER, Role.LEADER, Role.SUPERVISOR)
STANDING_IN = (*COVERED, Role.CASE_OFFICER)
# One person lends a post that takes two administrators only to somebody who was given such a post.
WITH_POWER = tuple(role for role in STANDING_IN if role in BY_TWO)
OFFERED = 50


def coverable(actor: Actor) -> Select[Any]:
    """Posts with holder and unit for which the actor may name a substitute: none that is itself a substitute's."""
    lent = exists().where(PostCover.opened_post_id == Post.id)
    return _posts().where(Post.role.in_(COVERED), ~lent, _reach(actor))


def substitutes(post: Post) -> Select[Any]:
    """Who may stand in for this post: officials of its unit, of one above it or below it, never the holder.

    Posts of ``WITH_POWER`` pass among themselves alone (security.md (c), case 38).
    """
    roles = WITH_POWER if post.role in WITH_POWER else STANDING_IN
    own = db.session.scalars(select(Organisation.path).where(Organisation.id == post.organisation_id)).one()
    near = or_(Organisation.path.startswith(own, autoescape=True), literal(own).startswith(Organisation.path))
    return _posts().where(Post.role.in_(roles), Post.user_id != post.user_id, near)


def meant(rows: Select[Any], text: str, whom: str) -> Row[Any]:
    """The one of ``rows`` called so: by name, by account, or as ``周建（市供电公司）``. Raises BadInput."""
    name, _, unit = text.strip().rstrip("）)").replace("(", "（").partition("（")
    called = or_(User.name == name.strip(), User.username == name.strip())
    found = db.session.execute(rows.where(called, *([Organisation.short_name == unit.strip()] if unit else []))).all()
    if not found:
        raise BadInput(f"没有找到{whom}“{text[:30]}”。")
    if len({row.user_id for row in found}) > 1:
        raise BadInput(f"叫“{text[:30]}”的有几位，请写成 姓名（单位简称）。")
    return found[0]


def offered(actor: Actor) -> Sequence[str]:
    """Names to pick from while somebody types."""
    rows = db.session.execute(coverable(actor).order_by(Post.rank, Post.id).limit(OFFERED))
    return [f"{row.name}（{row.unit}）" for row in rows]


def visible_covers(actor: Actor) -> Select[Any]:
    """Every cover the actor may see: of the posts they may have covered, and those in which they stand in."""
    holder, substitute = User.__table__.alias("holder"), User.__table__.alias("substitute")
    return (
        select(PostCover, Post.title, Post.role, Organisation.short_name.label("unit"), holder.c.name.label("holder"),
               substitute.c.name.label("substitute"))
        .join(Post, Post.id == PostCover.post_id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .join(holder, holder.c.id == Post.user_id)
        .join(substitute, substitute.c.id == PostCover.substitute_id)
        .where(_reach(actor))
    )


def get_cover(actor: Actor, cover_id: int) -> PostCover:
    """The cover, or NotFound."""
    rows = visible_covers(actor).with_only_columns(PostCover).where(PostCover.id == cover_id)
    return the_one(rows)


def _posts() -> Select[Any]:
    rows: Any = (
        select(Post.id, Post.user_id, Post.title, Post.role, User.name, Organisation.short_name.label("unit"))
        .join(User, User.id == Post.user_id)
        .join(Organisation, Organisation.id == Post.organisation_id)
    )
    return rows.where(Post.ended_at.is_(None), User.is_active.is_(True))


def _reach(actor: Actor) -> ColumnElement[bool]:
    return or_(false(), *(_reach_of(post) for post in actor.posts_as(*NAMING)))


def _reach_of(post: Standing) -> ColumnElement[bool]:
    if post.role is Role.SECURITY_ADMINISTRATOR:
        return true()
    return Organisation.path.startswith(post.unit_path, autoescape=True)
