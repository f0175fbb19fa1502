"""Who sees and keeps what of the dispatch catalogue, the rulings, the returns and the suggestions."""

from sqlalchemy import ColumnElement, Select, false, or_, select

from models.access import Role
from models.directory import Region
from models.routing import CatalogueEntry, Ruling, RulingUnit, Suggestion
from models.tickets import Ticket, UnitOrder
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.scope import OFFICIALS, REGIONAL, units_of
from operations.access.withholding import open_to

UNIT = (Role.CASE_OFFICER, Role.UNIT_LEADER)
READING = (*UNIT, *REGIONAL)


def ids_of(path: str) -> list[int]:
    """A region and all above it: its path is made of their ids."""
    return [int(part) for part in path.split("/") if part]


def catalogue_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``regions``, joined to the entry: what holds in the actor's regions, from above or within."""
    return or_(false(), *(
        or_(Region.path.startswith(path, autoescape=True), Region.id.in_(ids_of(path)))
        for path in {post.region_path for post in actor.posts_as(*OFFICIALS)}
    ))


def visible_entries(actor: Actor) -> Select[CatalogueEntry]:
    """Every entry of the catalogue the actor may read, ended ones too."""
    rows = select(CatalogueEntry).join(Region, Region.id == CatalogueEntry.region_id)
    return rows.where(catalogue_scope(actor))


def get_entry(actor: Actor, entry_id: int) -> CatalogueEntry:
    """The entry, or NotFound."""
    return the_one(visible_entries(actor).where(CatalogueEntry.id == entry_id))


def keeping_post(actor: Actor, region_path: str) -> Standing | None:
    """The post by which the actor keeps the catalogue of a region: the service centre of it or of one above."""
    return actor.post_above(region_path, roles=(Role.CLERK,))


def ruling_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``rulings``: the offices above see their region, a unit what it was at odds over or must do."""
    return or_(false(), *(_rulings_of(post) for post in actor.posts_as(*READING))) & open_to(actor, Ruling.ticket_id)


def visible_rulings(actor: Actor) -> Select[Ruling]:
    """Every ruling the actor may read."""
    return select(Ruling).where(ruling_scope(actor))


def get_ruling(actor: Actor, ruling_id: int) -> Ruling:
    """The ruling, or NotFound."""
    return the_one(visible_rulings(actor).where(Ruling.id == ruling_id))


def order_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``unit_orders`` with their tickets joined: of the region for the offices above, a unit's own."""
    return or_(false(), *(
        Ticket.region_path.startswith(post.region_path, autoescape=True) if post.role in REGIONAL
        else UnitOrder.unit_id.in_(units_of(post))
        for post in actor.posts_as(*READING)
    )) & open_to(actor, UnitOrder.ticket_id)


def suggestion_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``suggestions``: the offices above see their region."""
    return or_(false(), *(
        Suggestion.region_path.startswith(post.region_path, autoescape=True) for post in actor.posts_as(*REGIONAL)
    )) & open_to(actor, Suggestion.ticket_id)


def _rulings_of(post: Standing) -> ColumnElement[bool]:
    if post.role in REGIONAL:
        return Ruling.region_path.startswith(post.region_path, autoescape=True)
    at_odds = select(RulingUnit.ruling_id).where(RulingUnit.unit_id.in_(units_of(post)))
    return or_(Ruling.lead_unit_id.in_(units_of(post)), Ruling.id.in_(at_odds))
