"""Attachments: the row; the bytes lie on disk under an opaque name."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, created_at, primary_key


class Attachment(Base):
    """附件 of a ticket, or the photo of an interaction. With neither it waits in its uploader's draft (``draft_key``)."""

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint("ticket_id IS NULL OR interaction_id IS NULL", name="of_one_thing"),
        Index("ix_attachments_ticket", "ticket_id"),
        Index("ix_attachments_interaction", "interaction_id"),
        Index("ix_attachments_draft", "uploaded_by_id", "draft_key"),
    )

    id: Mapped[primary_key]
    public_id: Mapped[str] = mapped_column(sa.String(32), unique=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    interaction_id: Mapped[int | None] = mapped_column(ForeignKey("interactions.id"))
    event_seq: Mapped[int | None]
    draft_key: Mapped[str | None] = mapped_column(sa.String(64))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    stored_name: Mapped[str] = mapped_column(sa.String(64), unique=True)
    is_public: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[created_at]
    discarded_at: Mapped[datetime | None]
