"""Interactions between a steward and an enterprise."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, created_at, primary_key
from models.directory.enterprises import Enterprise


class InteractionKind(LabelledEnum):
    """互动方式 (domain.md §3)."""

    PHONE = "phone", "电话"
    VISIT = "visit", "走访"
    PLATFORM = "platform", "平台消息"
    VIDEO = "video", "视频"
    MEETING = "meeting", "会议"


class Interaction(Base):
    """互动. ``occurred_at`` is what the steward says, ``recorded_at`` what the server saw: late entry shows."""

    __tablename__ = "interactions"
    __table_args__ = (
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

    enterprise: Mapped[Enterprise] = relationship()
