"""抽样: whom the seed draws of each object's contacts, stratum by stratum; every step one statement for all.

For each object n = min(sample size, contacts) are drawn. A stratum (size, section of industry, district) of F_h of
the object's F contacts gets ⌊n·F_h/F⌋, and what is left goes to the largest remainders, a tie to the smaller
SHA-256("seed:object:stratum"). In a stratum those with the smallest SHA-256("seed:object:enterprise") are drawn, all
of them hashed as text in UTF-8: ``checking`` does the same by other means, and so can anybody.
"""

import hashlib
from typing import Any

from sqlalchemy import CTE, ColumnElement, Insert, Integer, String, case, cast, func, insert, literal, select

from models import clock
from models.base import db
from models.campaigns import Campaign, CampaignInvitation, CampaignObject, CampaignPick, CampaignStratum, Stage
from operations import log
from operations.access.actor import Actor
from operations.access.campaign_scope import RUNNERS, locked_campaign, standing_for
from operations.base import be_patient, operation
from operations.errors import Refused
from operations.ratings.campaigns.frame import FRAME, laid_out
from operations.ratings.campaigns.planning import objects_of

_F, _PICKS, _STRATA = FRAME.c, CampaignPick.__table__, CampaignStratum.__table__


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
    with laid_out(campaign):
        connection.execute(_stratified(campaign))
        connection.execute(_picking(campaign))
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
        select(CampaignPick.object_id, CampaignPick.enterprise_id)
        .join(CampaignObject, CampaignObject.id == CampaignPick.object_id)
        .where(CampaignObject.campaign_id == campaign.id)
        .order_by(CampaignPick.object_id, CampaignPick.enterprise_id)
    )
    lines = [f"{object_id}:{enterprise_id}\n" for object_id, enterprise_id in db.session.execute(rows)]
    return hashlib.sha256("".join(lines).encode()).hexdigest(), len(lines)


def _stratified(campaign: Campaign) -> Insert:
    """Write the strata down, each with its contacts and its quota."""
    quotas = _quotas(campaign)
    ids = func.aggregate_strings(cast(_F.enterprise_id, String), ",")
    held = select(_F.object_id, _F.stratum, ids.label("contacts")).group_by(_F.object_id, _F.stratum).cte("held")
    rows = select(quotas.c.object_id, quotas.c.stratum, held.c.contacts, quotas.c.held, quotas.c.quota).join(
        held, (held.c.object_id == quotas.c.object_id) & (held.c.stratum == quotas.c.stratum)
    )
    into = [_STRATA.c[name] for name in ("object_id", "stratum", "contacts", "contact_count", "drawn_count")]
    return insert(_STRATA).from_select(into, rows)


def _quotas(campaign: Campaign) -> CTE:
    """How many each stratum of each object gets: largest remainders."""
    strata = select(_F.object_id, _F.stratum, func.count().label("held")).group_by(_F.object_id, _F.stratum)
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
    quota = turns.c.sure + case((turns.c.turn <= turns.c.left_over, 1), else_=0)
    return select(turns.c.object_id, turns.c.stratum, turns.c.held, quota.label("quota")).cte("quotas")


def _picking(campaign: Campaign) -> Insert:
    """Write down who is drawn: of each stratum the first by lot, as many as its quota."""
    cells = _numbered(campaign)
    place = func.row_number().over(
        partition_by=cells.c.cell, order_by=(_lot(campaign, _F.object_id, _F.enterprise_id), _F.enterprise_id)
    )
    placed = (
        select(_F.object_id, _F.enterprise_id, cells.c.drawn_count, place.label("place"))
        .join(cells, (cells.c.object_id == _F.object_id) & (cells.c.stratum == _F.stratum))
        .cte("placed")
    )
    drawn = select(placed.c.object_id, placed.c.enterprise_id).where(placed.c.place <= placed.c.drawn_count)
    return insert(_PICKS).from_select([_PICKS.c.object_id, _PICKS.c.enterprise_id], drawn)


def _numbered(campaign: Campaign) -> CTE:
    """The strata that give somebody, each with a number of its own: two hundred thousand rows are sorted by a number in
    half the time that object and stratum take."""
    cell = func.row_number().over(order_by=(_STRATA.c.object_id, _STRATA.c.stratum))
    objects = select(CampaignObject.id).where(CampaignObject.campaign_id == campaign.id)
    rows = select(_STRATA.c.object_id, _STRATA.c.stratum, _STRATA.c.drawn_count, cell.label("cell"))
    return rows.where(_STRATA.c.object_id.in_(objects), _STRATA.c.drawn_count > 0).cte("cells")


def _lot(campaign: Campaign, object_id: Any, what: Any) -> ColumnElement[Any]:
    """SHA-256 of ``seed:object:what``, as bytes: no collation has a say in their order."""
    words = literal(f"{campaign.seed}:") + cast(object_id, String) + ":" + cast(what, String)
    if db.session.get_bind().dialect.name == "postgresql":
        return func.sha256(func.convert_to(words, "UTF8"))
    return func.sha256(words)


def _inviting(campaign: Campaign) -> Insert:
    """One invitation for each enterprise drawn, whatever for."""
    rows = (
        select(literal(campaign.id), CampaignPick.enterprise_id, literal(False))
        .join(CampaignObject, CampaignObject.id == CampaignPick.object_id)
        .where(CampaignObject.campaign_id == campaign.id)
        .distinct()
    )
    table = CampaignInvitation.__table__
    return insert(table).from_select([table.c.campaign_id, table.c.enterprise_id, table.c.is_answered], rows)
