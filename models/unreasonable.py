"""诉求不合理: an enterprise called back is not content, and the caller finds that it cannot be; another must agree."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, created_at, open_index, primary_key


class UnreasonableFinding(Base):
    """认定不合理. One per round, about the call that found fault; decided once, and never by who asked.

    Until it is decided the ticket waits with a clock. Agreed, it goes on to its rating; declined, to a new round.
    Triggers hold that nobody of the units, of the enterprise or of its stewards decides, and that a round with a call
    that found fault goes on to its rating by no other way.
    """

    __tablename__ = "unreasonable_findings"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "round"),
        CheckConstraint("reason <> ''", name="has_a_reason"),
        CheckConstraint("(decided_at IS NULL) = (is_agreed IS NULL)", name="agreed_iff_decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("decided_at IS NULL OR decision <> ''", name="decided_with_reasons"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> found_by_id", name="decided_by_another"),
        open_index("ix_unreasonable_findings_open", "ticket_id", where="decided_at IS NULL"),
        Index("ix_unreasonable_findings_found", "found_at", "id"),
    )

    id: Mapped[primary_key]
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_ups.id"), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    region_path: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.Text)
    found_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    found_at: Mapped[created_at]
    is_agreed: Mapped[bool | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(sa.Text, default="")
