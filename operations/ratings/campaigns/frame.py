"""抽样框: who had to do with each object of a campaign, in strata; laid out in a table that lasts for one draw."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import CTE, Column, Integer, MetaData, String, Table, func, insert, select, text, union_all

from models.access import Post
from models.base import db
from models.campaigns import Campaign, CampaignObject
from models.directory import Enterprise, EnterpriseStatus, Organisation, Region, RegionLevel
from models.directory.industries import Industry
from models.engagement import Effect, Interaction
from models.hall import CountedCase
from models.tickets import Ticket, UnitOrder
from operations.access.scope import IS_HELD
from operations.clocks.reckoning import midnight

UNFILLED = "-"
FRAME = Table(
    "campaign_frame", MetaData(), Column("object_id", Integer), Column("enterprise_id", Integer),
    Column("stratum", String(40)), prefixes=["TEMPORARY"],
)
# What the planner must know of a city's contacts: it takes the campaign's objects for one row and would look each
# enterprise up by itself (23 s for 388,000 instead of 3).
# By its fines for nested loops everything is dear enough to be compiled, which takes longer than it saves.
IN_SETS = ("SET LOCAL enable_nestloop = off", "SET LOCAL work_mem = '128MB'", "SET LOCAL jit = off")
LOOK_UP = ("SET LOCAL enable_nestloop = on", "SET LOCAL work_mem TO DEFAULT", "SET LOCAL jit TO DEFAULT")


@contextmanager
def laid_out(campaign: Campaign) -> Iterator[None]:
    """FRAME holds the campaign's contacts while this lasts."""
    connection = db.session.connection()
    is_postgres = connection.dialect.name == "postgresql"
    FRAME.create(connection)
    for setting in IN_SETS if is_postgres else ():
        connection.execute(text(setting))
    connection.execute(insert(FRAME).from_select(list(FRAME.c), _contacts(campaign)))
    if is_postgres:
        connection.execute(text("ANALYZE campaign_frame"))
    yield
    for setting in LOOK_UP if is_postgres else ():
        connection.execute(text(setting))
    FRAME.drop(connection)


def _contacts(campaign: Campaign) -> Any:
    """Each object with every enterprise of the region that had a ticket with it or was spoken to by it."""
    met, places = _met(campaign), _districts(campaign)
    stratum = Enterprise.size + "." + func.coalesce(Industry.section, UNFILLED) + "." + places.c.code
    found: Any = (
        select(met.c.object_id, Enterprise.id, stratum)
        .select_from(met)
        .join(Enterprise, Enterprise.id == met.c.enterprise_id)
        .join(places, places.c.id == Enterprise.region_id)
        .outerjoin(Industry, Industry.code == func.substr(Enterprise.industry, 1, 2))
        .where(Enterprise.status != EnterpriseStatus.DEREGISTERED)
    )
    return found


def _met(campaign: Campaign) -> Any:
    """Objects and enterprises, each pair once and by numbers alone; what was merged is what it was merged into."""
    spoken, unit, merged = _spoken_to(campaign), Organisation.__table__.alias("of_object"), _merged()
    return (
        select(CampaignObject.id.label("object_id"),
               func.coalesce(merged.c.into_id, spoken.c.enterprise_id).label("enterprise_id"))
        .select_from(CampaignObject)
        .join(unit, unit.c.id == CampaignObject.unit_id)
        .join(Organisation, Organisation.path.startswith(unit.c.path))
        .join(spoken, spoken.c.unit_id == Organisation.id)
        .outerjoin(merged, merged.c.id == spoken.c.enterprise_id)
        .where(CampaignObject.campaign_id == campaign.id, CampaignObject.dropped_at.is_(None))
        .distinct()
        .subquery("met")
    )


def _merged() -> Any:
    """The few enterprises that were merged, each with where it went."""
    rows = select(Enterprise.id, Enterprise.merged_into_id.label("into_id"))
    return rows.where(Enterprise.merged_into_id.is_not(None)).subquery("merged")


def _spoken_to(campaign: Campaign) -> CTE:
    """Units and the enterprises they had to do with in the period: orders on tickets, what their people noted, and
    what they finished at a window."""
    begins, ends = midnight(campaign.begins_on), midnight(campaign.ends_on + timedelta(days=1))
    orders = select(UnitOrder.unit_id, Ticket.enterprise_id).join(Ticket, Ticket.id == UnitOrder.ticket_id).where(
        UnitOrder.ordered_at >= begins, UnitOrder.ordered_at < ends, IS_HELD,
    )
    talks = select(Post.organisation_id, Interaction.enterprise_id).join(
        Post, Post.user_id == Interaction.steward_id
    ).where(Interaction.occurred_at >= begins, Interaction.occurred_at < ends,
            Interaction.effect != Effect.INEFFECTIVE, Post.organisation_id.is_not(None))
    served = func.coalesce(CountedCase.window_id, CountedCase.unit_id)  # a window lies below its unit
    cases = select(served, CountedCase.enterprise_id).distinct().where(
        CountedCase.enterprise_id.is_not(None), CountedCase.finished_at >= begins, CountedCase.finished_at < ends,
        CountedCase.withdrawn_at.is_(None))
    return union_all(orders, talks, cases).cte("had_to_do")


def _districts(campaign: Campaign) -> CTE:
    """Every region of the campaign with the code of the county it lies in; its own where it lies in none."""
    county = Region.__table__.alias("county")
    lies_in = (county.c.level == RegionLevel.COUNTY) & Region.path.startswith(county.c.path)
    rows = select(Region.id, func.coalesce(county.c.code, Region.code).label("code")).outerjoin(county, lies_in)
    return rows.where(Region.path.startswith(campaign.region_path, autoescape=True)).cte("districts")
