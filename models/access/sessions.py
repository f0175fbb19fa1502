"""Signing in: server-side sessions, failed attempts, forms sent once, and forms kept over a sign-in."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, created_at, primary_key
from models.encryption import SealedWords, account_name


class LoginSession(Base):
    """登录会话. The cookie holds a random token, this row its SHA-256: a copy of the table opens nothing.

    ``two_step_at``: when the second step was taken. Without it the session of an account that needs it opens no page.
    ``proven_at``: when its owner last gave the password since it began, from ``address``; some acts want that fresh.
    """

    __tablename__ = "login_sessions"
    __table_args__ = (Index("ix_login_sessions_user", "user_id"),)

    id: Mapped[primary_key]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[created_at]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(sa.String(64), default="")
    agent: Mapped[str] = mapped_column(sa.String(200), default="")
    two_step_at: Mapped[datetime | None]
    proven_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class LoginAttempt(Base):
    """登录失败. One row per failure; the limits of ``operations.access.accounts`` count them.

    What else is tried and counted has a name in capitals (``CODE/17``), which nobody can type at the sign-in.
    """

    __tablename__ = "login_attempts"
    __table_args__ = (
        Index("ix_login_attempts_account", "account", "failed_at"),
        Index("ix_login_attempts_address", "address", "failed_at"),
    )

    id: Mapped[primary_key]
    account: Mapped[str] = mapped_column(account_name())
    address: Mapped[str] = mapped_column(sa.String(64))
    failed_at: Mapped[created_at]


class Submission(Base):
    """已提交的表单. The unique key of a form makes a double click, a retry and a second tab one record."""

    __tablename__ = "submissions"
    __table_args__ = (Index("uq_submissions_user_key", "user_id", "form_key", unique=True),)

    id: Mapped[primary_key]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    form_key: Mapped[str] = mapped_column(sa.String(64))
    body_digest: Mapped[str] = mapped_column(sa.String(64))
    target: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[created_at]


class KeptForm(Base):
    """留存的表单. What somebody had typed when their session ran out; given back after they sign in again.

    ``path`` is the digest of the address: that of a one-time link is a secret itself.
    """

    __tablename__ = "kept_forms"

    id: Mapped[primary_key]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    path: Mapped[str] = mapped_column(sa.String(500))
    body: Mapped[dict[str, Any]] = mapped_column(SealedWords)
    created_at: Mapped[created_at]
