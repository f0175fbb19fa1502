"""Interactions between a steward and an enterprise, and what the enterprise says of them."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, created_at, open_index, primary_key
from models.directory.enterprises import Enterprise


class InteractionKind(LabelledEnum):
    """互动方式 (domain.md §3)."""

    PHONE = "phone", "电话"
    VISIT = "visit", "走访"
    PLATFORM = "platform", "平台消息"
    VIDEO = "video", "视频"
    MEETING = "meeting", "会议"


class Effect(LabelledEnum):
    """有效互动 or not (domain.md §3)."""

    PENDING = "pending", "待企业确认"
    EFFECTIVE = "effective", "有效互动"
    INEFFECTIVE = "ineffective", "不计有效"


class Flaw(LabelledEnum):
    """Which rule of the effective interaction failed: the label is what people read."""

    DENIED = "denied", "企业说没有这回事"
    NOT_ASSIGNED = "not_assigned", "当时不负责这家企业"
    TEMPLATE = "template", "内容与群发文字相同"
    TOO_SHORT = "too_short", "内容太短"
    REPEATED = "repeated", "与同一企业短时间内重复记录"
    UNANSWERED = "unanswered", "期限内企业没有回复或确认"


class Interaction(Base):
    """互动. ``occurred_at`` is what the steward says, ``recorded_at`` what the server saw: late entry shows.

    A visit that the enterprise asked for (``is_invited``) does not count against 无事不扰; one above the cap says why.
    ``effect`` and ``flaw`` are what operations.engagement.effectiveness judged; ``window_ends_at`` is the last moment
    for the enterprise's answer. ``is_exchange`` is one that two messages made, not somebody's note.
    """

    __tablename__ = "interactions"
    __table_args__ = (
        CheckConstraint(f"(effect = '{Effect.INEFFECTIVE}') = (flaw IS NOT NULL)", name="flaw_iff_ineffective"),
        open_index("ix_interactions_window", "window_ends_at", where=f"effect = '{Effect.PENDING}'"),
        Index("ix_interactions_pair", "enterprise_id", "steward_id", "occurred_at"),
        Index("ix_interactions_occurred", "occurred_at", "id"),
        Index("ix_interactions_steward", "steward_id", "occurred_at"),
        Index("ix_interactions_enterprise", "enterprise_id", "occurred_at"),
    )

    id: Mapped[primary_key]
    steward_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    kind: Mapped[InteractionKind]
    content: Mapped[str] = mapped_column(sa.Text)
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[created_at]
    next_contact_on: Mapped[date | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    is_invited: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    over_cap_reason: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    effect: Mapped[Effect] = mapped_column(default=Effect.PENDING, server_default=Effect.PENDING.value)
    flaw: Mapped[Flaw | None]
    window_ends_at: Mapped[datetime | None]
    is_exchange: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    enterprise: Mapped[Enterprise] = relationship()


class InteractionAnswer(Base):
    """确认 or 没有这回事: what the enterprise says of an interaction, once; the row never changes."""

    __tablename__ = "interaction_answers"
    __table_args__ = (Index("ix_interaction_answers_denied", "is_confirmed", "answered_at"),)

    interaction_id: Mapped[int] = mapped_column(ForeignKey("interactions.id"), primary_key=True)
    is_confirmed: Mapped[bool]
    answered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[created_at]


class TalkDraft(Base):
    """草稿 of a quick log that is still being written: one per person, kept on the server, gone once it is sent."""

    __tablename__ = "talk_drafts"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    fields: Mapped[dict[str, Any]]
    updated_at: Mapped[created_at]
