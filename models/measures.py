"""约谈、挂牌督办、移交问责: what comes above the second supervision, and the unit's word against it (domain.md §7)."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access import User
from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key
from models.directory.organisations import Organisation
from models.supervision import Supervision, SupervisionSource
from models.tickets import Ticket


class MeasureKind(LabelledEnum):
    """What a unit that stays late must face."""

    TALK = "talk", "约谈"
    LISTING = "listing", "挂牌督办"
    REFERRAL = "referral", "移交问责"


class Decision(LabelledEnum):
    """What the leader said to a proposal."""

    APPROVED = "approved", "同意"
    DECLINED = "declined", "不同意"


class MeasureEnd(LabelledEnum):
    """How it ended. DONE: the talk was held, the listing taken down, the outcome of the referral fed back."""

    DONE = "done", "已完成"
    DECLINED = "declined", "未批准"
    REVOKED = "revoked", "复核撤销"


class Measure(Base):
    """措施. Proposed by rule or by the supervisor, approved by a leader; about a ticket, or about a unit as a whole.

    ``occasion`` is what a rule proposed it for, once for ever: ``order.17``, ``unit.8.2026Q3``. 一案双查: a referral names
    exactly two, who is directly responsible and who leads; the CHECKs hold that for whoever writes the row.
    """

    __tablename__ = "measures"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name="decision_iff_decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("(source = 'rule') = (proposed_by_id IS NULL)", name="proposed_by_a_person_or_a_rule"),
        CheckConstraint(
            "decided_by_id IS NULL OR proposed_by_id IS NULL OR decided_by_id <> proposed_by_id",
            name="decided_by_another",
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_as_iff_ended"),
        CheckConstraint(
            "ended_as IS NULL OR ended_as <> 'done' OR (decision IS NOT NULL AND decision = 'approved')",
            name="done_only_when_approved",
        ),
        CheckConstraint(
            "kind = 'talk' OR (held_on IS NULL AND place = '' AND participants = '')", name="held_only_as_a_talk"
        ),
        CheckConstraint(
            "kind <> 'talk' OR ended_as IS NULL OR ended_as <> 'done' OR (held_on IS NOT NULL AND words <> '')",
            name="talk_has_its_record",
        ),
        CheckConstraint(
            "kind <> 'referral' OR (direct_name <> '' AND leading_name <> ''"
            " AND (direct_name <> leading_name OR direct_title <> leading_title))",
            name="two_persons_responsible",
        ),
        CheckConstraint("kind = 'referral' OR (direct_name = '' AND leading_name = '')",
                        name="names_only_in_referrals"),
        open_unique("uq_measures_one_open_of_ticket", "kind", "ticket_id", while_null="ended_at",
                    also="ticket_id IS NOT NULL"),
        open_unique("uq_measures_one_open_of_unit", "kind", "unit_id", while_null="ended_at", also="ticket_id IS NULL"),
        Index("ix_measures_register", "proposed_at", "id"),
        Index("ix_measures_unit", "unit_id", "proposed_at", "id"),
        Index("ix_measures_ticket", "ticket_id"),
        open_index("ix_measures_open", "kind", "proposed_at", "id", where="ended_at IS NULL"),
    )

    id: Mapped[primary_key]
    kind: Mapped[MeasureKind]
    source: Mapped[SupervisionSource]
    rule: Mapped[str] = mapped_column(sa.String(64))
    occasion: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    region_path: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    direct_name: Mapped[str] = mapped_column(sa.String(64), default="")
    direct_title: Mapped[str] = mapped_column(sa.String(64), default="")
    leading_name: Mapped[str] = mapped_column(sa.String(64), default="")
    leading_title: Mapped[str] = mapped_column(sa.String(64), default="")
    proposed_at: Mapped[created_at]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decision: Mapped[Decision | None]
    decision_words: Mapped[str] = mapped_column(sa.String(500), default="")
    held_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(sa.String(100), default="")
    participants: Mapped[str] = mapped_column(sa.String(500), default="")
    words: Mapped[str] = mapped_column(sa.Text, default="")  # the record, the reason to take it down, the outcome
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[MeasureEnd | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revoked_at: Mapped[datetime | None]

    unit: Mapped[Organisation] = relationship(foreign_keys=[unit_id])
    office: Mapped[Organisation | None] = relationship(foreign_keys=[office_id])
    ticket: Mapped[Ticket | None] = relationship()
    responsible: Mapped[User | None] = relationship(foreign_keys=[responsible_id])

    @property
    def number(self) -> str:
        """What people call it."""
        return f"CS-{self.id:06d}"

    @property
    def is_running(self) -> bool:
        """Approved and not ended."""
        return self.decision is Decision.APPROVED and self.ended_at is None


class Commitment(Base):
    """承诺: what the unit promised in a talk, by when, and when it was kept."""

    __tablename__ = "commitments"
    __table_args__ = (CheckConstraint("(kept_at IS NULL) = (kept_by_id IS NULL)", name="kept_by_somebody"),
                      Index("ix_commitments_measure", "measure_id"))

    id: Mapped[primary_key]
    measure_id: Mapped[int] = mapped_column(ForeignKey("measures.id"))
    words: Mapped[str] = mapped_column(sa.String(500))
    due_on: Mapped[date]
    kept_at: Mapped[datetime | None]
    kept_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class MeasureProgress(Base):
    """进展: what was done since, as the unit or the office wrote it."""

    __tablename__ = "measure_progress"
    __table_args__ = (Index("ix_measure_progress_measure", "measure_id", "id"),)

    id: Mapped[primary_key]
    measure_id: Mapped[int] = mapped_column(ForeignKey("measures.id"))
    words: Mapped[str] = mapped_column(sa.String(500))
    reported_at: Mapped[created_at]
    reported_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class ReconsiderationOutcome(LabelledEnum):
    """复核结论."""

    UPHELD = "upheld", "维持"
    REVOKED = "revoked", "撤销"


class Reconsideration(Base):
    """复核: a unit's word against an order or a measure, once each, decided by nobody who had a hand in it."""

    __tablename__ = "reconsiderations"
    __table_args__ = (
        CheckConstraint("(supervision_id IS NULL) <> (measure_id IS NULL)", name="about_one_thing"),
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="outcome_iff_decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint(
            "decided_by_id IS NULL OR (decided_by_id <> requested_by_id"
            " AND (issued_by_id IS NULL OR decided_by_id <> issued_by_id)"
            " AND (approved_by_id IS NULL OR decided_by_id <> approved_by_id))",
            name="decided_by_somebody_else",
        ),
        CheckConstraint("reasons <> ''", name="says_why"),
        sa.UniqueConstraint("supervision_id"),
        sa.UniqueConstraint("measure_id"),
        Index("ix_reconsiderations_register", "requested_at", "id"),
        Index("ix_reconsiderations_unit", "unit_id", "requested_at", "id"),
    )

    id: Mapped[primary_key]
    supervision_id: Mapped[int | None] = mapped_column(ForeignKey("supervisions.id"))
    measure_id: Mapped[int | None] = mapped_column(ForeignKey("measures.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    region_path: Mapped[str] = mapped_column(sa.String(120))
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reasons: Mapped[str] = mapped_column(sa.Text)
    requested_at: Mapped[created_at]
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    outcome: Mapped[ReconsiderationOutcome | None]
    words: Mapped[str] = mapped_column(sa.Text, default="")

    unit: Mapped[Organisation] = relationship(foreign_keys=[unit_id])
    issuer: Mapped[Organisation | None] = relationship(foreign_keys=[issuer_id])
    ticket: Mapped[Ticket | None] = relationship()
    supervision: Mapped[Supervision | None] = relationship()
    measure: Mapped[Measure | None] = relationship()
