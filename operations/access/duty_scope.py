"""Which stewards, and which hand-overs between them, somebody sees: scope.py for those on duty (habit 9)."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.directory import Enterprise, Handover, HandoverItem, Organisation, Region, Steward, Stewardship
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.scope import REGIONAL, is_below


def steward_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``users``: stewards of an office's region; a registrar's own, and who looks after what it owns.

    domain.md §1: a registrar sees what its unit owns. A county's registrar owns by territory, a bureau's by its line.
    """
    offices = or_(false(), *(_stewards_on_ground(post) for post in actor.posts_as(*REGIONAL)))
    registrars = actor.posts_as(Role.REGISTRAR)
    looking_after = (
        select(Stewardship.steward_id)
        .join(Enterprise, Enterprise.id == Stewardship.enterprise_id)
        .where(Enterprise.owner_unit_id.in_([post.unit_id for post in registrars]),
               or_(Stewardship.ended_at.is_(None), Stewardship.ended_at > clock.now()))
    )
    serving = User.id.in_(looking_after) if registrars else false()
    return or_(offices, serving, *(_stewards_registered_by(post) for post in registrars))


def stewards_below(code: str) -> ColumnElement[bool]:
    """The condition on ``users``: who serves in the region of this code, or below it."""
    path = db.session.scalar(select(Region.path).where(Region.code == code))
    return User.id.in_(_stewards().where(Region.path.startswith(path, autoescape=True))) if path else false()


def get_steward(actor: Actor, user_id: int) -> User:
    """The steward of this id in the actor's region, or the actor as a steward; NotFound otherwise."""
    is_own = actor.holds(Role.STEWARD) and actor.user_id == user_id
    return the_one(select(User).where(User.id == user_id, true() if is_own else steward_scope(actor)))


def visible_handovers(actor: Actor) -> Select[Handover]:
    """The hand-overs a steward is party to, of an office's region, and of a registrar's stewards or enterprises."""
    mine = or_(Handover.from_id == actor.user_id, Handover.to_id == actor.user_id)
    is_party = mine if actor.holds(Role.STEWARD) else false()
    return select(Handover).where(or_(is_party, *(_handovers_of(post) for post in actor.posts)))


def get_handover(actor: Actor, handover_id: int) -> Handover:
    """The hand-over, or NotFound."""
    return the_one(visible_handovers(actor).where(Handover.id == handover_id))


def _stewards_on_ground(post: Standing) -> ColumnElement[bool]:
    here = is_below(post.region_path)
    return User.id.in_(_stewards().where(here)) if post.region_path else false()


def _stewards_registered_by(post: Standing) -> ColumnElement[bool]:
    """Whom the unit reported or employs; without a line, everybody of its territory."""
    owns_by_territory = exists().where(Organisation.id == post.unit_id, Organisation.line.is_(None))
    employed = Organisation.path.startswith(post.unit_path, autoescape=True)
    return or_(
        User.id.in_(select(Steward.user_id).where(Steward.owner_unit_id == post.unit_id)),
        User.id.in_(_stewards().where(employed)) if post.unit_path else false(),
        and_(owns_by_territory.correlate(None), _stewards_on_ground(post)),
    )


def _stewards() -> Select[Any]:
    """Ids of who is or was a steward, with the unit and the ground of their post."""
    return (
        select(Post.user_id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .join(Region, Region.id == func.coalesce(Post.region_id, Organisation.region_id))
        .where(Post.role == Role.STEWARD)
    )


def _handovers_of(post: Standing) -> ColumnElement[bool]:
    if post.role in REGIONAL:
        return Handover.from_id.in_(select(User.id).where(_stewards_on_ground(post)))
    if post.role is not Role.REGISTRAR:
        return false()
    own = select(HandoverItem.handover_id).join(Enterprise, Enterprise.id == HandoverItem.enterprise_id)
    return or_(
        Handover.id.in_(own.where(Enterprise.owner_unit_id == post.unit_id)),
        Handover.from_id.in_(select(User.id).where(_stewards_registered_by(post))),
    )
