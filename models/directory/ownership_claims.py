"""Claims of one enterprise by a unit that does not own it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.base import Base, LabelledEnum, created_at, open_unique, primary_key
from models.directory.enterprises import Enterprise
from models.directory.organisations import Organisation


class ClaimOutcome(LabelledEnum):
    """How a claim ended."""

    UPHELD = "upheld", "归申请单位"
    REJECTED = "rejected", "维持现归属"
    WITHDRAWN = "withdrawn", "已撤回"


class OwnershipClaim(Base):
    """归属争议. A unit says that the enterprise of ``holder_id`` is its own; an office above both decides.

    At most one open claim per enterprise and claimant. The holder is who owned it when the claim was made.
    """

    __tablename__ = "ownership_claims"
    __table_args__ = (
        CheckConstraint("holder_id IS NULL OR claimant_id <> holder_id", name="two_owners"),
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="outcome_iff_decided"),
        open_unique("uq_ownership_claims_one_open", "enterprise_id", "claimant_id", while_null="decided_at"),
        Index("ix_ownership_claims_enterprise", "enterprise_id"),
        Index("ix_ownership_claims_open", "decided_at", "id"),
    )

    id: Mapped[primary_key]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    claimant_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    reason: Mapped[str] = mapped_column(sa.String(500))
    claimed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[created_at]
    outcome: Mapped[ClaimOutcome | None]
    decision: Mapped[str] = mapped_column(sa.String(500), default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]

    enterprise: Mapped[Enterprise] = relationship()
    claimant: Mapped[Organisation] = relationship(foreign_keys=[claimant_id])
    holder: Mapped[Organisation | None] = relationship(foreign_keys=[holder_id])
    claimed_by: Mapped[User] = relationship(foreign_keys=[claimed_by_id])
