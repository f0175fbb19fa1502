"""A person's account. What the account may do stands in its posts, never here."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.posts import Post
from models.base import Base, created_at, primary_key
from models.encryption import account_name, number


class PastPassword(Base):
    """用过的密码 of an account, so that the next is not one of them. ``left_at`` is when it was changed."""

    __tablename__ = "past_passwords"
    __table_args__ = (Index("ix_past_passwords_user", "user_id", "id"),)

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    left_at: Mapped[created_at]


class User(Base):
    """账号. ``password_hash`` is Argon2id; an account without one cannot sign in."""

    __tablename__ = "users"

    id: Mapped[primary_key]
    username: Mapped[str] = mapped_column(account_name(), unique=True)
    name: Mapped[str] = mapped_column(sa.String(64))
    phone: Mapped[str | None] = mapped_column(number())
    email: Mapped[str | None] = mapped_column(sa.String(254))
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[created_at]
    password_changed_at: Mapped[datetime | None]
    first_signed_in_at: Mapped[datetime | None]

    posts: Mapped[list[Post]] = relationship(back_populates="user", foreign_keys="Post.user_id")
