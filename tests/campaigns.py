"""A campaign for the tests: firms of three districts and sizes, spoken to by people of some units."""

import re
from datetime import date

from sqlalchemy import select

from models import clock
from models.base import db
from models.bulk import insert_rows
from models.campaigns import Campaign, CampaignInvitation, CampaignToken, ObjectKind
from models.clocks import Policy
from models.deliveries import Delivery
from models.directory import Enterprise, EnterpriseSize
from models.engagement import Effect, Interaction, InteractionKind
from models.ratings import Grade
from operations.access.people import actor_named
from operations.ratings.campaigns import drawing, inviting, planning
from operations.ratings.campaigns.planning import Plan
from tests.lives import LAND, POWER, shanghai

NOW = shanghai("2026-08-24 10:00")
BY_UNIT = {POWER: "chenjing", LAND: "litao"}
WEIGHTS = dict(zip(Grade, (100, 80, 60, 30, 0), strict=True))
PLACES, SIZES, INDUSTRIES = ("990102001", "990103001", "990121100"), list(EnterpriseSize)[:3], ("1711", "6510", "")
ADDRESS = "https://zqztc.example/c/"


def firms(city, count, *, first=500_000, mobile="139"):
    """So many enterprises, three districts, sizes and industries by turns."""
    moment = shanghai("2026-01-05 09:00")
    insert_rows(db.session.connection(), Enterprise.__table__, [
        {"id": first + n, "name": f"云州评议企业{first + n}有限公司", "region_id": city.regions[PLACES[n % 3]].id,
         "size": SIZES[n // 3 % 3], "industry": INDUSTRIES[n // 9 % 3], "contact_phone": f"{mobile}{n:08d}",
         "kind": "company", "category": "general", "status": "operating", "address": "", "legal_representative": "",
         "contact_name": "", "has_green_card": False, "quiet_since": moment, "created_at": moment, "short_name": ""}
        for n in range(count)
    ])
    db.session.commit()
    return [first + n for n in range(count)]


def talk(username, enterprise_ids, *, at="2026-03-02 10:00", effect=Effect.EFFECTIVE):
    """Somebody of a unit speaks to all of these."""
    person, moment = actor_named(username).user_id, shanghai(at)
    insert_rows(db.session.connection(), Interaction.__table__, [
        {"steward_id": person, "enterprise_id": one, "kind": InteractionKind.PHONE, "content": "问了近况",
         "occurred_at": moment, "recorded_at": moment, "effect": effect,
         "flaw": "too_short" if effect is Effect.INEFFECTIVE else None}
        for one in enterprise_ids
    ])
    db.session.commit()


def rules(**changed):
    """The site's own rules of a campaign from long ago."""
    db.session.add(Policy(name="campaign", value=changed, effective_at=shanghai("2026-01-01 00:00")))
    db.session.commit()


def planned(*, sample_size=20, seed="2026-08-24", half=1, by="hening", lines=(POWER, LAND)):
    begins, ends = (date(2026, 1, 1), date(2026, 6, 30)) if half == 1 else (date(2025, 7, 1), date(2025, 12, 31))
    plan = Plan(f"第 {half} 次万企评机关", begins, ends, date(2026, 9, 10), sample_size, WEIGHTS, seed)
    campaign = planning.create(plan, actor=actor_named(by))
    planning.add_objects(campaign.id, actor=actor_named(by), kind=ObjectKind.UNIT, peer_group="市直部门", lines=lines)
    return campaign.id


def drawn(**rest):
    """A campaign with its sample, at NOW."""
    with clock.standing_at(NOW):
        campaign_id = planned(**rest)
        drawing.draw(campaign_id, actor=actor_named("hening"))
    return campaign_id


def running(**rest):
    """A campaign whose invitations are on their way; the tokens of all of them."""
    campaign_id = drawn(**rest)
    with clock.standing_at(NOW):
        inviting.invite(campaign_id, actor=actor_named("hening"), address_of=lambda token: ADDRESS + token)
    return campaign_id, tokens()


def tokens():
    """The tokens that lie in the outbox, campaign by campaign, the reminders behind, in the order of the firms."""
    rows = select(Delivery.words).join(CampaignToken, CampaignToken.delivery_key == Delivery.key)
    rows = rows.join(CampaignInvitation, CampaignInvitation.id == CampaignToken.invitation_id)
    words = db.session.scalars(rows.order_by(
        CampaignInvitation.campaign_id, Delivery.created_at, CampaignInvitation.enterprise_id
    ))
    return [re.search(rf"{ADDRESS}([\w-]+)", one)[1] for one in words]


def kept(campaign_id):
    """The campaign as it is stored now."""
    db.session.expire_all()
    return db.session.get(Campaign, campaign_id)
