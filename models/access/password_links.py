"""忘记密码 and 开通账号: who asked, and the one-time links that let somebody set a password."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key
from models.encryption import account_name


class LinkKind(LabelledEnum):
    """What a link is for: asked for by whoever forgot, or sent to whom an account was opened."""

    RESET = "reset", "重设密码"
    INVITATION = "invitation", "开通账号"


class PasswordRequest(Base):
    """忘记密码. One row per asking, whether there is such an account or not: a job looks, so that no answer can tell."""

    __tablename__ = "password_requests"
    __table_args__ = (
        open_index("ix_password_requests_waiting", "id", where="taken_at IS NULL"),
        Index("ix_password_requests_address", "address", "asked_at"),
    )

    id: Mapped[primary_key]
    account: Mapped[str] = mapped_column(account_name())
    address: Mapped[str] = mapped_column(sa.String(64))
    asked_at: Mapped[created_at]
    taken_at: Mapped[datetime | None]


class PasswordLink(Base):
    """密码链接. Only the SHA-256 of its token is kept; it ends by being used or replaced, and one is open per account."""

    __tablename__ = "password_links"
    __table_args__ = (
        open_unique("uq_password_links_one_open", "user_id", while_null="ended_at"),
        CheckConstraint("used_at IS NULL OR ended_at IS NOT NULL", name="used_means_ended"),
        Index("ix_password_links_user", "user_id", "created_at"),
    )

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[LinkKind]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[created_at]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
