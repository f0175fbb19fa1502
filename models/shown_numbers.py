"""显示号码: who has looked at a masked telephone number of an enterprise, when and for what."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.base import Base, LabelledEnum, created_at, primary_key


class ShowingPurpose(LabelledEnum):
    """What a number is looked at for."""

    HANDLING = "handling", "办理诉求，联系企业"
    CHECKING = "checking", "核实情况"
    URGENT = "urgent", "突发、紧急情况"
    MEETING = "meeting", "通知会议、活动"
    OTHER = "other", "其他（写明）"


class ShownNumber(Base):
    """显示号码. One look at one number; the number itself is not here.

    ``nth`` is the how many-th look of that person on that day in Shanghai: unique, so that of two at the same moment no
    one is uncounted. ``contact_id`` and ``ticket_id`` say which number it was; without them the enterprise's own.
    What was typed as the purpose stands beside the sealed event.
    """

    __tablename__ = "shown_numbers"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "day", "nth"),
        CheckConstraint("nth > 0", name="counted_from_one"),
        CheckConstraint("contact_id IS NULL OR ticket_id IS NULL", name="one_number"),
        Index("ix_shown_numbers_enterprise", "enterprise_id", "id"),
    )

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    day: Mapped[date]
    nth: Mapped[int]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    purpose: Mapped[ShowingPurpose]
    unit: Mapped[str] = mapped_column(sa.String(64), default="")
    shown_at: Mapped[created_at]

    user: Mapped[User] = relationship()
