"""两步验证 (RFC 6238): the authenticator app of an account, and the codes for the day on which the phone is lost."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, created_at, open_unique, primary_key


class Authenticator(Base):
    """动态口令. ``sealed_secret`` is encrypted by a key of the settings, so that a stolen table opens nothing.

    One that is being set up stands beside the one in use, which it replaces when its first code has confirmed it.
    ``last_counter`` is the time step of the last code taken: it only grows, so that each code is taken once.
    """

    __tablename__ = "authenticators"
    __table_args__ = (
        open_unique("uq_authenticators_one_begun", "user_id", while_null="confirmed_at"),
        Index("uq_authenticators_one_in_use", "user_id", unique=True, sqlite_where=sa.text("confirmed_at IS NOT NULL"),
              postgresql_where=sa.text("confirmed_at IS NOT NULL")),
        CheckConstraint("last_counter >= 0", name="counts_from_zero"),
    )

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sealed_secret: Mapped[str] = mapped_column(sa.String(200))
    last_counter: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    created_at: Mapped[created_at]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """备用码: each lets its account in once without the phone. Only its SHA-256 is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (sa.UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[created_at]
    used_at: Mapped[datetime | None]
