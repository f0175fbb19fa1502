"""Follow-up calls and ratings."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, primary_key

MOST_WRONG_CODES = 3


class ReworkReason(LabelledEnum):
    """重办原因: why the enterprise, called back, does not let it rest."""

    UNSOLVED = "unsolved", "未解决"
    UNTRUE = "untrue", "答复不实"
    ATTITUDE = "attitude", "态度不好"
    LATE = "late", "办得太慢"
    RECURRED = "recurred", "问题又出现"
    OTHER = "other", "其他"


class FollowUp(Base):
    """回访. One row per attempt; ``is_solved`` and ``is_satisfied`` are told by the enterprise, when reached.

    ``rework_reason`` is the class of what began a new round; calls before the classes came have none.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "round", "attempt"),
        CheckConstraint("was_reached = (is_solved IS NOT NULL)", name="solved_iff_reached"),
        CheckConstraint("rework_reason IS NULL OR NOT (is_solved AND is_satisfied)", name="reason_of_rework_only"),
        Index("ix_follow_ups_called", "called_at"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    attempt: Mapped[int]
    was_reached: Mapped[bool]
    is_solved: Mapped[bool | None]
    is_satisfied: Mapped[bool | None]
    rework_reason: Mapped[ReworkReason | None]
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
    """评价渠道 (GB/T 39734). At a window the grade is given for a counted case, otherwise for a ticket's round."""

    PLATFORM = "platform", "平台"
    LINK = "link", "一次性链接"
    SMS = "sms", "短信回复"
    DESK = "desk", "点评台签"
    KIOSK = "kiosk", "窗口评价器"
    FOLLOW_UP = "follow_up", "回访代录"


class RatingOccasion(LabelledEnum):
    """Where the work was done, by which the reasons to choose from differ (GB/T 39734, 7.3: 现场, 网上)."""

    ONLINE = "online", "诉求办理"
    WINDOW = "window", "窗口办事"


class RatingTagSet(Base):
    """评价选项: which reasons are offered with one grade from a moment on. A later row takes its place; none changes.

    Where no row holds, the defaults of ``operations.ratings.tags`` do. ``tags`` is ``{"tags": [...]}``.
    """

    __tablename__ = "rating_tag_sets"
    __table_args__ = (sa.UniqueConstraint("occasion", "grade", "effective_at"),)

    id: Mapped[primary_key]
    occasion: Mapped[RatingOccasion]
    grade: Mapped[Grade]
    tags: Mapped[dict[str, Any]]
    effective_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(200))
    set_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[created_at]


class Rating(Base):
    """评价. One per ticket and round, or one per counted case; immutable (a trigger says so).

    An anonymous one names nobody. ``tag_set_id``: the version that its reasons were chosen from, none for the
    defaults. ``entered_by_id``: the clerk who wrote down what was said in a follow-up call; never the rater.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "round"),
        Index("uq_ratings_counted_case", "counted_case_id", unique=True),
        CheckConstraint("NOT is_anonymous OR rated_by_id IS NULL", name="anonymous_names_nobody"),
        CheckConstraint("(ticket_id IS NULL) <> (counted_case_id IS NULL)", name="of_one_case"),
        CheckConstraint("(channel = 'follow_up') = (entered_by_id IS NOT NULL)", name="entered_iff_follow_up"),
        Index("ix_ratings_rated", "rated_at", "id"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    grade: Mapped[Grade]
    tags: Mapped[dict[str, Any]] = mapped_column(default=dict)
    words: Mapped[str] = mapped_column(sa.Text, default="")
    is_anonymous: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[RatingChannel]
    rated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    rated_at: Mapped[created_at]
    tag_set_id: Mapped[int | None] = mapped_column(ForeignKey("rating_tag_sets.id"))
    counted_case_id: Mapped[int | None] = mapped_column(ForeignKey("counted_cases.id"))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class RatingAddition(Base):
    """追评. What the same rater adds to a rating, once; written once. ``grade`` is how it looks to them by now.

    It never changes the rating, nor any figure of grades; it belongs to "better after the 追评". The reader of an
    anonymous rating's addition is whoever may read the rating.
    """

    __tablename__ = "rating_additions"
    __table_args__ = (
        CheckConstraint("words <> '' OR grade IS NOT NULL OR has_tags", name="says_something"),
        Index("ix_rating_additions_added", "added_at"),
    )

    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"), primary_key=True, autoincrement=False)
    grade: Mapped[Grade | None]
    has_tags: Mapped[bool] = mapped_column(default=False)
    tags: Mapped[dict[str, Any]] = mapped_column(default=dict)
    words: Mapped[str] = mapped_column(sa.Text, default="")
    added_at: Mapped[created_at]


class RatingAdditionToken(Base):
    """追评链接. Given to a rater whom no account names, on the page that thanks; only its SHA-256 is kept; used once."""

    __tablename__ = "rating_addition_tokens"

    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"), primary_key=True, autoincrement=False)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[created_at]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RatingSource(Base):
    """评价来源. A keyed digest of the address that a rating came from, alike only within one month.

    It stands apart from ``ratings``, is read by the anti-gaming monitor alone, is never shown, and may be forgotten.
    """

    __tablename__ = "rating_sources"
    __table_args__ = (Index("ix_rating_sources_source", "source"),)

    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"), primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(sa.String(64))


class RatingToken(Base):
    """一次性评价链接. Only its SHA-256 is kept; used once.

    ``reply_code`` is what an answer by text has to hold, none when it was not texted; after ``wrong_codes`` in the
    number of MOST_WRONG_CODES it is answered by the link alone.
    """

    __tablename__ = "rating_tokens"
    __table_args__ = (
        CheckConstraint(f"wrong_codes >= 0 AND wrong_codes <= {MOST_WRONG_CODES}", name="wrong_codes_counted"),
        Index("ix_rating_tokens_ticket", "ticket_id", "round"),
    )

    id: Mapped[primary_key]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[created_at]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    reply_code: Mapped[str] = mapped_column(sa.String(4), default="", server_default="")
    wrong_codes: Mapped[int] = mapped_column(default=0, server_default="0")
