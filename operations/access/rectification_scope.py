"""Who sees which 整改: the offices above see their region's, a unit its own and its children's; nobody else any."""

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from models.access import Role
from models.base import db
from models.directory import Organisation, OrganisationKind
from models.ratings import Rating
from models.rectifications import Rectification
from models.tickets import IS_DEMAND, Ticket
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.scope import REGIONAL, own_enterprise_ids, units_of
from operations.access.withholding import open_to
from operations.errors import NotAllowed

UNIT = (Role.CASE_OFFICER, Role.UNIT_LEADER)
READING = (*UNIT, *REGIONAL)
CALLING = (Role.CLERK, Role.SUPERVISOR)


def rectification_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``rectifications`` that all of the actor's posts together give."""
    seen = or_(false(), *(_of_post(post) for post in actor.posts_as(*READING)))
    return seen & open_to(actor, Rectification.ticket_id)


def visible_rectifications(actor: Actor) -> Select[Rectification]:
    """Every rectification the actor may open."""
    return select(Rectification).where(rectification_scope(actor))


def get_rectification(actor: Actor, rectification_id: int) -> Rectification:
    """The rectification, or NotFound."""
    return the_one(visible_rectifications(actor).where(Rectification.id == rectification_id))


def rectification_of_proxy(actor: Actor, number: str) -> Rectification:
    """The rectification whose clocks the proxy of this number bears, or NotFound."""
    rows = visible_rectifications(actor).join(Ticket, Ticket.id == Rectification.ticket_id)
    return the_one(rows.where(Ticket.number == number, ~IS_DEMAND))


def own_proxies(actor: Actor) -> Select[Ticket]:
    """The proxies of what was badly rated by name for the actor's own enterprises, the latest first."""
    own = select(Ticket).where(~IS_DEMAND, Ticket.enterprise_id.in_(own_enterprise_ids(actor)))
    return own.order_by(Ticket.id.desc())


def get_own_proxy(actor: Actor, number: str) -> Ticket:
    """The one of this number, or NotFound."""
    return the_one(own_proxies(actor).where(Ticket.number == number))


def locked_rectification(actor: Actor, rectification_id: int) -> Rectification:
    """The rectification as it stands now, held until the running operation ends; or NotFound."""
    row = visible_rectifications(actor).where(Rectification.id == rectification_id)
    return the_one(row.with_for_update(of=Rectification).execution_options(populate_existing=True))


def own_rectification_of(actor: Actor, ticket: Ticket) -> Rectification | None:
    """What is being done about the 差评 that the actor's enterprise gave this round of its ticket by name."""
    row = select(Rectification).join(Rating, and_(Rating.id == Rectification.rating_id, Rating.round == ticket.round))
    if ticket.enterprise_id not in own_enterprise_ids(actor):
        return None
    return db.session.scalar(row.where(Rectification.ticket_id == ticket.id, Rating.is_anonymous.is_(False)))


def handling_post(actor: Actor, unit: Organisation) -> Standing:
    """The post by which the actor acts for the unit that must put it right. Raises NotAllowed."""
    return _given(next((post for post in actor.posts if _speaks_for(post, unit)), None))


def signing_post(actor: Actor, rectification: Rectification, unit: Organisation) -> Standing:
    """The post of a leader of the unit or of the house above it; a supervisor's for the centre. Raises NotAllowed."""
    if unit.kind is OrganisationKind.SERVICE_CENTRE:
        return _given(actor.post_above(rectification.region_path, roles=(Role.SUPERVISOR,)))
    leaders = actor.posts_as(Role.UNIT_LEADER)
    return _given(next((post for post in leaders if unit.path.startswith(post.unit_path)), None))


def outside_post(
    actor: Actor, rectification: Rectification, unit: Organisation, *, roles: tuple[Role, ...]
) -> Standing:
    """The post above the region of somebody who has no post in the unit or over it. Raises NotAllowed."""
    is_inside = any(post.unit_id == unit.id or _speaks_for(post, unit) for post in actor.posts)
    return _given(None if is_inside else actor.post_above(rectification.region_path, roles=roles))


def _speaks_for(post: Standing, unit: Organisation) -> bool:
    if post.role is Role.UNIT_LEADER:
        return unit.path.startswith(post.unit_path)
    is_centre = unit.kind is OrganisationKind.SERVICE_CENTRE  # what was answered without a unit is the centre's own
    return post.role is (Role.CLERK if is_centre else Role.CASE_OFFICER) and post.unit_id == unit.id


def _given(post: Standing | None) -> Standing:
    if post is None:
        raise NotAllowed
    return post


def _of_post(post: Standing) -> ColumnElement[bool]:
    if post.role in REGIONAL:
        return Rectification.region_path.startswith(post.region_path, autoescape=True)
    return Rectification.unit_id.in_(units_of(post)) if post.role in UNIT else false()
