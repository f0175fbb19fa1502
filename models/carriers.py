"""What people want told, by which carrier and when, and what they answer by text message."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, open_unique, primary_key
from models.deliveries import Carrier
from models.encryption import number as telephone
from models.notices import NoticeKind

DAY_MINUTES = 24 * 60


class CarrierChoice(Base):
    """通知方式. One for each kind and carrier that somebody has chosen; without a row the site's default holds."""

    __tablename__ = "carrier_choices"
    __table_args__ = (sa.UniqueConstraint("user_id", "kind", "carrier"),)

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[NoticeKind]
    carrier: Mapped[Carrier]
    is_wanted: Mapped[bool]
    changed_at: Mapped[created_at]


class ReceivingHours(Base):
    """接收时段 of one person, minutes of the day in Shanghai, within what the site's quiet hours leave."""

    __tablename__ = "receiving_hours"
    __table_args__ = (
        sa.UniqueConstraint("user_id"),
        CheckConstraint(f"opens >= 0 AND opens < closes AND closes <= {DAY_MINUTES}", name="opens_before_it_closes"),
    )

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opens: Mapped[int]
    closes: Mapped[int]
    changed_at: Mapped[created_at]


class StoppedNumber(Base):
    """短信退订. Codes still go to it: they are asked for each time."""

    __tablename__ = "stopped_numbers"
    __table_args__ = (open_unique("uq_stopped_numbers_open", "number", while_null="resumed_at"),)

    id: Mapped[primary_key]
    number: Mapped[str] = mapped_column(telephone())
    stopped_at: Mapped[created_at]
    resumed_at: Mapped[datetime | None]
    resumed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class AnswerOutcome(LabelledEnum):
    """What came of a text message that somebody sent."""

    RATED = "rated", "已评价"
    STOPPED = "stopped", "已退订"
    NOTHING_TO_RATE = "nothing_to_rate", "没有可评价的办件"
    NOT_UNDERSTOOD = "not_understood", "不认识的内容"
    TOO_MANY = "too_many", "太频繁，未处理"
    CODE_MISSING = "code_missing", "没有带评价码"
    WRONG_CODE = "wrong_code", "评价码不对"


class TextAnswer(Base):
    """短信上行. ``provider_id`` is the gateway's own: unique, so that one message has one effect however often it comes."""

    __tablename__ = "text_answers"
    __table_args__ = (
        sa.UniqueConstraint("provider_id"),
        CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name="outcome_iff_settled"),
        CheckConstraint("(outcome = 'rated') = (ticket_id IS NOT NULL)", name="ticket_iff_rated"),
        Index("ix_text_answers_number", "number", "received_at"),
        Index("ix_text_answers_received", "received_at"),
    )

    id: Mapped[primary_key]
    provider_id: Mapped[str] = mapped_column(sa.String(80))
    number: Mapped[str] = mapped_column(telephone())
    words: Mapped[str] = mapped_column(sa.String(500))
    received_at: Mapped[created_at]
    settled_at: Mapped[datetime | None]
    outcome: Mapped[AnswerOutcome | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
