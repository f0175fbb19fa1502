"""Who sees which refusal: the offices above see their region, a unit its own and its children's, a member theirs."""

from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select

from models.access import Role
from models.refusals import Refusal, ReviewMember
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.scope import REGIONAL, units_of
from operations.access.withholding import open_to

UNIT = (Role.CASE_OFFICER, Role.UNIT_LEADER)
READING = (*UNIT, *REGIONAL)


def refusal_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``refusals`` that all of the actor's posts, and a seat in its review, together give."""
    if not actor.holds(*READING):
        return false()
    seen = or_(*(_refusals_of(post) for post in actor.posts_as(*READING)), Refusal.id.in_(reviewed_by(actor)))
    return seen & open_to(actor, Refusal.ticket_id)


def reviewed_by(actor: Actor) -> Select[Any]:
    """Ids of the refusals in whose review the actor has a seat."""
    return select(ReviewMember.refusal_id).where(
        ReviewMember.user_id == actor.user_id, ReviewMember.released_at.is_(None)
    )


def visible_refusals(actor: Actor) -> Select[Refusal]:
    """Every refusal the actor may open."""
    return select(Refusal).where(refusal_scope(actor))


def get_refusal(actor: Actor, refusal_id: int) -> Refusal:
    """The refusal, or NotFound."""
    return the_one(visible_refusals(actor).where(Refusal.id == refusal_id))


def _refusals_of(post: Standing) -> ColumnElement[bool]:
    if post.role in REGIONAL:
        return Refusal.region_path.startswith(post.region_path, autoescape=True)
    return Refusal.unit_id.in_(units_of(post)) if post.role in UNIT else false()
