"""Who sees which measure: the offices above see their region, a unit's leader what a leader has approved against it."""

from sqlalchemy import ColumnElement, Select, false, or_, select

from models.access import Role
from models.measures import Decision, Measure, Reconsideration
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.scope import units_of
from operations.access.withholding import open_to

ABOVE = (Role.SUPERVISOR, Role.LEADER, Role.DISCIPLINE_OBSERVER)
READING = (Role.UNIT_LEADER, *ABOVE)


def measure_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``measures`` that all of the actor's posts together give."""
    return or_(false(), *(_measures_of(post) for post in actor.posts)) & open_to(actor, Measure.ticket_id)


def get_measure(actor: Actor, measure_id: int) -> Measure:
    """The measure, or NotFound."""
    return the_one(select(Measure).where(measure_scope(actor), Measure.id == measure_id))


def reconsideration_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``reconsiderations``: the region's offices, and the unit's leader."""
    seen = or_(false(), *(_reconsiderations_of(post) for post in actor.posts))
    return seen & open_to(actor, Reconsideration.ticket_id)


def visible_reconsiderations(actor: Actor) -> Select[Reconsideration]:
    """Every reconsideration the actor may open."""
    return select(Reconsideration).where(reconsideration_scope(actor))


def get_reconsideration(actor: Actor, reconsideration_id: int) -> Reconsideration:
    """The reconsideration, or NotFound."""
    return the_one(visible_reconsiderations(actor).where(Reconsideration.id == reconsideration_id))


def _measures_of(post: Standing) -> ColumnElement[bool]:
    if post.role in ABOVE and post.region_path:
        return Measure.region_path.startswith(post.region_path, autoescape=True)
    if post.role is Role.UNIT_LEADER:
        return Measure.unit_id.in_(units_of(post)) & (Measure.decision == Decision.APPROVED)
    return false()


def _reconsiderations_of(post: Standing) -> ColumnElement[bool]:
    if post.role in ABOVE and post.region_path:
        return Reconsideration.region_path.startswith(post.region_path, autoescape=True)
    return Reconsideration.unit_id.in_(units_of(post)) if post.role is Role.UNIT_LEADER else false()
