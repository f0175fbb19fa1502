"""Who sees what, said once. Lists, pages, exports and guards all start from these selects (habit 9)."""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, exists, false, or_, select

from models import clock
from models.access import Role
from models.base import db, written
from models.directory import Enterprise, ImportBatch, Organisation, Region, Stewardship
from models.engagement import Interaction, Obligation
from models.supervision import Supervision
from models.tickets import IS_DEMAND, Attachment, OrderOutcome, Proposal, SigningStage, Ticket, UnitOrder
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.withholding import open_to
from operations.errors import NotFound

REGIONAL = (Role.CLERK, Role.SUPERVISOR, Role.LEADER, Role.DISCIPLINE_OBSERVER)
OFFICIALS = (Role.STEWARD, Role.CASE_OFFICER, Role.UNIT_LEADER, *REGIONAL)
GONE = (OrderOutcome.SENT_BACK, OrderOutcome.TRANSFERRED, OrderOutcome.WITHDRAWN)
# Written into the statement: a plan that is kept would take what is named by parameters for nearly all there is.
IS_HELD = or_(UnitOrder.outcome.is_(None), UnitOrder.outcome.not_in(written(GONE)))


def visible_tickets(actor: Actor) -> Select[Ticket]:
    """Every ticket the actor may open."""
    return select(Ticket).where(ticket_scope(actor))


def ticket_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``tickets`` that all of the actor's posts together give.

    Officials see none that is about their own house; what an enterprise has said itself it always sees. Nobody sees the
    proxy of a counted case here: it is no demand, and what it bears has its own page and scope.
    """
    members = actor.posts_as(Role.ENTERPRISE_MEMBER)
    theirs = or_(false(), *(_tickets_of(post, actor) for post in actor.posts if post not in members))
    return IS_DEMAND & or_(theirs & open_to(actor, Ticket.id), *(_tickets_of(post, actor) for post in members))


def get_ticket(actor: Actor, number: str) -> Ticket:
    """The ticket of this number. Raises NotFound when it is not there or not the actor's."""
    return the_one(visible_tickets(actor).where(Ticket.number == number))


def own_enterprise_ids(actor: Actor) -> list[int]:
    """The enterprises the actor is a member of, each once, the first post first."""
    ids = [post.enterprise_id for post in actor.posts_as(Role.ENTERPRISE_MEMBER) if post.enterprise_id]
    return list(dict.fromkeys(ids))


def own_tickets(actor: Actor) -> Select[Ticket]:
    """The tickets of the actor's own enterprises: what the enterprise's pages show, whatever other posts there are."""
    return select(Ticket).where(IS_DEMAND, Ticket.enterprise_id.in_(own_enterprise_ids(actor)))


def get_own_ticket(actor: Actor, number: str) -> Ticket:
    """The ticket of this number of the actor's own enterprise. Raises NotFound."""
    return the_one(own_tickets(actor).where(Ticket.number == number))


def own_enterprises(actor: Actor) -> list[Enterprise]:
    """The enterprises the actor is a member of, the first post first."""
    ids = own_enterprise_ids(actor)
    found = {row.id: row for row in db.session.scalars(select(Enterprise).where(Enterprise.id.in_(ids)))}
    return [found[one] for one in ids]


def get_own_enterprise(actor: Actor, enterprise_id: int | None) -> Enterprise:
    """The enterprise of this id that the actor is a member of, the first one without an id. Raises NotFound."""
    for enterprise in own_enterprises(actor):
        if enterprise_id in (None, enterprise.id):
            return enterprise
    raise NotFound


def visible_enterprises(actor: Actor) -> Select[Enterprise]:
    """Every enterprise the actor may open."""
    return select(Enterprise).where(or_(false(), *(_enterprises_of(post, actor) for post in actor.posts)))


def is_below(path: str) -> ColumnElement[bool]:
    """The condition on ``regions``: within this path, which is written into the statement itself.

    As a parameter it would be unknown to a plan that is kept: PostgreSQL took a county for 15 of 3,000 regions and read
    60,000 enterprises for 25 (0.2 s instead of 0.4 ms). A path is made of ids and strokes alone.
    """
    pattern = bindparam(None, path.replace("/", "//") + "%", String, unique=True, literal_execute=True)
    return Region.path.like(pattern, escape="/")


def get_enterprise(actor: Actor, enterprise_id: int) -> Enterprise:
    """The enterprise, or NotFound."""
    return the_one(visible_enterprises(actor).where(Enterprise.id == enterprise_id))


def changeable_enterprises(actor: Actor) -> Select[Enterprise]:
    """Every enterprise whose facts the actor may change: those of the units they register for, none that is merged."""
    owned = [post.unit_id for post in actor.posts_as(Role.REGISTRAR)]
    return select(Enterprise).where(Enterprise.owner_unit_id.in_(owned), Enterprise.merged_into_id.is_(None))


def get_changeable_enterprise(actor: Actor, enterprise_id: int) -> Enterprise:
    """The enterprise when the actor registers for its owner, or NotFound."""
    return the_one(changeable_enterprises(actor).where(Enterprise.id == enterprise_id))


def registering_post(actor: Actor, enterprise: Enterprise) -> Standing | None:
    """The post by which the actor changes the enterprise's facts; the program itself may always."""
    if actor.user_id is None:
        return actor.posts[0]
    owner = enterprise.owner_unit_id
    return next((post for post in actor.posts_as(Role.REGISTRAR) if owner and post.unit_id == owner), None)


def may_change(actor: Actor, enterprise: Enterprise) -> bool:
    """Whether the actor may change the facts of this very enterprise."""
    return enterprise.merged_into_id is None and registering_post(actor, enterprise) is not None


def looks_after(actor: Actor, enterprise_id: int) -> bool:
    """Whether the actor is a steward of the enterprise now."""
    mine = stewarded_by(actor.user_id).where(Stewardship.enterprise_id == enterprise_id)
    return db.session.scalar(mine.limit(1)) is not None


def obligation_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``obligations``, its enterprise joined if it has one: what one owes or answers for."""
    own = Obligation.user_id == actor.user_id
    return or_(own, *(_obligations_of(post, actor) for post in actor.posts))


def visible_interactions(actor: Actor) -> Select[Interaction]:
    """Interactions with every enterprise the actor may open: a steward's own enterprises, an office's region."""
    enterprises = visible_enterprises(actor).with_only_columns(Enterprise.id)
    return select(Interaction).where(Interaction.enterprise_id.in_(enterprises), open_to(actor, Interaction.ticket_id))


def get_interaction(actor: Actor, interaction_id: int) -> Interaction:
    """The interaction, or NotFound."""
    return the_one(visible_interactions(actor).where(Interaction.id == interaction_id))


def get_own_interaction(actor: Actor, interaction_id: int) -> Interaction:
    """The interaction with an enterprise that the actor is a member of, or NotFound."""
    own = select(Interaction).where(Interaction.enterprise_id.in_(own_enterprise_ids(actor)))
    return the_one(own.where(Interaction.id == interaction_id))


def get_import_batch(actor: Actor, batch_id: int) -> ImportBatch:
    """The import of the actor's unit, or NotFound."""
    units = [post.unit_id for post in actor.posts_as(Role.REGISTRAR)]
    return the_one(select(ImportBatch).where(ImportBatch.unit_id.in_(units), ImportBatch.id == batch_id))


def supervision_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``supervisions``: the offices above see their region, a unit sees what it received."""
    return or_(false(), *(_supervisions_of(post) for post in actor.posts)) & open_to(actor, Supervision.ticket_id)


def get_supervision(actor: Actor, supervision_id: int) -> Supervision:
    """The supervision order, or NotFound."""
    return the_one(select(Supervision).where(supervision_scope(actor), Supervision.id == supervision_id))


def visible_proposals(actor: Actor) -> Select[Proposal]:
    """The open proposals that lie on a desk of the actor's."""
    desks = or_(false(), *(_desk_of(post) for post in actor.posts))
    rows = select(Proposal).join(Ticket, Ticket.id == Proposal.ticket_id)
    return rows.where(Proposal.decided_at.is_(None), desks, open_to(actor, Proposal.ticket_id))


def get_attachment(actor: Actor, public_id: str) -> Attachment:
    """The attachment of a ticket the actor may open, or of their own draft; internal files only for officials."""
    attachment = db.session.scalar(select(Attachment).where(Attachment.public_id == public_id))
    if attachment is None or attachment.discarded_at is not None:
        raise NotFound
    if attachment.interaction_id is not None:
        get_interaction(actor, attachment.interaction_id)
    elif attachment.ticket_id is None:
        if attachment.uploaded_by_id != actor.user_id:
            raise NotFound
    elif not attachment.is_public and not actor.holds(*OFFICIALS):
        raise NotFound
    elif not db.session.scalar(select(exists().where(Ticket.id == attachment.ticket_id, ticket_scope(actor)))):
        raise NotFound
    return attachment


def stewarded_by(user_id: Any, at: Any = None) -> Select[Any]:
    """Ids of the enterprises a steward looks after now, as 主管家 or as 备岗.

    Statements that are built once and kept give ``bindparam``s for the person and for the moment.
    """
    now = clock.now() if at is None else at
    return select(Stewardship.enterprise_id).where(
        Stewardship.steward_id == user_id,
        Stewardship.started_at <= now,
        or_(Stewardship.ended_at.is_(None), Stewardship.ended_at > now),
    )


def units_of(post: Standing) -> Select[Any] | list[int | None]:
    """Ids of the units a post speaks for: a leader's with its children, an officer's own."""
    if post.role is Role.UNIT_LEADER:
        return select(Organisation.id).where(Organisation.path.startswith(post.unit_path, autoescape=True))
    return [post.unit_id]


def _tickets_of(post: Standing, actor: Actor) -> ColumnElement[bool]:
    match post.role:
        case Role.ENTERPRISE_MEMBER:
            return Ticket.enterprise_id == post.enterprise_id
        case Role.STEWARD:
            return Ticket.enterprise_id.in_(stewarded_by(actor.user_id))
        case Role.CASE_OFFICER | Role.UNIT_LEADER:
            held = select(UnitOrder.ticket_id).where(UnitOrder.unit_id.in_(units_of(post)), IS_HELD)
            return Ticket.id.in_(held)
        case role if role in REGIONAL:
            return Ticket.region_path.startswith(post.region_path, autoescape=True)
        case _:
            return false()


def _enterprises_of(post: Standing, actor: Actor) -> ColumnElement[bool]:
    match post.role:
        case Role.ENTERPRISE_MEMBER:
            return Enterprise.id == post.enterprise_id
        case Role.STEWARD:
            return Enterprise.id.in_(stewarded_by(actor.user_id))
        case role if role in REGIONAL:
            return Enterprise.region_id.in_(select(Region.id).where(is_below(post.region_path)))
        case Role.REGISTRAR:
            return Enterprise.owner_unit_id == post.unit_id
        case _:
            return false()


def _obligations_of(post: Standing, actor: Actor) -> ColumnElement[bool]:
    match post.role:
        case Role.STEWARD:
            return Obligation.enterprise_id.in_(stewarded_by(actor.user_id))
        case Role.REGISTRAR:
            return Enterprise.owner_unit_id == post.unit_id
        case Role.UNIT_LEADER:
            units = units_of(post)
            return or_(Enterprise.owner_unit_id.in_(units), Obligation.unit_id.in_(units))
        case role if role in REGIONAL:
            below = select(Region.id).where(is_below(post.region_path))
            units_there = select(Organisation.id).where(Organisation.region_id.in_(below))
            return or_(Enterprise.region_id.in_(below), Obligation.unit_id.in_(units_there))
        case _:
            return false()


def _supervisions_of(post: Standing) -> ColumnElement[bool]:
    if post.role in REGIONAL:
        return Supervision.region_path.startswith(post.region_path, autoescape=True)
    if post.role in (Role.CASE_OFFICER, Role.UNIT_LEADER):
        return Supervision.receiver_id.in_(units_of(post))
    return false()


def _desk_of(post: Standing) -> ColumnElement[bool]:
    in_region = Ticket.region_path.startswith(post.region_path, autoescape=True)
    match post.role:
        case Role.UNIT_LEADER:
            return (Proposal.stage == SigningStage.UNIT_LEADER) & Proposal.unit_id.in_(units_of(post))
        case Role.CLERK:
            return (Proposal.stage == SigningStage.CLERK) & in_region
        case Role.SUPERVISOR:
            return (Proposal.stage == SigningStage.SUPERVISOR) & in_region
        case _:
            return false()
