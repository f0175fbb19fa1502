"""差评整改: what a named 差评 sets going, the calls about it, and the unit's appeal against it (domain.md §8)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, open_index, primary_key


class RectificationAct(LabelledEnum):
    """What is done about a 差评; the log has these codes. Beside the acts of the ticket: it may long be closed."""

    CONTACT = "contact_rectification", "联系评价人"
    REPORT = "report_rectification", "报整改结果"
    SIGN = "sign_rectification", "签发整改结果"
    CALL = "call_rectification", "整改回访"
    APPEAL = "appeal_rating", "申诉差评"
    DECIDE = "decide_appeal", "裁定申诉"


class Verification(LabelledEnum):
    """核实结论."""

    TRUE = "true", "属实"
    PARTLY = "partly", "部分属实"
    MISTAKEN = "mistaken", "不属实或误评"
    MALICIOUS = "malicious", "恶意评价"


class RectificationEnd(LabelledEnum):
    """How it ended. What an accepted appeal excludes counts in no figure of satisfaction; the rating stays."""

    SOLVED = "solved", "整改完成"
    UNREACHED = "unreached", "多次未接通"
    EXCLUDED = "excluded", "申诉成立，已剔除"


class AppealGround(LabelledEnum):
    """申诉理由."""

    MISTAKEN = "mistaken", "误评"
    MALICIOUS = "malicious", "恶意差评"


class Rectification(Base):
    """整改. One per named 差评. The clocks are those of the first promise: by them it was on time or not.

    ``signed_at`` falls empty when a call finds it unsolved; the log keeps every report and every signature.
    """

    __tablename__ = "rectifications"
    __table_args__ = (
        CheckConstraint("(contacted_at IS NULL) = (contacted_by_id IS NULL)", name="contacted_by_somebody"),
        CheckConstraint("(reported_at IS NULL) = (verification IS NULL)", name="verified_iff_reported"),
        CheckConstraint("(reported_at IS NULL) = (reported_by_id IS NULL)", name="reported_by_somebody"),
        CheckConstraint("(signed_at IS NULL) = (signed_by_id IS NULL)", name="signed_by_somebody"),
        CheckConstraint("signed_at IS NULL OR reported_at IS NOT NULL", name="signed_after_the_report"),
        CheckConstraint("reported_at IS NULL OR contacted_at IS NOT NULL", name="reported_after_the_contact"),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_as_iff_ended"),
        CheckConstraint("ended_as IS NULL OR ended_as = 'excluded' OR signed_at IS NOT NULL", name="ended_when_signed"),
        Index("ix_rectifications_opened", "opened_at", "id"),
        Index("ix_rectifications_unit", "unit_id", "opened_at", "id"),
        Index("ix_rectifications_ticket", "ticket_id"),
        open_index("ix_rectifications_excluded", "rating_id", where="ended_as = 'excluded'"),
    )

    id: Mapped[primary_key]
    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    region_path: Mapped[str] = mapped_column(sa.String(120))
    opened_at: Mapped[datetime]
    contact_clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    fix_clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    again_clock_id: Mapped[int | None] = mapped_column(ForeignKey("clocks.id"))  # after a call that found it unsolved
    contacted_at: Mapped[datetime | None]
    contacted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    contact_words: Mapped[str] = mapped_column(sa.Text, default="")
    verification: Mapped[Verification | None]
    measures: Mapped[str] = mapped_column(sa.Text, default="")
    result: Mapped[str] = mapped_column(sa.Text, default="")
    reported_at: Mapped[datetime | None]
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[RectificationEnd | None]


class RectificationCall(Base):
    """整改回访. One row per attempt, written once; what the enterprise says of it when it was reached."""

    __tablename__ = "rectification_calls"
    __table_args__ = (
        sa.UniqueConstraint("rectification_id", "attempt"),
        CheckConstraint("was_reached = (is_solved IS NOT NULL)", name="solved_iff_reached"),
        CheckConstraint("was_reached = (is_satisfied IS NOT NULL)", name="satisfied_iff_reached"),
    )

    id: Mapped[primary_key]
    rectification_id: Mapped[int] = mapped_column(ForeignKey("rectifications.id"))
    attempt: Mapped[int]
    was_reached: Mapped[bool]
    is_solved: Mapped[bool | None]
    is_satisfied: Mapped[bool | None]
    words: Mapped[str] = mapped_column(sa.Text, default="")
    called_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    called_at: Mapped[created_at]


class RatingAppeal(Base):
    """差评申诉. One per rectification, by the unit; decided once, by a supervisor and never by who filed it."""

    __tablename__ = "rating_appeals"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="has_a_reason"),
        CheckConstraint("(decided_at IS NULL) = (is_accepted IS NULL)", name="accepted_iff_decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("decided_at IS NULL OR decision <> ''", name="decided_with_reasons"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> filed_by_id", name="decided_by_another"),
    )

    rectification_id: Mapped[int] = mapped_column(
        ForeignKey("rectifications.id"), primary_key=True, autoincrement=False
    )
    ground: Mapped[AppealGround]
    reason: Mapped[str] = mapped_column(sa.Text)
    filed_at: Mapped[datetime]
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    is_accepted: Mapped[bool | None]
    decision: Mapped[str] = mapped_column(sa.Text, default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
