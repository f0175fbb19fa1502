"""回访 of counted cases: which are to be called, and the calls. They have no rounds: what is wrong becomes a demand."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, open_index, primary_key
from models.ratings import ReworkReason


class CountedOutcome(LabelledEnum):
    """What came of it."""

    SOLVED = "solved", "已解决，满意"
    AT_FAULT = "at_fault", "未解决或不满意"
    UNREACHED = "unreached", "多次未接通"


class CountedFollowUp(Base):
    """待回访的窗口办件. One per counted case that was drawn, or badly rated by name, and whose enterprise is known."""

    __tablename__ = "counted_follow_ups"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="outcome_iff_ended"),
        open_index("ix_counted_follow_ups_open", "due_at", "counted_case_id", where="ended_at IS NULL"),
        open_index("ix_counted_follow_ups_ended", "ended_at", "counted_case_id", where="ended_at IS NOT NULL"),
    )

    counted_case_id: Mapped[int] = mapped_column(ForeignKey("counted_cases.id"), primary_key=True, autoincrement=False)
    region_path: Mapped[str] = mapped_column(sa.String(120))
    is_must: Mapped[bool]
    opened_at: Mapped[created_at]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[CountedOutcome | None]


class CountedCall(Base):
    """回访. One row per attempt, written once; by the service centre alone and nobody who had a part in it."""

    __tablename__ = "counted_calls"
    __table_args__ = (
        sa.UniqueConstraint("counted_case_id", "attempt"),
        CheckConstraint("was_reached = (is_solved IS NOT NULL)", name="solved_iff_reached"),
        CheckConstraint("was_reached = (is_satisfied IS NOT NULL)", name="satisfied_iff_reached"),
        CheckConstraint("(rework_reason IS NOT NULL) = (was_reached AND NOT (is_solved AND is_satisfied))",
                        name="class_iff_at_fault"),
    )

    id: Mapped[primary_key]
    counted_case_id: Mapped[int] = mapped_column(ForeignKey("counted_follow_ups.counted_case_id"))
    attempt: Mapped[int]
    was_reached: Mapped[bool]
    is_solved: Mapped[bool | None]
    is_satisfied: Mapped[bool | None]
    rework_reason: Mapped[ReworkReason | None]
    words: Mapped[str] = mapped_column(sa.Text, default="")
    called_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    called_at: Mapped[created_at]
