"""Follow-up calls and ratings."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, primary_key


class FollowUp(Base):
    """回访. One row per attempt; ``is_solved`` and ``is_satisfied`` are told by the enterprise, when reached."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "round", "attempt"),
        CheckConstraint("was_reached = (is_solved IS NOT NULL)", name="solved_iff_reached"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    attempt: Mapped[int]
    was_reached: Mapped[bool]
    is_solved: Mapped[bool | None]
    is_satisfied: Mapped[bool | None]
    words: Mapped[str] = mapped_column(sa.Text, default="")
    called_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    called_at: Mapped[created_at]


class Grade(LabelledEnum):
    """好差评: exactly these five (国办发〔2019〕51号); the last two are 差评."""

    VERY_SATISFIED = "very_satisfied", "非常满意"
    SATISFIED = "satisfied", "满意"
    FAIRLY_SATISFIED = "fairly_satisfied", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"
    VERY_DISSATISFIED = "very_dissatisfied", "非常不满意"

    @property
    def is_bad(self) -> bool:
        """Whether it counts as 差评."""
        return self in (Grade.DISSATISFIED, Grade.VERY_DISSATISFIED)


class RatingChannel(LabelledEnum):
    """评价渠道 of this part of the product."""

    PLATFORM = "platform", "平台"
    LINK = "link", "一次性链接"
    SMS = "sms", "短信回复"


class Rating(Base):
    """评价. One per ticket and round, immutable (a trigger says so); an anonymous one names nobody."""

    __tablename__ = "ratings"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "round"),
        CheckConstraint("NOT is_anonymous OR rated_by_id IS NULL", name="anonymous_names_nobody"),
        Index("ix_ratings_rated", "rated_at", "id"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    grade: Mapped[Grade]
    tags: Mapped[dict[str, Any]] = mapped_column(default=dict)
    words: Mapped[str] = mapped_column(sa.Text, default="")
    is_anonymous: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[RatingChannel]
    rated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    rated_at: Mapped[created_at]


class RatingSource(Base):
    """评价来源. A keyed digest of the address that a rating came from, alike only within one month.

    It stands apart from ``ratings``, is read by the anti-gaming monitor alone, is never shown, and may be forgotten.
    """

    __tablename__ = "rating_sources"
    __table_args__ = (Index("ix_rating_sources_source", "source"),)

    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"), primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(sa.String(64))


class RatingToken(Base):
    """一次性评价链接. Only its SHA-256 is kept; used once."""

    __tablename__ = "rating_tokens"
    __table_args__ = (Index("ix_rating_tokens_ticket", "ticket_id", "round"),)

    id: Mapped[primary_key]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[created_at]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
