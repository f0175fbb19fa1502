"""The outbox: what people are told, written in the transaction of what happened and delivered by a job."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, open_index, primary_key
from models.months import OF_THE_PARTITIONS


class NoticeKind(LabelledEnum):
    """What a notice is about."""

    TICKET = "ticket", "办件"
    SUPERVISION = "supervision", "督办"
    MESSAGE = "message", "留言"
    SYSTEM = "system", "系统"


class Notice(Base):
    """通知. ``dedup_key`` makes a message one message under any number of workers; ``not_before`` keeps quiet hours."""

    __tablename__ = "notices"
    __table_args__ = (
        sa.UniqueConstraint("dedup_key", info=OF_THE_PARTITIONS),
        open_index("ix_notices_outbox", "not_before", "id", where="delivered_at IS NULL"),
        open_index("ix_notices_unread", "user_id", where="read_at IS NULL AND delivered_at IS NOT NULL"),
        sa.Index("ix_notices_user", "user_id", "id"),
    )

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[NoticeKind]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    subject: Mapped[str] = mapped_column(sa.String(200))
    words: Mapped[str] = mapped_column(sa.Text, default="")
    dedup_key: Mapped[str] = mapped_column(sa.String(120))
    created_at: Mapped[created_at]
    not_before: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
