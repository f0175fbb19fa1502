"""Stewards as the directory knows them: what the reporting template says of a person beside the account."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.base import Base, LabelledEnum, created_at


class StewardClass(LabelledEnum):
    """管家类别 of 管家信息上报模板."""

    CITY_LEADER = "city_leader", "市级领导"
    COUNTY_LEADER = "county_leader", "县区领导"
    BUREAU = "bureau", "部门"
    TOWN = "town", "乡镇街道"
    PARK = "park", "园区"


class Steward(Base):
    """管家档案. ``capacity`` is how many enterprises one looks after at most; ``grid_id`` the ground one knows.

    ``import_batch_id`` is the batch that registered the person.
    ``owner_unit_id`` is the unit that reported the person, and ``left_at`` the day they left the duty: what they looked
    after then waits to be handed over.
    """

    __tablename__ = "stewards"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity_positive"),
        Index("ix_stewards_owner", "owner_unit_id"),
        Index("ix_stewards_grid", "grid_id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    owner_unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    steward_class: Mapped[StewardClass] = mapped_column(default=StewardClass.TOWN)
    position: Mapped[str] = mapped_column(sa.String(64), default="")
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("regions.id"))
    capacity: Mapped[int] = mapped_column(default=60)
    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batches.id"), index=True)
    registered_at: Mapped[created_at]
    left_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
