"""Hand-overs: a steward's enterprises offered to another, who takes them on or not."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key


class HandoverStage(LabelledEnum):
    """Where a hand-over stands, told by which of its moments is filled."""

    WAITING = "waiting", "待确认"
    CONFIRMED = "confirmed", "已交接"
    DECLINED = "declined", "已谢绝"
    CANCELLED = "cancelled", "已取消"


class Handover(Base):
    """移交. It waits until exactly one of three ends comes; ``words`` is why it was declined or cancelled."""

    __tablename__ = "handovers"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="to_somebody_else"),
        CheckConstraint(
            "(CASE WHEN confirmed_at IS NULL THEN 0 ELSE 1 END) + (CASE WHEN declined_at IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN cancelled_at IS NULL THEN 0 ELSE 1 END) <= 1",
            name="one_end",
        ),
        Index("ix_handovers_from", "from_id", "id"),
        Index("ix_handovers_to", "to_id", "id"),
        open_index(
            "ix_handovers_waiting", "proposed_at",
            where="confirmed_at IS NULL AND declined_at IS NULL AND cancelled_at IS NULL",
        ),
    )

    id: Mapped[primary_key]
    from_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(sa.String(200))
    proposed_at: Mapped[created_at]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reminded_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    words: Mapped[str] = mapped_column(sa.String(200), default="")

    giver: Mapped[User] = relationship(foreign_keys=[from_id])
    receiver: Mapped[User] = relationship(foreign_keys=[to_id])

    @property
    def stage(self) -> HandoverStage:
        """Where it stands."""
        ends = (
            (self.confirmed_at, HandoverStage.CONFIRMED), (self.declined_at, HandoverStage.DECLINED),
            (self.cancelled_at, HandoverStage.CANCELLED),
        )
        return next((stage for moment, stage in ends if moment), HandoverStage.WAITING)

    @property
    def ended_at(self) -> datetime | None:
        """When it was confirmed, declined or cancelled."""
        return self.confirmed_at or self.declined_at or self.cancelled_at


class HandoverItem(Base):
    """One enterprise of a package; ``seen_id`` is the stewardship it hands over. In one waiting package at a time.

    ``outcome`` says what has become of it when the package ended; empty while it waits.
    """

    __tablename__ = "handover_items"
    __table_args__ = (
        open_unique("uq_handover_items_one_waiting", "enterprise_id", while_null="ended_at"),
        Index("ix_handover_items_handover", "handover_id"),
    )

    id: Mapped[primary_key]
    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    seen_id: Mapped[int] = mapped_column(ForeignKey("stewardships.id"))
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(sa.String(32), default="")
