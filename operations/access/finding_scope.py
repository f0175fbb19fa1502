"""Who sees which 认定不合理: the offices of its region; it is decided by supervisors alone."""

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from models.access import Role
from models.unreasonable import UnreasonableFinding
from operations.access.actor import Actor
from operations.access.found import the_one
from operations.access.withholding import open_to

READING = (Role.CLERK, Role.SUPERVISOR, Role.LEADER, Role.DISCIPLINE_OBSERVER)


def finding_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``unreasonable_findings`` that all of the actor's posts together give."""
    ground = UnreasonableFinding.region_path
    posts = (post for post in actor.posts_as(*READING) if post.region_path)
    within = or_(false(), *(ground.startswith(post.region_path, autoescape=True) for post in posts))
    return and_(within, open_to(actor, UnreasonableFinding.ticket_id))


def visible_findings(actor: Actor) -> Select[UnreasonableFinding]:
    """Every finding the actor may open."""
    return select(UnreasonableFinding).where(finding_scope(actor))


def get_finding(actor: Actor, finding_id: int) -> UnreasonableFinding:
    """The finding, or NotFound."""
    return the_one(visible_findings(actor).where(UnreasonableFinding.id == finding_id))


def held_finding(actor: Actor, finding_id: int) -> UnreasonableFinding:
    """The finding as it stands now, held until the running operation ends; or NotFound."""
    row = visible_findings(actor).where(UnreasonableFinding.id == finding_id)
    return the_one(row.with_for_update(of=UnreasonableFinding).execution_options(populate_existing=True))
