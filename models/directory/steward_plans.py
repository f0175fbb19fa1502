"""Plans: who might look after enterprises that nobody looks after, to be read and corrected before it is done."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.base import Base, LabelledEnum, created_at, primary_key
from models.directory.enterprises import Enterprise


class PlanOutcome(LabelledEnum):
    """What became of one row of a plan."""

    DONE = "done", "已分配"
    CHANGED = "changed", "企业已由他人分配，没有改动"
    CLOSED = "closed", "企业已注销或并入另一家"
    NOT_OURS = "not_ours", "企业已不归本单位"
    LEFT = "left", "管家已离岗"
    EMPTY = "empty", "没有选定管家"


class StewardPlan(Base):
    """分配方案 of a unit. It may be corrected until it is carried out or given up."""

    __tablename__ = "steward_plans"
    __table_args__ = (
        CheckConstraint("carried_out_at IS NULL OR given_up_at IS NULL", name="one_end"),
        Index("ix_steward_plans_unit", "unit_id", "id"),
    )

    id: Mapped[primary_key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[created_at]
    carried_out_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]

    made_by: Mapped[User] = relationship()

    @property
    def is_open(self) -> bool:
        """Whether it may still be corrected and carried out."""
        return self.carried_out_at is None and self.given_up_at is None


class PlanRow(Base):
    """One enterprise of a plan, with the steward proposed and why; without one, ``reason`` says why nobody is."""

    __tablename__ = "plan_rows"
    __table_args__ = (Index("uq_plan_rows_enterprise", "plan_id", "enterprise_id", unique=True),)

    id: Mapped[primary_key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("steward_plans.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    steward_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(sa.String(200))
    corrected_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    outcome: Mapped[PlanOutcome | None]

    enterprise: Mapped[Enterprise] = relationship()
    steward: Mapped[User | None] = relationship(foreign_keys=[steward_id])
