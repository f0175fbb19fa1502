"""截止、封存、公布: the results are counted once and kept; who is last twice running is told to who must know."""

from collections import defaultdict
from typing import Any

from sqlalchemy import func, select

from models import clock
from models.access import Post, Role
from models.base import db
from models.bulk import insert_rows
from models.campaigns import (
    FEWEST_SHOWN,
    Campaign,
    CampaignAnswer,
    CampaignObject,
    CampaignResult,
    CampaignStratum,
    Stage,
)
from models.directory import Organisation, Region
from models.notices import NoticeKind
from models.ratings import Grade
from operations import log, notices
from operations.access.actor import Actor
from operations.access.actor import Standing as Seat
from operations.access.campaign_scope import PUBLISHERS, RUNNERS, locked_campaign, standing_for
from operations.base import operation
from operations.errors import Refused
from operations.ratings.campaigns.counting import Rules, Standing, Tally, standings
from operations.ratings.campaigns.inviting import closes_at
from operations.ratings.campaigns.planning import objects_of

ALERTED = (Role.SUPERVISOR, Role.DISCIPLINE_OBSERVER)


@operation
def close(campaign_id: int, *, actor: Actor) -> Campaign:
    """截止：no answer is taken any more; it waits for those that are being given. Raises Refused."""
    campaign = locked_campaign(actor, campaign_id)
    post = standing_for(actor, campaign, roles=RUNNERS)
    if campaign.stage is not Stage.RUNNING:
        raise Refused(f"评议{campaign.stage.label}，不能截止。")
    end(campaign, actor=actor, post=post)
    return campaign


def end(campaign: Campaign, *, actor: Actor, post: Seat) -> None:
    """It is closed, within the running operation: no later than at the end of its last day."""
    campaign.closed_at = min(clock.now(), closes_at(campaign))
    log.record("close_campaign", object_type="campaign", object_id=campaign.id, actor=actor, standing=post)


@operation
def freeze(campaign_id: int, *, actor: Actor) -> Campaign:
    """封存：count, rank and keep the results for ever; tell who must know who is last twice running. Raises Refused."""
    campaign = locked_campaign(actor, campaign_id)
    post = standing_for(actor, campaign, roles=RUNNERS)
    if campaign.stage is not Stage.CLOSED:
        raise Refused(f"评议{campaign.stage.label}，截止以后才能封存。")
    before = _last_before(campaign)
    again = [row for row in _kept(campaign, before) if row["is_last_again"]]
    campaign.frozen_at, campaign.frozen_by_id = clock.now(), actor.user_id
    log.record("freeze_campaign", object_type="campaign", object_id=campaign.id, actor=actor, standing=post,
               details={"last_again": [row["object_id"] for row in again]})
    _alert(campaign, [row["object_id"] for row in again])
    return campaign


@operation
def publish(campaign_id: int, *, actor: Actor) -> Campaign:
    """公布：by somebody else than who froze it; from then on anybody may read the results. Raises Refused."""
    campaign = locked_campaign(actor, campaign_id)
    post = standing_for(actor, campaign, roles=PUBLISHERS)
    if campaign.stage is not Stage.FROZEN:
        raise Refused(f"评议{campaign.stage.label}，封存以后才能公布。")
    if campaign.frozen_by_id == actor.user_id:
        raise Refused("封存的人不能自己公布，请另一位督办员或者领导公布。")
    campaign.published_at, campaign.published_by_id = clock.now(), actor.user_id
    log.record("publish_campaign", object_type="campaign", object_id=campaign.id, actor=actor, standing=post)
    return campaign


def tallies(campaign: Campaign) -> list[Tally]:
    """What was said of each object, counted by the database."""
    rows = (
        select(CampaignAnswer.object_id, CampaignAnswer.grade, func.count())
        .join(CampaignObject, CampaignObject.id == CampaignAnswer.object_id)
        .where(CampaignObject.campaign_id == campaign.id)
        .group_by(CampaignAnswer.object_id, CampaignAnswer.grade)
    )
    said: dict[int, dict[Grade | None, int]] = defaultdict(dict)
    for object_id, grade, count in db.session.execute(rows):
        said[object_id][grade] = count
    return [
        Tally(one.id, one.peer_group, {str(grade): said[one.id].get(grade, 0) for grade in Grade},
              said[one.id].get(None, 0))
        for one in objects_of(campaign)
    ]


def _kept(campaign: Campaign, before: set[tuple[int, str]]) -> list[dict[str, Any]]:
    """Write the results down. ``before``: the units and names that were last in the campaign before."""
    rules = Rules(campaign.weights, campaign.minimum, campaign.tail, campaign.tail_needs)
    counted = tallies(campaign)
    found = {one.tally.object_id: one for one in standings(counted, rules)}
    names, drawn = {one.id: (one.unit_id, one.name) for one in objects_of(campaign)}, _drawn_counts(campaign)
    rows = [
        _row(tally, found.get(tally.object_id), drawn.get(tally.object_id, 0), names[tally.object_id] in before)
        for tally in counted
    ]
    insert_rows(db.session.connection(), CampaignResult.__table__, rows)
    return rows


def _row(tally: Tally, standing: Standing | None, drawn_count: int, was_last: bool) -> dict[str, Any]:
    if standing is None:
        nothing = dict.fromkeys(("answer_count", "unknown_count", "score", "satisfied", "lowest", "highest", "rank"))
        return {"object_id": tally.object_id, "drawn_count": drawn_count, **nothing, "grades": {}, "is_last": False,
                "is_last_again": False}
    unknown = tally.unknown if tally.unknown == 0 or tally.unknown >= FEWEST_SHOWN else None
    return {
        "object_id": tally.object_id, "drawn_count": drawn_count, "answer_count": tally.count,
        "unknown_count": unknown, "score": standing.score, "satisfied": standing.satisfied, "lowest": standing.lowest,
        "highest": standing.highest, "rank": standing.rank, "grades": dict(tally.grades), "is_last": standing.is_last,
        "is_last_again": standing.is_last and was_last,
    }


def _drawn_counts(campaign: Campaign) -> dict[int, int]:
    rows = (
        select(CampaignStratum.object_id, func.sum(CampaignStratum.drawn_count))
        .join(CampaignObject, CampaignObject.id == CampaignStratum.object_id)
        .where(CampaignObject.campaign_id == campaign.id)
        .group_by(CampaignStratum.object_id)
    )
    return {object_id: int(count) for object_id, count in db.session.execute(rows)}


def _last_before(campaign: Campaign) -> set[tuple[int, str]]:
    """Who was last in the campaign before this one: the latest frozen one of the region whose period ended earlier."""
    earlier = select(Campaign.id).where(
        Campaign.region_id == campaign.region_id, Campaign.frozen_at.is_not(None),
        Campaign.ends_on < campaign.ends_on,
    ).order_by(Campaign.ends_on.desc(), Campaign.id.desc()).limit(1)
    rows = (
        select(CampaignObject.unit_id, CampaignObject.name)
        .join(CampaignResult, CampaignResult.object_id == CampaignObject.id)
        .where(CampaignObject.campaign_id == earlier.scalar_subquery(), CampaignResult.is_last)
    )
    return {(unit_id, name) for unit_id, name in db.session.execute(rows)}


def _alert(campaign: Campaign, object_ids: list[int]) -> None:
    """连续两次后五位: supervisors and discipline observers of the region are told by name."""
    if not object_ids:
        return
    names = db.session.scalars(
        select(CampaignObject.name).where(CampaignObject.id.in_(object_ids)).order_by(CampaignObject.id)
    )
    above = [int(part) for part in campaign.region_path.split("/") if part]
    people = (
        select(Post.user_id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .join(Region, Region.id == Organisation.region_id)
        .where(Post.role.in_(ALERTED), Post.ended_at.is_(None), Region.id.in_(above))
    )
    words = f"{campaign.title}：" + "、".join(names)
    notices.tell_people(db.session.scalars(people), f"连续两次排在后{campaign.tail}位", about=f"campaign.{campaign.id}",
                        words=words, kind=NoticeKind.SUPERVISION)
