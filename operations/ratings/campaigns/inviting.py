"""邀请: one link for each enterprise drawn, by text through the outbox and by a notice in the site; and reminders."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from models import clock
from models.access import Post
from models.base import db
from models.bulk import insert_rows
from models.campaigns import Campaign, CampaignInvitation, CampaignToken, Stage
from models.deliveries import MOST_TRIES, Carrier, Delivery, Purpose
from models.directory import Enterprise
from models.notices import NoticeKind
from operations import log, notices
from operations.access.actor import Actor, Standing
from operations.access.campaign_scope import RUNNERS, locked_campaign, standing_for
from operations.access.scope import own_enterprise_ids
from operations.access.sessions import digest_of
from operations.base import be_patient, operation
from operations.clocks import rulebook, shanghai
from operations.clocks.reckoning import midnight
from operations.delivery import texts
from operations.errors import NotFound, Refused

AddressOf = Callable[[str], str]
SUBJECT = "请参加万企评机关"


def closes_at(campaign: Campaign) -> datetime:
    """The moment from which no answer is taken: the end of the last day."""
    return midnight(campaign.answer_until + timedelta(days=1))


@operation
def invite(campaign_id: int, *, actor: Actor, address_of: AddressOf) -> int:
    """发邀请：to everybody drawn, once. Returns how many were told by text. Raises Refused."""
    campaign = locked_campaign(actor, campaign_id)
    post = standing_for(actor, campaign, roles=RUNNERS)
    if campaign.stage is not Stage.DRAWN:
        raise Refused(f"评议{campaign.stage.label}，不能发邀请。")
    if campaign.answer_until < shanghai.today():
        raise Refused("答卷截止日已过，不能发邀请。请作废后重新发起。")
    be_patient()
    campaign.invited_at = clock.now()
    count = _tell(campaign, address_of)
    log.record("invite_campaign", object_type="campaign", object_id=campaign.id, actor=actor, standing=post,
               details={"texts": count})
    return count


@operation
def remind(campaign_id: int, *, actor: Actor, address_of: AddressOf) -> int:
    """催答：another link to who has not answered; the earlier one still opens. Returns how many went by text.

    Not oftener than the policy ``campaign`` allows. Nobody learns who they are. Raises Refused.
    """
    campaign = locked_campaign(actor, campaign_id)
    post = standing_for(actor, campaign, roles=RUNNERS)
    rules, now = rulebook.current().policy("campaign"), clock.now()
    if campaign.stage is not Stage.RUNNING or now >= closes_at(campaign):
        raise Refused("评议不在进行中，不能催答。")
    if campaign.reminders >= rules["reminders"]:
        raise Refused(f"已经催过 {campaign.reminders} 次，不再打扰企业。")
    last = campaign.reminded_at or campaign.invited_at
    if last is not None and now < last + timedelta(days=rules["days_between"]):
        raise Refused(f"离上一次不到 {rules['days_between']} 天，请过几天再催。")
    return once_more(campaign, actor=actor, post=post, address_of=address_of)


def once_more(campaign: Campaign, *, actor: Actor, post: Standing, address_of: AddressOf) -> int:
    """The reminder itself, within the running operation; how many went by text."""
    be_patient()
    campaign.reminded_at, campaign.reminders = clock.now(), campaign.reminders + 1
    count = _tell(campaign, address_of)
    log.record("remind_campaign", object_type="campaign", object_id=campaign.id, actor=actor, standing=post,
               details={"texts": count})
    return count


@operation
def own_link(campaign_id: int, *, actor: Actor) -> str:
    """A link for a member of an enterprise that is invited and has not answered. Returns the token. Raises NotFound."""
    now = clock.now()
    row = (
        select(CampaignInvitation.id)
        .join(Campaign, Campaign.id == CampaignInvitation.campaign_id)
        .where(Campaign.id == campaign_id, CampaignInvitation.enterprise_id.in_(own_enterprise_ids(actor)),
               CampaignInvitation.is_answered.is_(False), Campaign.invited_at.is_not(None),
               Campaign.closed_at.is_(None), Campaign.answer_until >= shanghai.today())
        .order_by(CampaignInvitation.id)
    )
    invitation_id = db.session.scalar(row)
    if invitation_id is None:
        raise NotFound
    token = secrets.token_urlsafe(32)
    db.session.add(CampaignToken(token_hash=digest_of(token), invitation_id=invitation_id, made_at=now))
    log.record("open_campaign_invitation", object_type="campaign", object_id=campaign_id, actor=actor,
               standing=actor.posts[0])
    return token


def _tell(campaign: Campaign, address_of: AddressOf) -> int:
    """A token, and a text where there is a mobile, for each unanswered invitation: one statement for all of each."""
    waiting = db.session.execute(
        select(CampaignInvitation.id, CampaignInvitation.enterprise_id, Enterprise.contact_phone)
        .join(Enterprise, Enterprise.id == CampaignInvitation.enterprise_id)
        .where(CampaignInvitation.campaign_id == campaign.id, CampaignInvitation.is_answered.is_(False))
        .order_by(CampaignInvitation.id)
    ).all()
    reachable = [row for row in waiting if texts.is_mobile(row.contact_phone)]
    tokens, messages = [], []
    for row in reachable:
        token, key = secrets.token_urlsafe(32), f"campaign-{secrets.token_hex(12)}"
        tokens.append(_token_row(token, row.id, key))
        messages.append(_message(campaign, row, key, address_of(token)))
    connection = db.session.connection()
    insert_rows(connection, CampaignToken.__table__, tokens)
    insert_rows(connection, Delivery.__table__, messages)
    _tell_members(campaign, [row.enterprise_id for row in waiting])
    return len(messages)


def _token_row(token: str, invitation_id: int, key: str) -> dict[str, Any]:
    return {"token_hash": digest_of(token), "invitation_id": invitation_id, "delivery_key": key,
            "made_at": clock.now()}


def _message(campaign: Campaign, row: Any, key: str, address: str) -> dict[str, Any]:
    now = clock.now()
    words = (
        f"{campaign.title}：请评价贵企业打过交道的单位，约 2 分钟，不记名。链接只用一次，请勿转发："
        f"{address} ，{campaign.answer_until.month}月{campaign.answer_until.day}日前有效。回TD退订"
    )
    return {
        "carrier": Carrier.SMS, "purpose": Purpose.RATING, "key": key, "recipient": row.contact_phone, "words": words,
        "address": "", "created_at": now, "next_try_at": notices.not_before(now), "expires_at": closes_at(campaign),
        "tries": 0, "most_tries": MOST_TRIES, "reference": "", "problem": "",
    }


def _tell_members(campaign: Campaign, enterprise_ids: Sequence[int]) -> None:
    """Members are told in the site: there they open the link by themselves."""
    invited = select(CampaignInvitation.enterprise_id).where(
        CampaignInvitation.campaign_id == campaign.id, CampaignInvitation.is_answered.is_(False)
    )
    rows = select(Post.user_id).where(Post.enterprise_id.in_(invited), Post.ended_at.is_(None)).distinct()
    words = f"{campaign.title}：在“我的评议”中打开，{campaign.answer_until:%m-%d} 前有效，不记名。"
    notices.tell_people(db.session.scalars(rows), SUBJECT, about=f"campaign.{campaign.id}", words=words,
                        kind=NoticeKind.MESSAGE)


def open_invitations(actor: Actor) -> Sequence[Row[Any]]:
    """The running campaigns that an enterprise of the actor's is invited to and has not answered."""
    rows: Any = (
        select(Campaign.id, Campaign.title, Campaign.answer_until, func.min(Enterprise.name).label("enterprise"))
        .join(CampaignInvitation, CampaignInvitation.campaign_id == Campaign.id)
        .join(Enterprise, Enterprise.id == CampaignInvitation.enterprise_id)
        .where(CampaignInvitation.enterprise_id.in_(own_enterprise_ids(actor)),
               CampaignInvitation.is_answered.is_(False), Campaign.invited_at.is_not(None),
               Campaign.closed_at.is_(None), Campaign.answer_until >= shanghai.today())
        .group_by(Campaign.id, Campaign.title, Campaign.answer_until)
    )
    return db.session.execute(rows.order_by(Campaign.id)).all()
