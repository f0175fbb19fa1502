"""Merges of duplicates, kept so exactly that they can be undone."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, created_at, open_unique, primary_key


class EnterpriseMerge(Base):
    """合并. The duplicate stays with its page; what hung on it goes to ``into_id`` until the merge is undone."""

    __tablename__ = "enterprise_merges"
    __table_args__ = (
        CheckConstraint("enterprise_id <> into_id", name="not_into_itself"),
        CheckConstraint("(undone_at IS NULL) OR (undone_at >= merged_at)", name="undone_after_merge"),
        open_unique("uq_enterprise_merges_one_open", "enterprise_id", while_null="undone_at"),
        Index("ix_enterprise_merges_enterprise", "enterprise_id"),
        Index("ix_enterprise_merges_into", "into_id"),
    )

    id: Mapped[primary_key]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    into_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    reason: Mapped[str] = mapped_column(sa.String(200))
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    merged_at: Mapped[created_at]
    undo_reason: Mapped[str] = mapped_column(sa.String(200), default="")
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]


class MergedRow(Base):
    """合并随迁. One row that followed a merge: of which table, and whether the merge ended it on the way."""

    __tablename__ = "merged_rows"
    __table_args__ = (Index("uq_merged_rows_one", "merge_id", "table_name", "row_id", unique=True),)

    id: Mapped[primary_key]
    merge_id: Mapped[int] = mapped_column(ForeignKey("enterprise_merges.id"))
    table_name: Mapped[str] = mapped_column(sa.String(64))
    row_id: Mapped[int]
    was_ended: Mapped[bool] = mapped_column(default=False)
