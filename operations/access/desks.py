"""On whose desk lies what an enterprise asks of the directory: claims and requests to change a fact (habit 9)."""

from sqlalchemy import ColumnElement, Select, false, func, or_, select

from models.access import Role
from models.directory import Claim, Enterprise, FactRequest, Region
from operations.access.actor import Actor, Standing
from operations.access.scope import stewarded_by


def visible_claims(actor: Actor) -> Select[Claim]:
    """The claims that the actor may decide or has on their desk: never their own."""
    desks = or_(false(), *(_claims_of(post, actor) for post in actor.posts))
    rows = select(Claim).outerjoin(Enterprise, Enterprise.id == Claim.enterprise_id)
    return rows.where(desks, Claim.user_id != actor.user_id)


def visible_fact_requests(actor: Actor) -> Select[FactRequest]:
    """The requests to change a fact that are the actor's to decide: the owner's, a region's; never their own."""
    owned = [post.unit_id for post in actor.posts_as(Role.REGISTRAR)]
    below = (Enterprise.region_id.in_(_regions_below(post)) for post in actor.posts_as(Role.CLERK))
    rows = select(FactRequest).join(Enterprise, Enterprise.id == FactRequest.enterprise_id)
    return rows.where(or_(Enterprise.owner_unit_id.in_(owned), *below), FactRequest.asked_by_id != actor.user_id)


def _claims_of(post: Standing, actor: Actor) -> ColumnElement[bool]:
    match post.role:
        case Role.STEWARD:
            return Claim.enterprise_id.in_(stewarded_by(actor.user_id))
        case Role.REGISTRAR:
            return func.coalesce(Enterprise.owner_unit_id, Claim.owner_unit_id) == post.unit_id
        case Role.CLERK:
            return func.coalesce(Enterprise.region_id, Claim.region_id).in_(_regions_below(post))
        case _:
            return false()


def _regions_below(post: Standing) -> Select[int]:
    return select(Region.id).where(Region.path.startswith(post.region_path, autoescape=True))
