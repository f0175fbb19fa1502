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
    """挂账. The stopped clocks are ``clock_pauses`` rows, never an edited due date."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        open_unique("uq_ledger_entries_one_open", "ticket_id", while_null="left_at"),
        Index("ix_ledger_entries_review", "review_on", sqlite_where=sa.text("left_at IS NULL")),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    ledger_class: Mapped[LedgerClass]
    evidence: Mapped[str] = mapped_column(sa.Text)
    review_on: Mapped[date]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[created_at]
    left_at: Mapped[datetime | None]
    struck_off_at: Mapped[datetime | None]
    struck_off_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Consultation(Base):
    """会商."""

    __tablename__ = "consultations"
    __table_args__ = (Index("ix_consultations_ticket", "ticket_id"),)

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    held_on: Mapped[date]
    units: Mapped[str] = mapped_column(sa.String(500))
    outcome: Mapped[str] = mapped_column(sa.Text)
    convened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[created_at]


class Instruction(Base):
    """批示. It has its own clock and its own call-back duty."""

    __tablename__ = "instructions"
    __table_args__ = (Index("ix_instructions_ticket", "ticket_id"),)

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    words: Mapped[str] = mapped_column(sa.Text)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    given_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    given_at: Mapped[created_at]
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]


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
