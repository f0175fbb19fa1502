"""Circumstances of a ticket: extensions, ledger entries, consultations, instructions, merges. Never statuses."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, open_unique, primary_key


class DeadlineExtension(Base):
    """延期. Granted by the clerk once per round; a second one only by the supervisor (``ordinal`` 2)."""

    __tablename__ = "deadline_extensions"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "round", "ordinal"),
        CheckConstraint("due_after > due_before", name="moves_forward"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    ordinal: Mapped[int]
    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), unique=True)
    due_before: Mapped[datetime]
    due_after: Mapped[datetime]
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    granted_at: Mapped[created_at]


class LedgerClass(LabelledEnum):
    """挂账类别."""

    POLICY = "policy", "政策限制"
    PLANNING = "planning", "规划待定"
    FUNDS = "funds", "资金待落实"
    JUDICIAL = "judicial", "司法程序"
    HISTORICAL = "historical", "历史遗留"


class LedgerEntry(Base):
    """挂账. The stopped clocks are ``clock_pauses`` rows, never an edited due date. ``proposal_id`` asked for it."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        open_unique("uq_ledger_entries_one_open", "ticket_id", while_null="left_at"),
        Index("ix_ledger_entries_review", "review_on", sqlite_where=sa.text("left_at IS NULL")),
        Index("ix_ledger_entries_register", "entered_at", "id"),
        Index("uq_ledger_entries_proposal", "proposal_id", unique=True),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    ledger_class: Mapped[LedgerClass]
    evidence: Mapped[str] = mapped_column(sa.Text)
    review_on: Mapped[date]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[created_at]
    left_at: Mapped[datetime | None]
    struck_off_at: Mapped[datetime | None]
    struck_off_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Consultation(Base):
    """会商. Who took part stands in rows of their own; ``units`` repeats their names as they were then."""

    __tablename__ = "consultations"
    __table_args__ = (
        Index("ix_consultations_ticket", "ticket_id"),
        Index("ix_consultations_register", "recorded_at", "id"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    held_on: Mapped[date]
    units: Mapped[str] = mapped_column(sa.String(500))
    outcome: Mapped[str] = mapped_column(sa.Text)
    convened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[created_at]


class ConsultationUnit(Base):
    """参加单位. ``order_id`` is the order that came of the consultation, or that the unit held already.

    ``duty`` is what was decided that the unit does, ``due_on`` by when: a decision has an owner and a limit.
    """

    __tablename__ = "consultation_units"
    __table_args__ = (
        sa.UniqueConstraint("consultation_id", "unit_id"),
        CheckConstraint("(due_on IS NULL) = (duty = '')", name="decision_has_a_limit"),
        Index("ix_consultation_units_unit", "unit_id", "consultation_id"),
    )

    id: Mapped[primary_key]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("unit_orders.id"))
    duty: Mapped[str] = mapped_column(sa.String(500), default="")
    due_on: Mapped[date | None]


class Instruction(Base):
    """批示. Its own clock, and its own call-back duty: open until answered, done when the leader has accepted.

    ``clock_id`` is the clock of the answer that is owed now; one sent back starts another. ``answer`` is the last one.
    """

    __tablename__ = "instructions"
    __table_args__ = (
        CheckConstraint("accepted_at IS NULL OR answered_at IS NOT NULL", name="accepted_only_when_answered"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by_id IS NULL)", name="accepted_by_somebody"),
        Index("ix_instructions_ticket", "ticket_id"),
        Index("ix_instructions_register", "given_at", "id"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    words: Mapped[str] = mapped_column(sa.Text)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    given_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    given_at: Mapped[created_at]
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    accepted_at: Mapped[datetime | None]


class AnswerVerdict(LabelledEnum):
    """What the leader said of an answer."""

    ACCEPTED = "accepted", "认可"
    RETURNED = "returned", "退回"


class InstructionAnswer(Base):
    """回报. Every answer to an instruction with the clock it met, and what the leader said of it."""

    __tablename__ = "instruction_answers"
    __table_args__ = (
        CheckConstraint("(judged_at IS NULL) = (verdict IS NULL)", name="verdict_iff_judged"),
        CheckConstraint("(judged_at IS NULL) = (judged_by_id IS NULL)", name="judged_by_somebody"),
        open_unique("uq_instruction_answers_one_open", "instruction_id", while_null="judged_at"),
        Index("ix_instruction_answers_instruction", "instruction_id", "id"),
    )

    id: Mapped[primary_key]
    instruction_id: Mapped[int] = mapped_column(ForeignKey("instructions.id"))
    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    words: Mapped[str] = mapped_column(sa.Text)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[created_at]
    verdict: Mapped[AnswerVerdict | None]
    verdict_words: Mapped[str] = mapped_column(sa.String(500), default="")
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    judged_at: Mapped[datetime | None]


class Merge(Base):
    """并单. ``from_status`` is where the ticket goes back to when the merge is undone."""

    __tablename__ = "merges"
    __table_args__ = (open_unique("uq_merges_one_open", "ticket_id", while_null="undone_at"),)

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    main_ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    from_status: Mapped[str] = mapped_column(sa.String(32))
    merged_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    merged_at: Mapped[created_at]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]
