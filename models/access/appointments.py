"""任用: who proposed that somebody be given a post with power over others, and who else agreed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.access.posts import Post, Role
from models.base import Base, created_at, open_unique, primary_key
from models.directory.organisations import Organisation


class Appointment(Base):
    """任用. Two people and neither for themselves: the database refuses anything else (security.md (c), case 38).

    ``is_agreed`` and ``decided_at`` come together; ``post_id``: the post that was opened by it.
    """

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("proposed_by_id != user_id", name="not_for_oneself"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id NOT IN (proposed_by_id, user_id)", name="two_people"),
        CheckConstraint("(decided_at IS NULL) = (is_agreed IS NULL)", name="decided_as_something"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        open_unique("uq_appointments_one_open", "user_id", "role", "organisation_id", while_null="decided_at"),
    )

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[Role]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    title: Mapped[str] = mapped_column(sa.String(64), default="")
    rank: Mapped[int] = mapped_column(default=9)
    reason: Mapped[str] = mapped_column(sa.String(200))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[created_at]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    is_agreed: Mapped[bool | None]
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    organisation: Mapped[Organisation] = relationship()
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
    post: Mapped[Post | None] = relationship()
