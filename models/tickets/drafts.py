"""Demands that are still being written."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, created_at, primary_key
from models.directory.enterprises import Enterprise
from models.encryption import SealedWords
from models.tickets.tickets import Ticket


class Draft(Base):
    """草稿. What a member has written so far; ``key`` stands in the URL and holds the uploaded files together.

    ``ticket_id`` is what it became: one draft is one ticket, however often it is sent.
    """

    __tablename__ = "drafts"
    __table_args__ = (Index("ix_drafts_user", "user_id", "id"),)

    id: Mapped[primary_key]
    key: Mapped[str] = mapped_column(sa.String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(SealedWords, default=dict)
    created_at: Mapped[created_at]
    updated_at: Mapped[datetime]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    discarded_at: Mapped[datetime | None]

    enterprise: Mapped[Enterprise] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
