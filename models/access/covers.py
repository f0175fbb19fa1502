"""代理: who stands in for the holder of a post, from one day to another."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.access.posts import Post
from models.base import Base, created_at, open_index, primary_key


class PostCover(Base):
    """代理. While it lasts the substitute holds a post of their own beside the holder's, which says for whom.

    ``opened_post_id``: that post, from the first day on. ``ended_at``: it is over, by its date or by hand.
    """

    __tablename__ = "post_covers"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        Index("ix_post_covers_post", "post_id"),
        open_index("ix_post_covers_open", "starts_on", "id", where="ended_at IS NULL"),
    )

    id: Mapped[primary_key]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    substitute_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(200))
    named_at: Mapped[created_at]
    named_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"), unique=True)
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    post: Mapped[Post] = relationship(foreign_keys=[post_id])
    substitute: Mapped[User] = relationship(foreign_keys=[substitute_id])
