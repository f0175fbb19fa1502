"""抽样: who had to do with each object in the period, in strata, and whom the seed draws; one set-based statement.

For each object n = min(sample size, contacts) are drawn. A stratum (size, section of industry, district) of F_h of
the object's F contacts gets ⌊n·F_h/F⌋, and what is left goes to the largest remainders, a tie to the smaller
SHA-256("seed:object:stratum"). In a stratum those with the smallest SHA-256("seed:object:enterprise") are drawn, all
of them hashed as text in UTF-8: ``checking`` does the same by other means, and so can anybody.
"""

import hashlib
from datetime import timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, Select, String, case, cast, func, insert, literal, select, union

from models import clock
from models.access import Post
from models.base import db
from models.campaigns import (
    Campaign,
    CampaignContact,
    CampaignInvitation,
    CampaignObject,
    CampaignStratum,
    Stage,
)
from models.directory import Enterprise, EnterpriseStatus, Organisation, Region, RegionLevel
from models.directory.industries import Industry
from models.engagement import Effect, Interaction
from models.tickets import Ticket, UnitOrder
from operations import log
from operations.access.actor import Actor
from operations.access.campaign_scope import RUNNERS, locked_campaign, standing_for
from operations.access.scope import GONE
from operations.base import be_patient, operation
from operations.clocks.reckoning import midnight
from operations.errors import Refused
from operations.ratings.campaigns.planning import objects_of

_CONTACTS: Any = CampaignContact.__table__
NOBODY = "-"


@operation
def draw(campaign_id: int, *, actor: Actor) -> Campaign:
    """抽样：once, with the seed that the campaign was made with. Raises Refused where there is nobody to draw."""
    campaign = locked_campaign(actor, campaign_id)
    post = standing_for(actor, campaign, roles=RUNNERS)
    if campaign.stage is not Stage.DRAFT:
        raise Refused(f"评议{campaign.stage.label}，不能再抽样。")
    if not objects_of(campaign):
        raise Refused("还没有评议对象，请先加对象。")
    be_patient()
    connection = db.session.connection()
    columns = [_CONTACTS.c.object_id, _CONTACTS.c.enterprise_id, _CONTACTS.c.stratum, _CONTACTS.c.is_drawn]
    connection.execute(insert(_CONTACTS).from_select(columns, _drawn(campaign)))
    connection.execute(_counting(campaign))
    connection.execute(_inviting(campaign))
    campaign.digest, count = digest_of(campaign)
    if not count:
        raise Refused("评议期内没有企业与这些对象打过交道，抽不出样本。")
    campaign.drawn_at = clock.now()
    log.record("draw_campaign", object_type="campaign", object_id=campaign.id, actor=actor, standing=post,
               details={"digest": campaign.digest, "count": count})
    return campaign


def digest_of(campaign: Campaign) -> tuple[str, int]:
    """SHA-256 of the drawn pairs, a line ``object:enterprise`` each in the order of the numbers; and how many."""
    rows = (
        select(CampaignContact.object_id, CampaignContact.enterprise_id)
        .join(CampaignObject, CampaignObject.id == CampaignContact.object_id)
        .where(CampaignObject.campaign_id == campaign.id, CampaignContact.is_drawn)
        .order_by(CampaignContact.object_id, CampaignContact.enterprise_id)
    )
    lines = [f"{object_id}:{enterprise_id}\n" for object_id, enterprise_id in db.session.execute(rows)]
    return hashlib.sha256("".join(lines).encode()).hexdigest(), len(lines)


def _drawn(campaign: Campaign) -> Select[Any]:
    """Every contact with its stratum, and whether it is drawn."""
    contacts = _contacts(campaign)
    place = func.row_number().over(
        partition_by=(contacts.c.object_id, contacts.c.stratum),
        order_by=(_lot(campaign, contacts.c.object_id, contacts.c.enterprise_id), contacts.c.enterprise_id),
    )
    placed = select(contacts, place.label("place")).cte("placed")
    quotas = _quotas(campaign, contacts)
    return select(
        placed.c.object_id, placed.c.enterprise_id, placed.c.stratum, placed.c.place <= quotas.c.quota
    ).join(quotas, (quotas.c.object_id == placed.c.object_id) & (quotas.c.stratum == placed.c.stratum))


def _quotas(campaign: Campaign, contacts: CTE) -> CTE:
    """How many each stratum of each object gets: largest remainders."""
    strata = select(contacts.c.object_id, contacts.c.stratum, func.count().label("held"))
    strata = strata.group_by(contacts.c.object_id, contacts.c.stratum)
    counted = strata.cte("strata")
    whole = cast(func.sum(counted.c.held).over(partition_by=counted.c.object_id), Integer)
    sized = select(counted, whole.label("whole")).cte("sized")
    wanted = case((sized.c.whole < campaign.sample_size, sized.c.whole), else_=campaign.sample_size)
    share = wanted * sized.c.held
    shared = select(
        sized, wanted.label("wanted"), (share // sized.c.whole).label("sure"), (share % sized.c.whole).label("rest")
    ).cte("shared")
    left = shared.c.wanted - cast(func.sum(shared.c.sure).over(partition_by=shared.c.object_id), Integer)
    turn = func.row_number().over(
        partition_by=shared.c.object_id,
        order_by=(shared.c.rest.desc(), _lot(campaign, shared.c.object_id, shared.c.stratum)),
    )
    turns = select(shared, left.label("left_over"), turn.label("turn")).cte("turns")
    more = case((turns.c.turn <= turns.c.left_over, 1), else_=0)
    return select(turns.c.object_id, turns.c.stratum, (turns.c.sure + more).label("quota")).cte("quotas")


def _lot(campaign: Campaign, object_id: Any, what: Any) -> ColumnElement[Any]:
    """SHA-256 of ``seed:object:what``, as bytes: no collation has a say in their order."""
    words = literal(f"{campaign.seed}:") + cast(object_id, String) + ":" + cast(what, String)
    if db.session.get_bind().dialect.name == "postgresql":
        return func.sha256(func.convert_to(words, "UTF8"))
    return func.sha256(words)


def _contacts(campaign: Campaign) -> CTE:
    """抽样框: each object with every enterprise of the region that had a ticket with it or was spoken to by it."""
    spoken, places = _spoken_to(campaign), _districts(campaign)
    unit = Organisation.__table__.alias("of_object")
    stratum = Enterprise.size + "." + func.coalesce(Industry.section, NOBODY) + "." + places.c.code
    goes_on = func.coalesce(_merged.c.merged_into_id, _merged.c.id)
    pairs = (
        select(CampaignObject.id.label("object_id"), Enterprise.id.label("enterprise_id"), stratum.label("stratum"))
        .select_from(CampaignObject)
        .join(unit, unit.c.id == CampaignObject.unit_id)
        .join(Organisation, Organisation.path.startswith(unit.c.path))
        .join(spoken, spoken.c.unit_id == Organisation.id)
        .join(_merged, _merged.c.id == spoken.c.enterprise_id)
        .join(Enterprise, Enterprise.id == goes_on)
        .join(places, places.c.id == Enterprise.region_id)
        .outerjoin(Industry, Industry.code == func.substr(Enterprise.industry, 1, 2))
        .where(CampaignObject.campaign_id == campaign.id, CampaignObject.dropped_at.is_(None),
               Enterprise.status != EnterpriseStatus.DEREGISTERED)
        .distinct()
    )
    return pairs.cte("contacts")


_merged: Any = Enterprise.__table__.alias("spoken_to")


def _spoken_to(campaign: Campaign) -> CTE:
    """Units and the enterprises they had to do with in the period: orders on tickets, and what their people noted."""
    begins, ends = midnight(campaign.begins_on), midnight(campaign.ends_on + timedelta(days=1))
    orders = select(UnitOrder.unit_id, Ticket.enterprise_id).join(Ticket, Ticket.id == UnitOrder.ticket_id).where(
        UnitOrder.ordered_at >= begins, UnitOrder.ordered_at < ends,
        UnitOrder.outcome.is_(None) | UnitOrder.outcome.not_in(GONE),
    )
    talks = select(Post.organisation_id, Interaction.enterprise_id).join(
        Post, Post.user_id == Interaction.steward_id
    ).where(Interaction.occurred_at >= begins, Interaction.occurred_at < ends,
            Interaction.effect != Effect.INEFFECTIVE, Post.organisation_id.is_not(None))
    return union(orders, talks).cte("had_to_do")


def _districts(campaign: Campaign) -> CTE:
    """Every region of the campaign with the code of the county it lies in; its own where it lies in none."""
    county = Region.__table__.alias("county")
    lies_in = (county.c.level == RegionLevel.COUNTY) & Region.path.startswith(county.c.path)
    rows = select(Region.id, func.coalesce(county.c.code, Region.code).label("code")).outerjoin(county, lies_in)
    return rows.where(Region.path.startswith(campaign.region_path, autoescape=True)).cte("districts")


def _counting(campaign: Campaign) -> Any:
    drawn = func.sum(case((CampaignContact.is_drawn, 1), else_=0))
    rows = (
        select(CampaignContact.object_id, CampaignContact.stratum, func.count(), drawn)
        .join(CampaignObject, CampaignObject.id == CampaignContact.object_id)
        .where(CampaignObject.campaign_id == campaign.id)
        .group_by(CampaignContact.object_id, CampaignContact.stratum)
    )
    table: Any = CampaignStratum.__table__
    columns = [table.c.object_id, table.c.stratum, table.c.contact_count, table.c.drawn_count]
    return insert(table).from_select(columns, rows)


def _inviting(campaign: Campaign) -> Any:
    rows = (
        select(literal(campaign.id), CampaignContact.enterprise_id, literal(False))
        .join(CampaignObject, CampaignObject.id == CampaignContact.object_id)
        .where(CampaignObject.campaign_id == campaign.id, CampaignContact.is_drawn)
        .distinct()
    )
    table: Any = CampaignInvitation.__table__
    columns = [table.c.campaign_id, table.c.enterprise_id, table.c.is_answered]
    return insert(table).from_select(columns, rows)
