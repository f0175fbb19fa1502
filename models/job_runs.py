"""The run ledger of the scheduled jobs: a slot is claimed once by whoever comes first."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, created_at, primary_key


class JobRun(Base):
    """一次作业. Unique per (name, slot): two schedulers do no harm."""

    __tablename__ = "job_runs"
    __table_args__ = (sa.UniqueConstraint("name", "slot"), Index("ix_job_runs_finished", "name", "finished_at"))

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(sa.String(64))
    slot: Mapped[str] = mapped_column(sa.String(32))
    worker: Mapped[str] = mapped_column(sa.String(80), default="")
    started_at: Mapped[created_at]
    finished_at: Mapped[datetime | None]
    scanned: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    latest_seconds: Mapped[int] = mapped_column(default=0)
    remaining: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(sa.Text, default="")
