"""Exports of lists: who asked, who let them, and when the file was taken."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.base import Base, LabelledEnum, created_at, open_index, primary_key


class ExportKind(LabelledEnum):
    """Which list."""

    ENTERPRISES = "enterprises", "企业名单"
    SUPERVISIONS = "supervisions", "督办台账"
    MEASURES = "measures", "约谈问责登记表"
    RECTIFICATIONS = "rectifications", "差评整改登记表"
    RATING_WALL = "rating_wall", "评价墙"
    COMPLETENESS = "completeness", "评价完整性"

    @property
    def counter(self) -> str:
        """The word by which its rows are counted."""
        return "家" if self is ExportKind.ENTERPRISES else "份"


class Export(Base):
    """导出. ``query`` is the list's query string and ``scope`` the same in words; small ones need no approval.

    ``expires_at`` is the last moment to decide and, once granted, to take the file, which is made when it is taken.
    """

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (is_granted IS NULL)", name="granted_or_not_iff_decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id", name="decided_by_another"),
        CheckConstraint(
            "taken_at IS NULL OR NOT needs_approval OR (is_granted IS NOT NULL AND is_granted)",
            name="taken_with_approval",
        ),
        Index("ix_exports_asker", "asked_by_id", "id"),
        open_index("ix_exports_waiting", "asked_at", "id", where="decided_at IS NULL AND needs_approval"),
    )

    id: Mapped[primary_key]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[ExportKind] = mapped_column(default=ExportKind.ENTERPRISES)
    query: Mapped[str] = mapped_column(sa.String(2000))
    scope: Mapped[str] = mapped_column(sa.String(500))
    row_count: Mapped[int]
    needs_approval: Mapped[bool]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    asked_at: Mapped[created_at]
    expires_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    is_granted: Mapped[bool | None]
    words: Mapped[str] = mapped_column(sa.String(200), default="")
    taken_at: Mapped[datetime | None]

    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
