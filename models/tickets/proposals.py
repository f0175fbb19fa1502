"""Proposals: what an officer may only ask for, and who must sign it before it is so."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, created_at, open_unique, primary_key
from models.directory.organisations import Organisation
from models.tickets.circumstances import LedgerClass
from models.tickets.outcomes import ResultKind


class ProposalKind(LabelledEnum):
    """What is asked."""

    RESULT = "result", "办理结果"
    SEND_BACK = "send_back", "退回"
    EXTENSION = "extension", "延期"
    LEDGER = "ledger", "挂账"
    STRIKE_OFF = "strike_off", "销号"


class SigningStage(LabelledEnum):
    """On whose desk it lies."""

    UNIT_LEADER = "unit_leader", "待单位负责人签批"
    CLERK = "clerk", "待服务中心审批"
    SUPERVISOR = "supervisor", "待督办员审批"


class Decision(LabelledEnum):
    """How it ended. LAPSED: the ticket moved on before anybody decided."""

    GRANTED = "granted", "同意"
    DECLINED = "declined", "不同意"
    LAPSED = "lapsed", "失效"


class Proposal(Base):
    """提请. One open proposal of a kind per ticket; the granted circumstance is a row of its own table."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name="decision_iff_decided"),
        open_unique("uq_proposals_one_open", "ticket_id", "kind", while_null="decided_at"),
        Index("ix_proposals_ticket", "ticket_id"),
        Index("ix_proposals_register", "kind", "proposed_at", "id"),
        Index(
            "ix_proposals_desk",
            "stage",
            "unit_id",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        ),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[ProposalKind]
    stage: Mapped[SigningStage]
    reason: Mapped[str] = mapped_column(sa.Text)
    basis: Mapped[str] = mapped_column(sa.String(500), default="")
    law: Mapped[str] = mapped_column(sa.String(200), default="")  # of a return: 法律 and 条款, which ``basis`` joins
    article: Mapped[str] = mapped_column(sa.String(200), default="")
    until: Mapped[date | None]
    suggested_unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    ledger_class: Mapped[LedgerClass | None]
    result_kind: Mapped[ResultKind | None]
    next_step: Mapped[str] = mapped_column(sa.String(500), default="")
    adopted: Mapped[bool | None]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[created_at]
    endorsed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    endorsed_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[Decision | None]
    decision_words: Mapped[str] = mapped_column(sa.String(500), default="")

    unit: Mapped[Organisation] = relationship(foreign_keys=[unit_id])
    suggested_unit: Mapped[Organisation | None] = relationship(foreign_keys=[suggested_unit_id])
