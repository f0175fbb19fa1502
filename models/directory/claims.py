"""What enterprises ask the directory for: to be theirs, to take in their earlier calls, to change what it says."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key
from models.directory.enterprises import Enterprise
from models.directory.regions import Region
from models.encryption import maybe_number, number


class Decision(LabelledEnum):
    """What became of something that waited for confirmation."""

    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "未通过"
    WITHDRAWN = "withdrawn", "已撤回"


class Claim(Base):
    """认领. Somebody who has proved a mobile says to act for an enterprise.

    ``enterprise_id`` is empty while the credit code is not in the directory: the claim is then also a request for
    registration in ``region_id``, for the registrar of ``owner_unit_id``. Confirmed by nobody (``decided_by_id`` empty)
    means that the mobile was the directory's own contact.
    """

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decision_iff_decided"),
        CheckConstraint("enterprise_id IS NOT NULL OR region_id IS NOT NULL", name="somewhere"),
        CheckConstraint("decision IS NULL OR decision <> 'confirmed' OR enterprise_id IS NOT NULL",
                        name="confirmed_for_an_enterprise"),
        open_unique("uq_claims_one_waiting", "user_id", "credit_code", while_null="decided_at"),
        open_index("ix_claims_waiting", "asked_at", "id", where="decided_at IS NULL"),
        Index("ix_claims_enterprise", "enterprise_id"),
    )

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    credit_code: Mapped[str] = mapped_column(sa.String(18))
    name: Mapped[str] = mapped_column(sa.String(200))
    person: Mapped[str] = mapped_column(sa.String(64))
    mobile: Mapped[str] = mapped_column(number())
    region_id: Mapped[int | None] = mapped_column(ForeignKey("regions.id"))
    owner_unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    asked_at: Mapped[created_at]
    decision: Mapped[Decision | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")

    enterprise: Mapped[Enterprise | None] = relationship()
    region: Mapped[Region | None] = relationship()
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])


class ClaimedSender(Base):
    """热线来电人 whom a claimant takes for their own enterprise. Proven by the mobile, else told by the name alone.

    A name proves nothing: it waits for the steward or registrar, who can see what was said.
    """

    __tablename__ = "claimed_senders"
    __table_args__ = (
        sa.UniqueConstraint("claim_id", "sender_id"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decision_iff_decided"),
        open_index("ix_claimed_senders_waiting", "claim_id", where="decided_at IS NULL"),
    )

    id: Mapped[primary_key]
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    sender_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    is_proven: Mapped[bool] = mapped_column(default=False)
    decision: Mapped[Decision | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class FactRequest(Base):
    """资料变更申请. One field as a member wants it; ``before`` is what the directory said when they asked."""

    __tablename__ = "fact_requests"
    __table_args__ = (
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decision_iff_decided"),
        open_unique("uq_fact_requests_one_waiting", "enterprise_id", "field", while_null="decided_at"),
        open_index("ix_fact_requests_waiting", "asked_at", "id", where="decided_at IS NULL"),
        Index("ix_fact_requests_enterprise", "enterprise_id", "id"),
    )

    id: Mapped[primary_key]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    field: Mapped[str] = mapped_column(sa.String(32))
    before: Mapped[str] = mapped_column(maybe_number(300), default="")
    after: Mapped[str] = mapped_column(maybe_number(300), default="")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[created_at]
    decision: Mapped[Decision | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")

    enterprise: Mapped[Enterprise] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
