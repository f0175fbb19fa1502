"""What is kept so that looking is quick, and what was seen: search tokens; how far units have filled the directory."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, created_at, primary_key


class EnterpriseSearch(Base):
    """Tokens of one enterprise (``operations.insight.tokens``), and the version of its row they were made from.

    Each engine has its own index over ``tokens``: a generated tsvector with GIN, or an FTS5 table of external content,
    ``enterprise_search_words``. operations.insight.indexing alone writes here.
    """

    __tablename__ = "enterprise_search"

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), primary_key=True, autoincrement=False)
    tokens: Mapped[str] = mapped_column(sa.Text)
    version: Mapped[int]


class TicketSearch(Base):
    """Tokens of one ticket: its subject, its content and the number it has elsewhere."""

    __tablename__ = "ticket_search"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, autoincrement=False)
    tokens: Mapped[str] = mapped_column(sa.Text)


class DirectoryCount(Base):
    """目录计数: how many enterprises of a unit in a region answer to ``figure``, or how many of its interactions do.

    ``operations.directory.counting`` alone writes here, all of it anew each time.
    """

    __tablename__ = "directory_counts"
    __table_args__ = (
        CheckConstraint("count > 0", name="positive"), Index("ix_directory_counts_figure", "figure", "region_id"),
    )

    id: Mapped[primary_key]
    figure: Mapped[str] = mapped_column(sa.String(24))
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"))
    owner_unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    count: Mapped[int]
    counted_at: Mapped[datetime]


class FillingTarget(Base):
    """应报数: how many enterprises and stewards a unit should report in a year. The latest row of a year holds."""

    __tablename__ = "filling_targets"
    __table_args__ = (
        CheckConstraint("enterprises >= 0 AND stewards >= 0", name="not_negative"),
        Index("ix_filling_targets_year", "year", "unit_id", "id"),
    )

    id: Mapped[primary_key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    year: Mapped[int]
    enterprises: Mapped[int]
    stewards: Mapped[int]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[created_at]


class FillingSnapshot(Base):
    """填报周快照: the figures of one unit as they stood in a week (its Monday). Frozen once, never changed.

    ``…_due`` are the targets of that day, empty where none was set.
    """

    __tablename__ = "filling_snapshots"

    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    week: Mapped[date] = mapped_column(primary_key=True)
    enterprises_due: Mapped[int | None]
    enterprises: Mapped[int]
    matched: Mapped[int]
    stewards_due: Mapped[int | None]
    stewards: Mapped[int]
    active: Mapped[int]
    silent: Mapped[int]
    taken_at: Mapped[datetime]


class FillingReminder(Base):
    """填报提醒: at most one per unit and day."""

    __tablename__ = "filling_reminders"
    __table_args__ = (sa.UniqueConstraint("unit_id", "day"),)

    id: Mapped[primary_key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    day: Mapped[date]
    reminded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reminded_at: Mapped[created_at]
