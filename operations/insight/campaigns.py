"""万企评机关 as pages show it: the list, the draw, the progress in counts alone, the frozen results, what was written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, case, func, select

from models.access import User
from models.base import db
from models.campaigns import (
    FEWEST_SHOWN,
    Campaign,
    CampaignAnswer,
    CampaignInvitation,
    CampaignObject,
    CampaignPick,
    CampaignResult,
    CampaignStratum,
    CampaignToken,
    Stage,
)
from models.deliveries import Delivery, Outcome
from models.directory import EnterpriseSize, Region
from operations.access.actor import Actor
from operations.access.campaign_scope import campaign_scope
from operations.access.found import the_one
from operations.directory.industries import SECTIONS
from operations.errors import NotFound

MOST_LISTED, MOST_WORDS = 100, 500
COUNTED = (Stage.FROZEN, Stage.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running campaign is: counts, never who. ``objects``: id → answers so far, few of them not told."""

    invited: int
    answered: int
    sent: int
    waiting: int
    failed: int
    objects: dict[int, int]

    @property
    def unreachable(self) -> int:
        """Invited enterprises without a mobile: they open the link in the site."""
        return max(0, self.invited - self.sent - self.waiting - self.failed)


@dataclass(frozen=True, slots=True)
class Group:
    """A peer group with its results, the ranked ones first."""

    name: str
    rows: list[Row[Any]]


def listed(actor: Actor) -> Sequence[Campaign]:
    """The campaigns of the actor's ground, the latest first: a few a year."""
    rows = select(Campaign).where(campaign_scope(actor)).order_by(Campaign.id.desc())
    return db.session.scalars(rows.limit(MOST_LISTED)).all()


def people_of(campaign: Campaign) -> dict[int, str]:
    """Who made, froze and published it, by their ids."""
    ids = {campaign.created_by_id, campaign.frozen_by_id, campaign.published_by_id}
    rows = select(User.id, User.name).where(User.id.in_([one for one in ids if one is not None]))
    return {user_id: name for user_id, name in db.session.execute(rows)}


def objects(campaign: Campaign) -> Sequence[Row[Any]]:
    """The objects with how many contacts they have and how many of them are drawn; none before the draw."""
    held, drawn = func.sum(CampaignStratum.contact_count), func.sum(CampaignStratum.drawn_count)
    rows: Any = (
        select(CampaignObject.id, CampaignObject.name, CampaignObject.kind, CampaignObject.peer_group,
               func.coalesce(held, 0).label("contact_count"), func.coalesce(drawn, 0).label("drawn_count"))
        .outerjoin(CampaignStratum, CampaignStratum.object_id == CampaignObject.id)
        .where(CampaignObject.campaign_id == campaign.id, CampaignObject.dropped_at.is_(None))
        .group_by(CampaignObject.id, CampaignObject.name, CampaignObject.kind, CampaignObject.peer_group)
    )
    return db.session.execute(rows.order_by(CampaignObject.id)).all()


def strata(campaign: Campaign) -> list[tuple[str, int, int]]:
    """层 over all objects together: its name in words, contacts, drawn; the largest first."""
    rows = (
        select(CampaignStratum.stratum, func.sum(CampaignStratum.contact_count), func.sum(CampaignStratum.drawn_count))
        .join(CampaignObject, CampaignObject.id == CampaignStratum.object_id)
        .where(CampaignObject.campaign_id == campaign.id)
        .group_by(CampaignStratum.stratum)
        .order_by(func.sum(CampaignStratum.contact_count).desc(), CampaignStratum.stratum)
        .limit(MOST_WORDS)
    )
    found = db.session.execute(rows).all()
    names = {code: name for code, name in db.session.execute(
        select(Region.code, Region.name).where(Region.code.in_({stratum.split(".")[2] for stratum, _, _ in found}))
    )}
    return [(_in_words(stratum, names), held, drawn) for stratum, held, drawn in found]


def progress(campaign: Campaign) -> Progress:
    """Counts of a running campaign. An object's answers are those of the invitations that are used up."""
    invited, answered = db.session.execute(
        select(func.count(), func.coalesce(func.sum(case((CampaignInvitation.is_answered, 1), else_=0)), 0))
        .where(CampaignInvitation.campaign_id == campaign.id)
    ).one()
    sent = _texts(campaign)
    return Progress(invited, answered, *sent, objects=_answered(campaign))


def results(campaign: Campaign) -> list[Group]:
    """The frozen results by peer group as they were added: the ranked first, then those with too few, by name."""
    rows: Any = (
        select(CampaignObject.id, CampaignObject.name, CampaignObject.kind, CampaignObject.peer_group,
               *(column for column in CampaignResult.__table__.c if column.name != "object_id"))
        .join(CampaignResult, CampaignResult.object_id == CampaignObject.id)
        .where(CampaignObject.campaign_id == campaign.id)
        .order_by(CampaignObject.peer_group, CampaignResult.rank.is_(None), CampaignResult.rank, CampaignObject.name)
    )
    groups: dict[str, list[Row[Any]]] = {}
    for row in db.session.execute(rows):
        groups.setdefault(row.peer_group, []).append(row)
    return [Group(name, rows) for name, rows in sorted(groups.items(), key=lambda one: min(row.id for row in one[1]))]


def written(campaign: Campaign) -> Sequence[Row[Any]]:
    """What was written of objects with enough answers, once the results are frozen; in an order that tells nothing."""
    if campaign.stage not in COUNTED:
        raise NotFound
    rows: Any = (
        select(CampaignObject.name, CampaignObject.peer_group, CampaignAnswer.words)
        .join(CampaignAnswer, CampaignAnswer.object_id == CampaignObject.id)
        .join(CampaignResult, CampaignResult.object_id == CampaignObject.id)
        .where(CampaignObject.campaign_id == campaign.id, CampaignAnswer.words != "",
               CampaignResult.answer_count >= FEWEST_SHOWN)
        .order_by(CampaignObject.peer_group, CampaignObject.name, CampaignAnswer.id)
    )
    return db.session.execute(rows.limit(MOST_WORDS)).all()


def published() -> Sequence[Campaign]:
    """What anybody may read, the latest first."""
    rows = select(Campaign).where(Campaign.published_at.is_not(None)).order_by(Campaign.published_at.desc())
    return db.session.scalars(rows.limit(MOST_LISTED)).all()


def published_one(campaign_id: int) -> Campaign:
    """A published campaign. Raises NotFound."""
    return the_one(select(Campaign).where(Campaign.id == campaign_id, Campaign.published_at.is_not(None)))


def _texts(campaign: Campaign) -> tuple[int, int, int]:
    """Invitations by how their latest text fared: sent, still waiting, not sent."""
    latest: Select[Any] = (
        select(func.max(Delivery.id))
        .join(CampaignToken, CampaignToken.delivery_key == Delivery.key)
        .join(CampaignInvitation, CampaignInvitation.id == CampaignToken.invitation_id)
        .where(CampaignInvitation.campaign_id == campaign.id)
        .group_by(CampaignInvitation.id)
    )
    waits, went = Delivery.ended_at.is_(None), Delivery.outcome == Outcome.SENT
    sums = [func.coalesce(func.sum(case((found, 1), else_=0)), 0) for found in (went, waits)]
    counted: Select[Any] = select(*sums, func.count()).where(Delivery.id.in_(latest))
    row = db.session.execute(counted).one()
    return row[0], row[1], row[2] - row[0] - row[1]


def _answered(campaign: Campaign) -> dict[int, int]:
    rows = (
        select(CampaignPick.object_id, func.count())
        .join(CampaignObject, CampaignObject.id == CampaignPick.object_id)
        .join(CampaignInvitation, (CampaignInvitation.enterprise_id == CampaignPick.enterprise_id)
              & (CampaignInvitation.campaign_id == CampaignObject.campaign_id))
        .where(CampaignObject.campaign_id == campaign.id, CampaignInvitation.is_answered)
        .group_by(CampaignPick.object_id)
    )
    return {object_id: count for object_id, count in db.session.execute(rows)}


def _in_words(stratum: str, places: dict[str, str]) -> str:
    size, section, place = stratum.split(".")
    industry = SECTIONS[section][0] if section in SECTIONS else "行业未填"
    return f"{places.get(place, place)}　{industry}　{EnterpriseSize(size).label}"
