"""The service hall: counted cases, the desk code of an officer at a window, and the tablet beside it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access import User
from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key
from models.directory.organisations import Organisation


class CaseChannel(LabelledEnum):
    """Where a counted case was done."""

    WINDOW = "window", "大厅窗口"
    ONLINE = "online", "网上办理"
    TERMINAL = "terminal", "自助终端"
    POST = "post", "便民服务点"


class CountedCase(Base):
    """计数办件. One finished piece of a unit's ordinary work: no ticket, no loop, but rated and followed up one to one.

    ``system`` and ``number`` are the other system's own code and number of it. ``visitor`` is a keyed digest of whoever
    came, alike for the same person, by which nobody is found; no name and no telephone number is kept here.
    ``batch_id`` is the file that it came by; ``withdrawn_at``: the file was undone, and the case counts nowhere until
    it comes again. Triggers see that what is rated stays as it is, and that nothing withdrawn is rated.
    """

    __tablename__ = "counted_cases"
    __table_args__ = (
        sa.UniqueConstraint("system", "number"),
        CheckConstraint("finished_at <= recorded_at", name="recorded_after_the_end"),
        open_index("ix_counted_cases_window", "window_id", "finished_at", "id", where="window_id IS NOT NULL"),
        open_index("ix_counted_cases_officer", "officer_id", "finished_at", where="officer_id IS NOT NULL"),
        open_index("ix_counted_cases_enterprise", "enterprise_id", "finished_at", where="enterprise_id IS NOT NULL"),
        Index("ix_counted_cases_unit", "unit_id", "finished_at", "id"),
        open_index("ix_counted_cases_withdrawn", "withdrawn_at", where="withdrawn_at IS NOT NULL"),
        Index("ix_counted_cases_finished", "finished_at", "id"),
        Index("ix_counted_cases_recorded", "recorded_at"),
    )

    id: Mapped[primary_key]
    system: Mapped[str] = mapped_column(sa.String(32))
    number: Mapped[str] = mapped_column(sa.String(64))
    channel: Mapped[CaseChannel] = mapped_column(default=CaseChannel.WINDOW)
    item_code: Mapped[str] = mapped_column(sa.String(64), default="")
    item: Mapped[str] = mapped_column(sa.String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    window_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    region_path: Mapped[str] = mapped_column(sa.String(120))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    visitor: Mapped[str] = mapped_column(sa.String(64), default="")
    finished_at: Mapped[datetime]
    recorded_at: Mapped[created_at]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batches.id"))
    withdrawn_at: Mapped[datetime | None]

    unit: Mapped[Organisation] = relationship(foreign_keys=[unit_id])
    window: Mapped[Organisation | None] = relationship(foreign_keys=[window_id])


class DeskCode(Base):
    """点评台签. What the QR on a desk leads to: a window and the officer who sits there, from when to when.

    The code is on a card for everybody to see, so it is kept as it is. Who moves gets another; the old card is void.
    """

    __tablename__ = "desk_codes"
    __table_args__ = (
        CheckConstraint("(retired_at IS NULL) = (retired_by_id IS NULL)", name="retired_by_somebody"),
        open_unique("uq_desk_codes_one_open", "officer_id", while_null="retired_at"),
        open_index("ix_desk_codes_window", "window_id", "officer_id", where="retired_at IS NULL"),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    officer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    issued_at: Mapped[created_at]
    retired_at: Mapped[datetime | None]
    retired_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    window: Mapped[Organisation] = relationship(foreign_keys=[window_id])
    officer: Mapped[User] = relationship(foreign_keys=[officer_id])


class Kiosk(Base):
    """窗口评价器. A tablet at a window, bound once by a code that is read out to it; nobody signs in there.

    Of the binding code and of the secret that the tablet then holds only the SHA-256 is kept.
    """

    __tablename__ = "kiosks"
    __table_args__ = (
        CheckConstraint("(bound_at IS NULL) = (device_hash IS NULL)", name="bound_with_a_secret"),
        CheckConstraint("(retired_at IS NULL) = (retired_by_id IS NULL)", name="retired_by_somebody"),
        open_index("ix_kiosks_window", "window_id", where="retired_at IS NULL"),
    )

    id: Mapped[primary_key]
    window_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    place: Mapped[str] = mapped_column(sa.String(32), default="")
    binding_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    binding_expires_at: Mapped[datetime]
    device_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    bound_at: Mapped[datetime | None]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[created_at]
    retired_at: Mapped[datetime | None]
    retired_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    window: Mapped[Organisation] = relationship(foreign_keys=[window_id])
