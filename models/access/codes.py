"""What lets somebody in once: codes sent to a mobile, and invitations to become a member of an enterprise."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.access.posts import MemberRole
from models.base import Base, created_at, open_unique, primary_key
from models.encryption import number as telephone

MOST_TRIES = 5


class OneTimeCode(Base):
    """验证码. ``key_hash`` is of the secret in the browser that asked, ``code_hash`` an HMAC with the site's key.

    ``wish`` is what was asked for together with it. A code is used once (``used_at``), and what it has opened is spent
    once (``spent_at``); both are claimed by one conditional UPDATE.
    """

    __tablename__ = "one_time_codes"
    __table_args__ = (
        CheckConstraint(f"tries >= 0 AND tries <= {MOST_TRIES}", name="few_tries"),
        CheckConstraint("spent_at IS NULL OR used_at IS NOT NULL", name="spent_after_use"),
        Index("ix_one_time_codes_key", "key_hash"),
        Index("ix_one_time_codes_created", "created_at"),
    )

    id: Mapped[primary_key]
    key_hash: Mapped[str] = mapped_column(sa.String(64))
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    number: Mapped[str] = mapped_column(telephone())
    wish: Mapped[dict[str, Any]]
    created_at: Mapped[created_at]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    spent_at: Mapped[datetime | None]


class Invitation(Base):
    """成员邀请. Only the SHA-256 of its link is kept; it ends by being used, withdrawn or replaced by a newer one."""

    __tablename__ = "invitations"
    __table_args__ = (
        open_unique("uq_invitations_one_open", "enterprise_id", "mobile", while_null="ended_at"),
        CheckConstraint("used_by_id IS NULL OR ended_at IS NOT NULL", name="used_means_ended"),
    )

    id: Mapped[primary_key]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    mobile: Mapped[str] = mapped_column(telephone())
    member_role: Mapped[MemberRole]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[created_at]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
