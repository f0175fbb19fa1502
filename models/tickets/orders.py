"""Orders: what one unit owes on one ticket."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key
from models.directory.organisations import Organisation


class OrderRole(LabelledEnum):
    """主办 or 协办."""

    LEAD = "lead", "主办"
    ASSIST = "assist", "协办"


class OrderOutcome(LabelledEnum):
    """How an order ended."""

    DONE = "done", "已办"
    SENT_BACK = "sent_back", "退回"
    TRANSFERRED = "transferred", "转出"
    WAIVED = "waived", "免除"
    WITHDRAWN = "withdrawn", "撤回"


class UnitOrder(Base):
    """交办. Exactly one open lead order while handling; a unit holds at most one open order on a ticket."""

    __tablename__ = "unit_orders"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="outcome_iff_ended"),
        open_unique("uq_unit_orders_one_lead", "ticket_id", while_null="ended_at", also="role = 'lead'"),
        open_unique("uq_unit_orders_one_per_unit", "ticket_id", "unit_id", while_null="ended_at"),
        Index("ix_unit_orders_ticket", "ticket_id"),
        Index("ix_unit_orders_unit", "unit_id", "ticket_id"),
        open_index("ix_unit_orders_sent_back", "ticket_id", "round", where="outcome = 'sent_back'"),
        open_index("ix_unit_orders_led", "ordered_at", "id", where="role = 'lead'"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    role: Mapped[OrderRole]
    basis: Mapped[str] = mapped_column(sa.String(500), default="")
    ordered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ordered_at: Mapped[created_at]
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    contacted_at: Mapped[datetime | None]
    report: Mapped[str] = mapped_column(sa.Text, default="")
    ended_at: Mapped[datetime | None]
    outcome: Mapped[OrderOutcome | None]

    unit: Mapped[Organisation] = relationship()
