"""Text messages on their way: rows written in the transaction of what happened, sent by a job."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, open_index, primary_key


class TextPurpose(LabelledEnum):
    """What a text message is for."""

    CODE = "code", "验证码"
    INVITATION = "invitation", "成员邀请"
    CLAIM = "claim", "认领结果"


class TextMessage(Base):
    """短信. ``words`` are erased once it is sent or given up: they may hold a code or a link.

    ``address`` is where it was asked for, so that one place cannot bomb many numbers. ``next_try_at`` is also the lease
    of whoever sends it now; ``expires_at`` the moment from which it is of no use to anybody.
    """

    __tablename__ = "text_messages"
    __table_args__ = (
        CheckConstraint("sent_at IS NULL OR given_up_at IS NULL", name="sent_or_given_up"),
        CheckConstraint("words = '' OR (sent_at IS NULL AND given_up_at IS NULL)", name="words_only_while_waiting"),
        Index("ix_text_messages_number", "number", "created_at"),
        Index("ix_text_messages_address", "address", "created_at"),
        open_index(
            "ix_text_messages_outbox", "next_try_at", "id", where="sent_at IS NULL AND given_up_at IS NULL"
        ),
    )

    id: Mapped[primary_key]
    number: Mapped[str] = mapped_column(sa.String(32))
    purpose: Mapped[TextPurpose]
    words: Mapped[str] = mapped_column(sa.String(500))
    address: Mapped[str] = mapped_column(sa.String(64), default="")
    created_at: Mapped[created_at]
    next_try_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    reference: Mapped[str] = mapped_column(sa.String(80), default="")
    problem: Mapped[str] = mapped_column(sa.String(200), default="")
