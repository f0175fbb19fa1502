"""监督发现: what a special observer has found, and what became of it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.base import Base, LabelledEnum, created_at, primary_key
from models.directory.organisations import Organisation


class FindingKind(LabelledEnum):
    """线索类别 (facts.md §6.11)."""

    POLICY = "policy", "政策落实"
    APPROVAL = "approval", "行政审批"
    CONDUCT = "conduct", "行业风气"
    OTHER = "other", "其他"


class Finding(Base):
    """监督发现. It waits until an office answers it; where it is about an enterprise it becomes a ticket as well."""

    __tablename__ = "findings"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered_by_somebody"),
        CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answer_iff_answered"),
        CheckConstraint("ticket_id IS NULL OR answered_at IS NOT NULL", name="a_ticket_answers_it"),
        Index("ix_findings_observer", "filed_by_id", "filed_at"),
        Index("ix_findings_region", "region_path", "id"),
    )

    id: Mapped[primary_key]
    kind: Mapped[FindingKind]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    words: Mapped[str] = mapped_column(sa.Text)
    region_path: Mapped[str] = mapped_column(sa.String(120))
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    filed_at: Mapped[created_at]
    answer: Mapped[str] = mapped_column(sa.String(500), default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), unique=True)

    filed_by: Mapped[User] = relationship(foreign_keys=[filed_by_id])
    unit: Mapped[Organisation | None] = relationship()
