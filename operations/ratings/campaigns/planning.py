"""筹备: a campaign with its period, weights and seed, and the objects in their peer groups."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select

from models import clock
from models.access import Role
from models.base import db
from models.bulk import insert_rows
from models.campaigns import Campaign, CampaignObject, ObjectKind, Stage
from models.directory import Organisation, Region
from models.ratings import Grade
from operations import log
from operations.access.actor import Actor, Standing
from operations.access.campaign_scope import RUNNERS, locked_campaign, standing_for
from operations.base import operation
from operations.clocks import rulebook, shanghai
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.words import ensure_said

TITLE_LIMIT, SEED_LIMIT, GROUP_LIMIT, NAME_LIMIT = 60, 64, 40, 100
MOST_DRAWN, MOST_OBJECTS = 2000, 500
LONGEST_PERIOD = timedelta(days=366)
SEPARATOR = "/"


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody plans. An empty ``seed`` is drawn by lot; a public number may be given instead."""

    title: str
    begins_on: date
    ends_on: date
    answer_until: date
    sample_size: int
    weights: Mapping[Grade, int]
    seed: str = ""


@operation
def create(plan: Plan, *, actor: Actor) -> Campaign:
    """发起评议：a draft for the region of the actor's office. Raises NotAllowed, BadInput."""
    post = _office_of(actor)
    office = db.session.get_one(Organisation, post.unit_id)
    title = ensure_said(plan.title, "请写明评议名称。", most=TITLE_LIMIT)
    _ensure_sound(plan)
    rules = rulebook.current().policy("campaign")
    campaign = Campaign(
        title=title, office_id=office.id, region_id=office.region_id, region_path=office.region.path,
        begins_on=plan.begins_on, ends_on=plan.ends_on, answer_until=plan.answer_until, sample_size=plan.sample_size,
        seed=plan.seed.strip() or secrets.token_hex(16), minimum=rules["minimum"], tail=rules["tail"],
        tail_needs=rules["tail_needs"], weights={str(grade): plan.weights[grade] for grade in Grade},
        created_by_id=actor.user_id or 0, created_at=clock.now(),
    )
    db.session.add(campaign)
    db.session.flush()
    log.record("create_campaign", object_type="campaign", object_id=campaign.id, actor=actor, standing=post,
               details={"seed": campaign.seed, "sample_size": campaign.sample_size, "weights": campaign.weights})
    return campaign


@operation
def add_objects(campaign_id: int, *, actor: Actor, kind: ObjectKind, peer_group: str, lines: Sequence[str]) -> int:
    """加对象：a unit a line by its name or short name; ``住建局/市政科`` is a division that has no row of its own.

    Returns how many were new. Raises BadInput with the lines that name nothing.
    """
    campaign, post = _draft(campaign_id, actor)
    group = ensure_said(peer_group, "请填写同类组。", most=GROUP_LIMIT)
    wanted = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not 0 < len(wanted) <= MOST_OBJECTS:
        raise BadInput(f"请填写 1 到 {MOST_OBJECTS} 个对象，一行一个。")
    units = _named(campaign, {line.split(SEPARATOR)[0].strip() for line in wanted})
    unknown = [line for line in wanted if line.split(SEPARATOR)[0].strip() not in units or len(line) > NAME_LIMIT]
    if unknown:
        raise BadInput("没有找到这些单位：" + "、".join(unknown[:5]) + ("等。" if len(unknown) > 5 else "。"))
    rows = [{"campaign_id": campaign.id, "kind": kind, "peer_group": group, "added_at": clock.now(), "dropped_at": None,
             **_object(line, units)} for line in wanted]
    before = len(objects_of(campaign))
    insert_rows(db.session.connection(), CampaignObject.__table__, rows, ignoring=True)
    added = len(objects_of(campaign)) - before
    log.record("add_campaign_objects", object_type="campaign", object_id=campaign.id, actor=actor, standing=post,
               details={"count": added})
    return added


@operation
def drop_object(campaign_id: int, object_id: int, *, actor: Actor) -> CampaignObject:
    """去掉对象, while nothing is drawn. Raises NotFound."""
    campaign, post = _draft(campaign_id, actor)
    row = select(CampaignObject).where(CampaignObject.id == object_id, CampaignObject.campaign_id == campaign.id,
                                       CampaignObject.dropped_at.is_(None))
    found = db.session.scalar(row)
    if found is None:
        raise NotFound
    found.dropped_at = clock.now()
    log.record("drop_campaign_object", object_type="campaign", object_id=campaign.id, actor=actor, standing=post,
               details={"object": object_id})
    return found


@operation
def abandon(campaign_id: int, *, actor: Actor) -> Campaign:
    """作废, as long as nobody has been invited: it stays in the list, with its seed. Raises Refused."""
    campaign = locked_campaign(actor, campaign_id)
    post = standing_for(actor, campaign, roles=RUNNERS)
    if campaign.stage not in (Stage.DRAFT, Stage.DRAWN):
        raise Refused(f"评议{campaign.stage.label}，不能作废。")
    campaign.abandoned_at = clock.now()
    log.record("abandon_campaign", object_type="campaign", object_id=campaign.id, actor=actor, standing=post)
    return campaign


def objects_of(campaign: Campaign) -> list[CampaignObject]:
    """The objects of a campaign in the order in which they were added."""
    rows = select(CampaignObject).where(CampaignObject.campaign_id == campaign.id, CampaignObject.dropped_at.is_(None))
    return list(db.session.scalars(rows.order_by(CampaignObject.id)))


def _draft(campaign_id: int, actor: Actor) -> tuple[Campaign, Standing]:
    campaign = locked_campaign(actor, campaign_id)
    post = standing_for(actor, campaign, roles=RUNNERS)
    if campaign.stage is not Stage.DRAFT:
        raise Refused(f"评议{campaign.stage.label}，对象不能再改。")
    return campaign, post


def _ensure_sound(plan: Plan) -> None:
    if not timedelta(0) < plan.ends_on - plan.begins_on <= LONGEST_PERIOD:
        raise BadInput("评议期的结束日要在开始日之后，最长一年。")
    if plan.answer_until < shanghai.today() or plan.answer_until < plan.ends_on:
        raise BadInput("答卷截止日不能早于今天，也不能早于评议期结束。")
    if not 0 < plan.sample_size <= MOST_DRAWN:
        raise BadInput(f"每个对象抽 1 到 {MOST_DRAWN} 家。")
    points = [plan.weights[grade] for grade in Grade]
    if points != sorted(points, reverse=True) or not 0 <= points[-1] < points[0] <= 100:
        raise BadInput("分值应在 0 到 100 之间，从非常满意到非常不满意依次不升，首尾不能相同。")
    if len(plan.seed) > SEED_LIMIT:
        raise BadInput(f"随机种子最多 {SEED_LIMIT} 字。")


def _office_of(actor: Actor) -> Standing:
    post = next((post for post in actor.posts_as(Role.SUPERVISOR) if post.region_path), None)
    if post is None:
        raise NotAllowed
    return post


def _named(campaign: Campaign, names: set[str]) -> dict[str, Organisation]:
    """The units of the campaign's region by the names under which they were asked for."""
    asked = or_(Organisation.name.in_(names), Organisation.short_name.in_(names))
    below = Region.path.startswith(campaign.region_path, autoescape=True)
    rows = select(Organisation).join(Region, Region.id == Organisation.region_id).where(asked, below)
    units = list(db.session.scalars(rows.order_by(Organisation.id.desc())))
    return {unit.short_name: unit for unit in units} | {unit.name: unit for unit in units}


def _object(line: str, units: Mapping[str, Organisation]) -> dict[str, Any]:
    unit_name, _, division = (part.strip() for part in line.partition(SEPARATOR))
    unit = units[unit_name]
    return {"unit_id": unit.id, "name": f"{unit.short_name}{division}" if division else unit.name}
