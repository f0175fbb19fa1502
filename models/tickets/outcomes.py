"""What came of a round: the unit's signed result, and how the enterprise was told."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, primary_key


class ResultKind(LabelledEnum):
    """办理结果."""

    SOLVED = "solved", "解决"
    PARTLY_SOLVED = "partly_solved", "部分解决"
    EXPLAINED = "explained", "未解决已解释"


class ReplyMethod(LabelledEnum):
    """反馈方式."""

    PHONE = "phone", "电话"
    VISIT = "visit", "上门"
    PLATFORM = "platform", "平台消息"
    LETTER = "letter", "书面"


class Result(Base):
    """办理结果 of one round, signed by the unit's leader; a direct answer has no unit."""

    __tablename__ = "results"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "round"),
        Index("ix_results_register", "reported_at", "id"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[ResultKind]
    text: Mapped[str] = mapped_column(sa.Text)
    fingerprint: Mapped[str | None] = mapped_column(sa.String(32))  # of the text without marks and blanks
    next_step: Mapped[str] = mapped_column(sa.String(500), default="")
    adopted: Mapped[bool | None]
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reported_at: Mapped[created_at]


class Reply(Base):
    """反馈 of one round: how and when the enterprise was told, and what it first said."""

    __tablename__ = "replies"
    __table_args__ = (sa.UniqueConstraint("ticket_id", "round"),)

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    method: Mapped[ReplyMethod]
    text: Mapped[str] = mapped_column(sa.Text)
    first_answer: Mapped[str] = mapped_column(sa.String(500), default="")
    told_at: Mapped[datetime]
    replied_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[created_at]
