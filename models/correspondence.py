"""What stewards and enterprises write to each other: the thread of an enterprise, and broadcasts to many."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key


class Side(LabelledEnum):
    """Who wrote a message of the thread."""

    STEWARD = "steward", "管家"
    ENTERPRISE = "enterprise", "企业"


class Message(Base):
    """消息 of an enterprise's thread with its stewards. A ticket's 留言 is an event of the ticket, not this.

    ``read_at`` is when the other side said that it had read it: by its button, or by answering.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_thread", "enterprise_id", "id"),
        open_index("ix_messages_unread", "enterprise_id", "side", where="read_at IS NULL"),
    )

    id: Mapped[primary_key]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    side: Mapped[Side]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str] = mapped_column(sa.Text)
    sent_at: Mapped[created_at]
    read_at: Mapped[datetime | None]
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    author: Mapped[User] = relationship(foreign_keys=[author_id])


class Broadcast(Base):
    """群发: one text to many enterprises. It counts as 触达, never as 互动 (domain.md §3).

    ``fingerprint`` is the digest of the text without spaces and punctuation: an interaction with the same text is a
    template. ``narrowing`` is the filter that chose the receivers, in codes.
    """

    __tablename__ = "broadcasts"
    __table_args__ = (Index("ix_broadcasts_author", "author_id", "id"), Index("ix_broadcasts_text", "fingerprint"))

    id: Mapped[primary_key]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(sa.String(100))
    body: Mapped[str] = mapped_column(sa.Text)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    narrowing: Mapped[dict[str, Any]]
    sent_at: Mapped[created_at]

    author: Mapped[User] = relationship()


class DeliveryOutcome(LabelledEnum):
    """What became of a broadcast at one enterprise when it was sent."""

    SENT = "sent", "已送达"
    OPTED_OUT = "opted_out", "已退订"
    NO_ACCOUNT = "no_account", "没有账号"


class BroadcastDelivery(Base):
    """送达记录: one row per enterprise of a broadcast, those not reached included."""

    __tablename__ = "broadcast_deliveries"
    __table_args__ = (
        sa.CheckConstraint(f"read_at IS NULL OR outcome = '{DeliveryOutcome.SENT}'", name="only_the_sent_is_read"),
        Index("ix_broadcast_deliveries_enterprise", "enterprise_id", "broadcast_id"),
    )

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), primary_key=True)
    outcome: Mapped[DeliveryOutcome]
    read_at: Mapped[datetime | None]
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class BroadcastOptOut(Base):
    """不再接收群发, from when to when. Messages of the enterprise's own steward still come."""

    __tablename__ = "broadcast_opt_outs"
    __table_args__ = (open_unique("uq_broadcast_opt_outs_one_open", "enterprise_id", while_null="ended_at"),)

    id: Mapped[primary_key]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    opted_out_at: Mapped[created_at]
    opted_out_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
