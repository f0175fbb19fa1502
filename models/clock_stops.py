"""What the program knows of its own clock: where it stood last, and when it could not be trusted."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, open_unique, primary_key


class ClockStopKind(LabelledEnum):
    """How the time was found wanting."""

    FORWARD = "forward", "时钟向前跳"
    BACK = "back", "时钟向后退"
    GAP = "gap", "停机过久，无从判断"


class ClockBeat(Base):
    """时钟心跳: the wall clock beside the machine's steady one, one row per start of a machine, renewed while jobs run.

    A process that comes later in the same start of the machine reckons from it by how much the wall clock has stepped.
    """

    __tablename__ = "clock_beats"

    boot: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    steady_seconds: Mapped[float]
    seen_at: Mapped[datetime]


class ClockStop(Base):
    """时钟异常: from ``found_at`` on no job runs, until an administrator says that the time is right."""

    __tablename__ = "clock_stops"
    __table_args__ = (
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed_by_somebody"),
        open_unique("uq_clock_stops_one_open", "kind", while_null="confirmed_at"),
    )

    id: Mapped[primary_key]
    kind: Mapped[ClockStopKind]
    seconds: Mapped[int] = mapped_column(sa.BigInteger)
    trusted_at: Mapped[datetime]
    found_at: Mapped[datetime]
    worker: Mapped[str] = mapped_column(sa.String(80))
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
