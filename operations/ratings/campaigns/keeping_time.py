"""到时就办: a campaign closes at its end and reminds by plan, whether anybody looks or not."""

from datetime import timedelta

from sqlalchemy import select

from models import clock
from models.base import db
from models.campaigns import Campaign, Stage
from operations.access.actor import SYSTEM
from operations.base import operation
from operations.clocks import rulebook
from operations.ratings.campaigns import freezing, inviting
from operations.ratings.campaigns.inviting import AddressOf


def running() -> list[int]:
    """The campaigns that take answers, or took them until now."""
    rows = select(Campaign.id).where(Campaign.invited_at.is_not(None), Campaign.closed_at.is_(None),
                                     Campaign.abandoned_at.is_(None))
    return list(db.session.scalars(rows.order_by(Campaign.id)))


@operation
def keep_time(campaign_id: int, *, address_of: AddressOf) -> bool:
    """截止 when its last day is over, 催答 when the policy ``campaign`` says so; whether anything was done.

    A reminder leaves the last day alone: who hears of it then cannot answer any more.
    """
    campaign = db.session.scalar(select(Campaign).where(Campaign.id == campaign_id).with_for_update().execution_options(
        populate_existing=True))
    if campaign is None or campaign.stage is not Stage.RUNNING:
        return False
    rules, now, post = rulebook.current().policy("campaign"), clock.now(), SYSTEM.posts[0]
    if now >= inviting.closes_at(campaign):
        freezing.end(campaign, actor=SYSTEM, post=post)
        return True
    last, between = campaign.reminded_at or campaign.invited_at, timedelta(days=rules["days_between"])
    is_time = last is not None and last + between <= now < inviting.closes_at(campaign) - timedelta(days=1)
    if not is_time or campaign.reminders >= rules["reminders"]:
        return False
    inviting.once_more(campaign, actor=SYSTEM, post=post, address_of=address_of)
    return True
