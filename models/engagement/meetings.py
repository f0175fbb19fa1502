"""Meetings of leaders with enterprises: who is asked, what is brought, what is decided."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.base import Base, LabelledEnum, created_at, primary_key
from models.directory.enterprises import Enterprise
from models.directory.organisations import Organisation
from models.directory.regions import Region


class MeetingKind(LabelledEnum):
    """会议类型 (domain.md §3)."""

    BREAKFAST = "breakfast", "书记早餐会"
    FORUM = "forum", "企业座谈会"
    TALK = "talk", "恳谈会"
    ON_SITE = "on_site", "现场办公"
    SCHEDULING = "scheduling", "调度会"
    TASK_FORCE = "task_force", "专班会商"


class Meeting(Base):
    """会议. Planned until its minutes are written (``minuted_at``) or it is called off (``cancelled_at``)."""

    __tablename__ = "meetings"
    __table_args__ = (
        UniqueConstraint("year", "sequence"),
        CheckConstraint("minuted_at IS NULL OR cancelled_at IS NULL", name="held_or_cancelled"),
        CheckConstraint("(minuted_at IS NULL) = (minutes = '')", name="minutes_iff_held"),
        Index("ix_meetings_region", "region_id", "held_at"),
        Index("ix_meetings_chair", "chair_id", "held_at"),
    )

    id: Mapped[primary_key]
    year: Mapped[int]
    sequence: Mapped[int]
    kind: Mapped[MeetingKind]
    theme: Mapped[str] = mapped_column(sa.String(100))
    held_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(sa.String(100))
    agenda: Mapped[str] = mapped_column(sa.Text, default="")
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"))
    chair_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    planned_at: Mapped[created_at]
    minutes: Mapped[str] = mapped_column(sa.Text, default="")
    minuted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    minuted_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(sa.String(200), default="")
    cancelled_at: Mapped[datetime | None]

    region: Mapped[Region] = relationship()
    chair: Mapped[User] = relationship(foreign_keys=[chair_id])

    @property
    def number(self) -> str:
        """``HY-2026-0012``."""
        return f"HY-{self.year}-{self.sequence:04d}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be held."""
        return self.minuted_at is None and self.cancelled_at is None


class MeetingGuest(Base):
    """参会: one person, unit or enterprise asked to a meeting. ``came`` is known once the minutes are written."""

    __tablename__ = "meeting_guests"
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN user_id IS NULL THEN 0 ELSE 1 END + CASE WHEN unit_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN enterprise_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_guest",
        ),
        Index("uq_meeting_guests_user", "meeting_id", "user_id", unique=True),
        Index("uq_meeting_guests_unit", "meeting_id", "unit_id", unique=True),
        Index("uq_meeting_guests_enterprise", "meeting_id", "enterprise_id", unique=True),
        Index("ix_meeting_guests_enterprise", "enterprise_id", "meeting_id"),
        Index("ix_meeting_guests_user", "user_id", "meeting_id"),
        Index("ix_meeting_guests_unit", "unit_id", "meeting_id"),
    )

    id: Mapped[primary_key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    came: Mapped[bool | None]


class MeetingProblem(Base):
    """会前问题清单: a problem that is brought, by which enterprise, and what a unit proposes beforehand."""

    __tablename__ = "meeting_problems"
    __table_args__ = (Index("ix_meeting_problems_meeting", "meeting_id"),)

    id: Mapped[primary_key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    words: Mapped[str] = mapped_column(sa.String(500))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    solution: Mapped[str] = mapped_column(sa.String(500), default="")
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[created_at]

    enterprise: Mapped[Enterprise | None] = relationship()
    unit: Mapped[Organisation | None] = relationship()


class MeetingDecision(Base):
    """议定事项. One with a unit and a limit is a ticket: ``ticket_id``, its enterprise that of the ticket."""

    __tablename__ = "meeting_decisions"
    __table_args__ = (
        CheckConstraint(
            "(unit_id IS NOT NULL AND due_on IS NOT NULL) = (ticket_id IS NOT NULL)", name="ticket_iff_owner_and_limit"
        ),
        CheckConstraint("ticket_id IS NULL OR enterprise_id IS NOT NULL", name="ticket_of_an_enterprise"),
        Index("ix_meeting_decisions_meeting", "meeting_id"),
        Index("ix_meeting_decisions_ticket", "ticket_id", unique=True),
    )

    id: Mapped[primary_key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    words: Mapped[str] = mapped_column(sa.String(500))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    due_on: Mapped[date | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[created_at]
