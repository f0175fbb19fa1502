"""Supervision: the rungs that press a late ticket."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key
from models.directory.organisations import Organisation


class Level(LabelledEnum):
    """The rungs of domain.md §7, low to high."""

    REMINDER = "reminder", "提醒"
    FIRST = "first", "一次督办"
    SECOND = "second", "二次督办"
    TALK = "talk", "提请约谈"
    REFERRAL = "referral", "移交问责"

    @property
    def rung(self) -> int:
        """1 for a reminder up to 5 for a referral: what a ticket's ``rung`` stores."""
        return _RUNGS[self]


_RUNGS = {level: place for place, level in enumerate(Level, start=1)}


class SupervisionSource(LabelledEnum):
    """Who opened it: the sweep by rule, or a person."""

    RULE = "rule", "系统按规则"
    PERSON = "person", "人工"


class SupervisionEnd(LabelledEnum):
    """How an order ended."""

    LIFTED = "lifted", "解除"
    MOVED_ON = "moved_on", "办件已推进"
    ESCALATED = "escalated", "升级"
    REVOKED = "revoked", "复核撤销"


BY_TWO_OFFICES = sa.text("level IN ('first', 'second')")


class Supervision(Base):
    """督办. Attached to the ticket, never a status; unique per clock, level and due version.

    ``fire_at`` is when the sweep must next look at it: not signed for, not answered, or still in the same stage.
    ``joined_to_id``: several clocks of a ticket press one unit; one order stands, this one goes with it and is answered
    there. ``revoked_at``: a reconsideration found it wrong, so that no figure counts it.
    ``clock_due_at`` repeats the due date that is pressed, so that the queue sorts by lateness on one index.
    """

    __tablename__ = "supervisions"
    __table_args__ = (
        sa.UniqueConstraint("clock_id", "level", "due_version"),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_as_iff_ended"),
        CheckConstraint("answered_at IS NULL OR signed_at IS NOT NULL", name="answered_after_signing"),
        open_unique("uq_supervisions_one_open", "clock_id", while_null="ended_at"),
        # domain.md §7: the second order of a promise comes from another office than the first.
        Index("uq_supervisions_another_office", "clock_id", "due_version", "issuer_id", unique=True,
              sqlite_where=BY_TWO_OFFICES, postgresql_where=BY_TWO_OFFICES),
        open_index("ix_supervisions_seconds", "receiver_id", "opened_at", where="level = 'second'"),
        open_index("ix_supervisions_joined", "joined_to_id", where="joined_to_id IS NOT NULL"),
        Index("ix_supervisions_ticket", "ticket_id"),
        open_index("ix_supervisions_fire", "fire_at", "id", where="fire_at IS NOT NULL"),
        open_index("ix_supervisions_queue", "level", "opened_at", "id", where="ended_at IS NULL"),
        open_index("ix_supervisions_late", "clock_due_at", "id", where="ended_at IS NULL"),
        open_index("ix_supervisions_receiver", "receiver_id", "opened_at", where="ended_at IS NULL"),
        open_index("ix_supervisions_received", "receiver_id", "ended_at", "id", where="ended_at IS NOT NULL"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    due_version: Mapped[int]
    level: Mapped[Level]
    source: Mapped[SupervisionSource] = mapped_column(default=SupervisionSource.RULE)
    rule: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    region_path: Mapped[str] = mapped_column(sa.String(120))
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    clock_due_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    recorded_at: Mapped[created_at]
    sign_due_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    stage_due_at: Mapped[datetime | None]
    fire_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    accepted_at: Mapped[datetime | None]
    rejected_count: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[SupervisionEnd | None]
    joined_to_id: Mapped[int | None] = mapped_column(ForeignKey("supervisions.id"))
    revoked_at: Mapped[datetime | None]

    issuer: Mapped[Organisation | None] = relationship(foreign_keys=[issuer_id])
    receiver: Mapped[Organisation | None] = relationship(foreign_keys=[receiver_id])


class CallOutcome(LabelledEnum):
    """How a call to remind somebody went."""

    REACHED = "reached", "本人接听"
    PASSED_ON = "passed_on", "他人接听，答应转告"
    NO_ANSWER = "no_answer", "无人接听"
    WRONG_NUMBER = "wrong_number", "号码不对"


class ReminderCall(Base):
    """电话催办: who of the office called whom about an order, when, and what was said. Written once.

    Of the number only what is left of it when masked is kept: enough to tell two phones apart, too little to call.
    """

    __tablename__ = "reminder_calls"
    __table_args__ = (
        CheckConstraint("outcome NOT IN ('reached', 'passed_on') OR words <> ''", name="says_what_was_said"),
        CheckConstraint("called_at <= recorded_at", name="recorded_after_the_call"),
        Index("ix_reminder_calls_order", "supervision_id", "id"),
    )

    id: Mapped[primary_key]
    supervision_id: Mapped[int] = mapped_column(ForeignKey("supervisions.id"))
    caller_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    called_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    called_name: Mapped[str] = mapped_column(sa.String(64))
    number: Mapped[str] = mapped_column(sa.String(32), default="")
    called_at: Mapped[datetime]
    recorded_at: Mapped[created_at]
    outcome: Mapped[CallOutcome]
    words: Mapped[str] = mapped_column(sa.String(500), default="")
