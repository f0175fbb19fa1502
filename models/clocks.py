"""Clocks, their pauses, the local working calendar and the policies that say how long."""

from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import SchemaItem

from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key


class ClockKind(LabelledEnum):
    """What a clock measures (domain.md §4). HANDLING is the case clock: the promise to the enterprise."""

    ACCEPTANCE = "acceptance", "受理"
    SUPPLEMENT = "supplement", "补正"
    COORDINATION = "coordination", "协调派单"
    SIGNING = "signing", "签收"
    CONTACT = "contact", "首次联系"
    HANDLING = "handling", "办结"
    ASSISTING = "assisting", "协办"
    REPLY = "reply", "反馈"
    FOLLOW_UP = "follow_up", "回访"
    RATING = "rating", "评价"
    INSTRUCTION = "instruction", "落实批示"
    REFUSAL_LEVEL = "refusal_level", "否定签批"
    GOVERNMENT_LEVEL = "government_level", "否定上级签批"
    JOINT_REVIEW = "joint_review", "联审"
    RECTIFICATION_CONTACT = "rectification_contact", "差评联系"
    RECTIFICATION = "rectification", "差评整改"
    COUNTERSIGN = "countersign", "不合理复核"


class ClockOutcome(LabelledEnum):
    """How a clock stopped."""

    MET = "met", "按时"
    LATE = "late", "超时"
    DROPPED = "dropped", "终止"


class PauseReason(LabelledEnum):
    """Why a clock stands still: only these two may (domain.md §4)."""

    SUPPLEMENT = "supplement", "等企业补正"
    LEDGER = "ledger", "挂账"


class Clock(Base):
    """时限钟: one row per ticket × round × kind × unit. ``fire_at`` is when the sweep must next look at it.

    ``due_version`` grows whenever the due date moves (granted extension, ended pause, published calendar), so that
    a supervision belongs to exactly one promise.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        CheckConstraint("(stopped_at IS NULL) = (outcome IS NULL)", name="outcome_iff_stopped"),
        CheckConstraint("fire_at IS NULL OR (stopped_at IS NULL AND paused_at IS NULL)", name="fires_only_running"),
        open_unique(
            "uq_clocks_one_running", "ticket_id", "kind", while_null="stopped_at",
            also="unit_id IS NULL AND kind <> 'instruction'",
        ),
        open_unique(
            "uq_clocks_one_running_per_unit", "ticket_id", "kind", "unit_id", while_null="stopped_at",
            also="unit_id IS NOT NULL AND kind <> 'instruction'",
        ),
        Index("ix_clocks_ticket", "ticket_id", "round"),
        open_index("ix_clocks_cases", "started_at", "id", where="kind = 'handling'"),
        open_index("ix_clocks_begun", "started_at", where="kind IN ('acceptance', 'signing', 'contact')"),
        open_index("ix_clocks_due", "due_at", where="kind = 'handling'"),
        open_index("ix_clocks_stopped", "stopped_at", where="stopped_at IS NOT NULL"),
        open_index("ix_clocks_ratings", "started_at", "id", where="kind = 'rating'"),
        open_index("ix_clocks_fire", "fire_at", "id", where="fire_at IS NOT NULL"),
        open_index("ix_clocks_paused", "id", where="paused_at IS NOT NULL"),
        open_index("ix_clocks_unit_running", "unit_id", "kind", "due_at", where="stopped_at IS NULL"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    kind: Mapped[ClockKind]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    limit: Mapped[str] = mapped_column(sa.String(8))
    started_at: Mapped[datetime]
    original_due_at: Mapped[datetime]
    due_at: Mapped[datetime]
    warn_at: Mapped[datetime]
    is_provisional: Mapped[bool] = mapped_column(default=False)
    due_version: Mapped[int] = mapped_column(default=1)
    fire_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    outcome: Mapped[ClockOutcome | None]


class ClockPause(Base):
    """暂停. An interval row with its reason; the due date moves on by the office time it held."""

    __tablename__ = "clock_pauses"
    __table_args__ = (
        open_unique("uq_clock_pauses_one_open", "clock_id", while_null="ended_at"),
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="ends_after_it_starts"),
        Index("ix_clock_pauses_clock", "clock_id"),
    )

    id: Mapped[primary_key]
    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    reason: Mapped[PauseReason]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CalendarDay(Base):
    """本地工作日历: one local override of the State Council's arrangement. Corrections are new rows.

    Of a day that was published before it took two people nobody says who approved it.
    """

    __tablename__ = "calendar_days"
    __table_args__ = (
        CheckConstraint("approved_by_id <> set_by_id", name="approved_by_another"),
        Index("ix_calendar_days_day", "day"),
    )

    id: Mapped[primary_key]
    day: Mapped[date]
    is_working: Mapped[bool]
    like_weekday: Mapped[int | None]
    reason: Mapped[str] = mapped_column(sa.String(200))
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[created_at]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class CalendarYear(Base):
    """已公布年份: a year whose arrangement the site has confirmed although the library lacks it."""

    __tablename__ = "calendar_years"
    __table_args__ = (CheckConstraint("approved_by_id <> confirmed_by_id", name="approved_by_another"),)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(sa.String(200))
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[created_at]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Policy(Base):
    """规则: one setting of the domain from one day on. The default in code holds until a row says otherwise."""

    __tablename__ = "policies"
    __table_args__ = (sa.UniqueConstraint("name", "effective_at"),)

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(sa.String(64))
    value: Mapped[dict[str, Any]]
    effective_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[created_at]


class DraftDecision(LabelledEnum):
    """What became of a proposed change of the rules or of the calendar."""

    APPROVED = "approved", "已批准"
    DECLINED = "declined", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"


def by_two(table: str) -> tuple[SchemaItem, ...]:
    """What the database holds of drafts: one at most waits of those made on the same rules, and whoever proposes it may
    only take it back."""
    return (
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_at_iff_decided"),
        CheckConstraint("(decision IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("decision IS NULL OR (decision = 'withdrawn') = (decided_by_id = proposed_by_id)",
                        name="approved_by_another"),
        open_unique(f"uq_{table}_one_open", "base_version", while_null="decided_at"),
    )


class Draft:
    """草案: a change that one person proposes and another approves. ``base_version``: of the rules that it was made on.

    ``subject`` names it in events, ``label`` to people.
    """

    subject: ClassVar[str]
    label: ClassVar[str]

    id: Mapped[primary_key]
    base_version: Mapped[str] = mapped_column(sa.String(80))
    reason: Mapped[str] = mapped_column(sa.String(200))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[created_at]
    decision: Mapped[DraftDecision | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(sa.String(200), default="")

    @property
    def facts(self) -> dict[str, Any]:
        """What it would change, as the log tells it."""
        raise NotImplementedError


class PolicyDraft(Draft, Base):
    """规则草案, with what it would have done: when the rules have changed since, it can no longer be approved.

    ``changes`` and ``before``: policy's name → key → value.
    """

    __tablename__ = "policy_drafts"
    __table_args__ = by_two("policy_drafts")
    subject, label = "policy", "规则草案"

    changes: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    estimate: Mapped[dict[str, Any]]
    effective_on: Mapped[date]

    @property
    def facts(self) -> dict[str, Any]:
        """The values, and from which day on."""
        return {"changes": self.changes, "effective_on": self.effective_on.isoformat()}


class CalendarDraft(Draft, Base):
    """日历草案: a day that the city is to work or have off, or a year whose arrangement is to be complete.

    ``moved``: how many limits it would have moved when it was proposed.
    """

    __tablename__ = "calendar_drafts"
    __table_args__ = (
        *by_two("calendar_drafts"),
        CheckConstraint("(day IS NULL) <> (year IS NULL)", name="a_day_or_a_year"),
        CheckConstraint("(day IS NULL) = (is_working IS NULL)", name="is_working_iff_a_day"),
    )
    subject, label = "calendar", "日历草案"

    day: Mapped[date | None]
    is_working: Mapped[bool | None]
    year: Mapped[int | None]
    moved: Mapped[int]

    @property
    def facts(self) -> dict[str, Any]:
        """The day or the year."""
        return {"year": self.year} if self.day is None else {"day": self.day.isoformat(), "is_working": self.is_working}
