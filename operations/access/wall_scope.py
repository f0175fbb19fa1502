"""Who sees which figures of 评价: the offices above their region's units, a leader the own unit and what lies below.

Officers' figures are for the leader of that very unit and for supervisors of its region; nobody else gets them, by no
page, list, file or address.
"""

from sqlalchemy import ColumnElement, and_, false, or_, select

from models.access import Role
from models.base import db
from models.directory import Organisation, Region
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.scope import REGIONAL, is_below, units_of
from operations.errors import NotFound

READING = (Role.UNIT_LEADER, *REGIONAL)
# Who may know which case has no rating: it tells who has given one. Never anybody of the unit that did the work.
OVERSEEING = (Role.SUPERVISOR, Role.LEADER, Role.DISCIPLINE_OBSERVER)


def rated_units(actor: Actor, *roles: Role) -> ColumnElement[bool]:
    """The condition on ``organisations``: the units whose figures the actor sees, by the posts of ``roles`` or all."""
    return or_(false(), *(_units_of(post) for post in actor.posts_as(*(roles or READING))))


def overseen_units(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``organisations``: the units of whose single cases the actor may know whether they are rated."""
    return and_(rated_units(actor, *OVERSEEING), Organisation.id.not_in(sorted(actor.houses)))


def get_overseen_unit(actor: Actor, unit_id: int) -> Organisation:
    """One of them, or NotFound."""
    return the_one(select(Organisation).where(overseen_units(actor), Organisation.id == unit_id))


def overseen_grounds(actor: Actor) -> list[str]:
    """The paths of the regions above which the actor oversees, none below another."""
    paths = sorted({post.region_path for post in actor.posts_as(*OVERSEEING) if post.region_path})
    return [path for path in paths if not any(path != other and path.startswith(other) for other in paths)]


def get_rated_unit(actor: Actor, unit_id: int) -> Organisation:
    """The unit, or NotFound."""
    return the_one(select(Organisation).where(rated_units(actor), Organisation.id == unit_id))


def sees_officers(actor: Actor, unit: Organisation) -> bool:
    """Whether the actor may know how single officers of the unit are rated."""
    if any(post.unit_id == unit.id for post in actor.posts_as(Role.UNIT_LEADER)):
        return True
    path = db.session.scalar(select(Region.path).where(Region.id == unit.region_id)) or ""
    return actor.post_above(path, roles=(Role.SUPERVISOR,)) is not None


def ensure_sees_officers(actor: Actor, unit: Organisation | None) -> None:
    """Raises NotFound where officers are not the actor's to see."""
    if unit is None or not sees_officers(actor, unit):
        raise NotFound


def _units_of(post: Standing) -> ColumnElement[bool]:
    if post.role is Role.UNIT_LEADER:
        return Organisation.id.in_(units_of(post))
    below = select(Region.id).where(is_below(post.region_path) if post.region_path else false())
    return Organisation.region_id.in_(below)
