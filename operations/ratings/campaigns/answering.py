"""答卷: whoever holds a link says once, of the objects it was drawn for, what they think; who it was is not kept."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update

from models import clock
from models.access import Role
from models.base import db
from models.bulk import insert_rows
from models.campaigns import (
    Campaign,
    CampaignAnswer,
    CampaignInvitation,
    CampaignObject,
    CampaignPick,
    CampaignToken,
)
from models.ratings import Grade
from operations import log
from operations.access.actor import Actor, Standing
from operations.access.sessions import digest_of
from operations.base import operation
from operations.clocks import shanghai
from operations.errors import BadInput, DomainError

LONGEST_TOKEN, WORDS_LIMIT = 64, 200
ANSWER_BITS = 62
# Who answers is nobody's account, and no address is noted.
SOMEBODY = Actor(user_id=None, name="评议链接", posts=(Standing(post_id=None, role=Role.ENTERPRISE_MEMBER),))


class InvitationSpent(DomainError):
    """Empty, unknown, used or too late: one answer for all, so that nothing can be found out by trying."""

    status_code = 404
    message = "这个评议链接不能用：可能已经答过，可能评议已经截止，也可能网址不完整。"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is said of one object; no grade is 不了解."""

    grade: Grade | None
    words: str = ""


def asked(token: str) -> tuple[Campaign, Sequence[Row[Any]]]:
    """The campaign of this link and its objects (id, name, kind); reading changes nothing. Raises InvitationSpent."""
    invitation, campaign = _open(token)
    return campaign, _objects(invitation)


@operation
def answer(token: str, *, opinions: Mapping[int, Opinion]) -> Campaign:
    """答卷：use the link up and keep the answers apart from it. Of many at once the database lets one through.

    The campaign is held against its close meanwhile. The log keeps that an answer came, not whose and not what.
    Raises InvitationSpent, BadInput.
    """
    invitation, campaign = _open(token, is_held=True)
    objects = {row.id for row in _objects(invitation)}
    if set(opinions) != objects or any(len(opinion.words) > WORDS_LIMIT for opinion in opinions.values()):
        raise BadInput
    using = update(CampaignInvitation).where(
        CampaignInvitation.id == invitation.id, CampaignInvitation.is_answered.is_(False)
    )
    if db.session.connection().execute(using.values(is_answered=True)).rowcount != 1:
        raise InvitationSpent
    insert_rows(db.session.connection(), CampaignAnswer.__table__, [
        {"id": secrets.randbits(ANSWER_BITS), "object_id": object_id, "grade": opinion.grade,
         "words": opinion.words.strip()}
        for object_id, opinion in opinions.items()
    ])
    log.record("answer_campaign", object_type="campaign", object_id=campaign.id, actor=SOMEBODY,
               standing=SOMEBODY.posts[0])
    return campaign


def _open(token: str, *, is_held: bool = False) -> tuple[CampaignInvitation, Campaign]:
    rows: Any = (
        select(CampaignInvitation, Campaign)
        .join(CampaignToken, CampaignToken.invitation_id == CampaignInvitation.id)
        .join(Campaign, Campaign.id == CampaignInvitation.campaign_id)
        .where(
            CampaignToken.token_hash == digest_of(token[:LONGEST_TOKEN]),
            CampaignInvitation.is_answered.is_(False),
            Campaign.invited_at <= clock.now(),
            Campaign.closed_at.is_(None),
            Campaign.answer_until >= shanghai.today(),
        )
    )
    if is_held:
        rows = rows.with_for_update(read=True, of=Campaign)
    found = db.session.execute(rows).first()
    if found is None:
        raise InvitationSpent
    return found[0], found[1]


def _objects(invitation: CampaignInvitation) -> Sequence[Row[Any]]:
    rows: Any = (
        select(CampaignObject.id, CampaignObject.name, CampaignObject.kind)
        .join(CampaignPick, CampaignPick.object_id == CampaignObject.id)
        .where(CampaignPick.enterprise_id == invitation.enterprise_id,
               CampaignObject.campaign_id == invitation.campaign_id)
    )
    return db.session.execute(rows.order_by(CampaignObject.id)).all()
