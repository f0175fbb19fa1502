"""Stewardship: which steward looks after which enterprise, from when to when."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.base import Base, LabelledEnum, open_index, open_unique, primary_key
from models.directory.enterprises import Enterprise


class StewardshipKind(LabelledEnum):
    """主管家, or a 备岗 who covers for a time."""

    MAIN = "main", "主管家"
    SUBSTITUTE = "substitute", "备岗"


class Stewardship(Base):
    """包保关系. A dated row, never overwritten; one open 主管家 per enterprise (domain.md §2)."""

    __tablename__ = "stewardships"
    __table_args__ = (
        open_unique("uq_stewardships_one_main", "enterprise_id", while_null="ended_at", also="kind = 'main'"),
        # How many each steward looks after is read from this alone.
        open_index("ix_stewardships_open", "steward_id", "enterprise_id", where="ended_at IS NULL AND kind = 'main'"),
        Index("ix_stewardships_steward", "steward_id", "enterprise_id"),
        Index("ix_stewardships_enterprise", "enterprise_id", "steward_id", "started_at", "ended_at"),
    )

    id: Mapped[primary_key]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    steward_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[StewardshipKind] = mapped_column(default=StewardshipKind.MAIN)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")

    enterprise: Mapped[Enterprise] = relationship()
    steward: Mapped[User] = relationship()
