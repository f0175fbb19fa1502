"""被投诉举报单位: whom a complaint is about. Nothing of it reaches them (信访工作条例 第三十条)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, created_at, open_index, open_unique, primary_key
from models.directory.organisations import Organisation
from models.tickets.tickets import TicketKind

# Only of these kinds a ticket is about a unit; a trigger says so as well.
ACCUSING = (TicketKind.COMPLAINT, TicketKind.REPORT)


class AccusedUnit(Base):
    """被投诉举报单位. A row per unit named; a row that was a mistake is ended with its reason, never taken away.

    ``house_id`` is the unit itself, or the bureau that a window or a division belongs to: what is named of a part is
    kept from the whole. Triggers let no unit of the house, and none below it, be given an order on the ticket.
    """

    __tablename__ = "accused_units"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
        CheckConstraint("ended_at IS NULL OR reason <> ''", name="ended_with_a_reason"),
        open_unique("uq_accused_units_once", "ticket_id", "unit_id", while_null="ended_at"),
        open_index("ix_accused_units_house", "house_id", "ticket_id", where="ended_at IS NULL"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    house_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    named_at: Mapped[created_at]
    named_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")

    unit: Mapped[Organisation] = relationship(foreign_keys=[unit_id])
