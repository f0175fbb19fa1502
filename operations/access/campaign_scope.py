"""Who sees a campaign before it is published: the supervisor's office, leaders and discipline observers of its region.

A rated unit has no page of it at all: what concerns it stands on the public page.
"""

from sqlalchemy import ColumnElement, false, or_, select

from models.access import Role
from models.campaigns import Campaign
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.errors import NotAllowed

RUNNERS = (Role.SUPERVISOR,)
READERS = (Role.SUPERVISOR, Role.LEADER, Role.DISCIPLINE_OBSERVER)
PUBLISHERS = (Role.SUPERVISOR, Role.LEADER)
WORD_READERS = (Role.SUPERVISOR, Role.DISCIPLINE_OBSERVER)


def campaign_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``campaigns``: those of the ground of the actor's posts, and of what lies above it none."""
    posts = [post for post in actor.posts_as(*READERS) if post.region_path]
    return or_(false(), *(Campaign.region_path.startswith(post.region_path, autoescape=True) for post in posts))


def get_campaign(actor: Actor, campaign_id: int) -> Campaign:
    """The campaign, or NotFound."""
    return the_one(select(Campaign).where(campaign_scope(actor), Campaign.id == campaign_id))


def locked_campaign(actor: Actor, campaign_id: int) -> Campaign:
    """The campaign as it stands now, held until the running operation ends; or NotFound."""
    row = select(Campaign).where(campaign_scope(actor), Campaign.id == campaign_id)
    return the_one(row.with_for_update(of=Campaign).execution_options(populate_existing=True))


def standing_for(actor: Actor, campaign: Campaign, *, roles: tuple[Role, ...]) -> Standing:
    """The post by which the actor acts on the campaign. Raises NotAllowed."""
    post = actor.post_above(campaign.region_path, roles=roles)
    if post is None:
        raise NotAllowed
    return post
