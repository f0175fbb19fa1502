"""否定报备: a refusal on its way up, what each level said, and the joint review (domain.md §6)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key
from models.directory.organisations import Organisation
from models.letters import Letter
from models.tickets import Ticket

FEWEST_MEMBERS = 3
FEWEST_ACCOUNTS = 2  # of them with an account of their own


class RefusalKind(LabelledEnum):
    """否定类型 (facts.md §5)."""

    NOT_ACCEPTED = "not_accepted", "不予受理"
    NOT_PERMITTED = "not_permitted", "不予许可"
    RETURNED = "returned", "退件"
    NOT_IN_TIME = "not_in_time", "逾期不能办"
    OTHER = "other", "其他"


class RefusalLevel(LabelledEnum):
    """The rungs of the chain, low to high."""

    SECTION = "section", "承办科室"
    DEPUTY = "deputy", "分管副局长"
    HEAD = "head", "局长"
    VICE_MAYOR = "vice_mayor", "分管副市长"
    MAYOR = "mayor", "市长"
    SECRETARY = "secretary", "市委书记"

    @property
    def place(self) -> int:
        """0 for the section that reports, up to 5."""
        return list(RefusalLevel).index(self)


class LevelOutcome(LabelledEnum):
    """What became of one level. VACANT: nobody held the post at that moment, so it was passed over."""

    ENDORSED = "endorsed", "同意否定"
    ORDERED = "ordered", "要求办理"
    VACANT = "vacant", "岗位空缺"


class Verdict(LabelledEnum):
    """联审结论."""

    UPHELD = "upheld", "维持"
    REVOKED = "revoked", "撤销"
    REDO = "redo", "责令重办"
    NOTICE = "notice", "完善告知"


VETOES = (Verdict.REVOKED, Verdict.REDO)


class RefusalEnd(LabelledEnum):
    """How it ended. Only REFUSED ends the ticket; LAPSED: the ticket left handling by itself."""

    REFUSED = "refused", "不予办理"
    ORDERED = "ordered", "领导要求办理"
    VETOED = "vetoed", "联审否决"
    RETURNED = "returned", "退回完善告知"
    LAPSED = "lapsed", "失效"


class Refusal(Base):
    """否定报备. One open at a time per ticket. ``height``: the level that must have endorsed before it may end so.

    The database alone keeps ``refused`` for what a review of at least three members has upheld; a trigger keeps the
    ticket's status for what ended as ``refused`` here.
    """

    __tablename__ = "refusals"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_as_iff_ended"),
        CheckConstraint("(reviewed_at IS NULL) = (verdict IS NULL)", name="verdict_iff_reviewed"),
        CheckConstraint("(reviewed_at IS NULL) = (reviewed_by_id IS NULL)", name="reviewed_by_somebody"),
        CheckConstraint(f"verdict IS NULL OR member_count >= {FEWEST_MEMBERS}", name="enough_members"),
        CheckConstraint(
            "ended_as IS NULL OR ended_as <> 'refused' OR (verdict IS NOT NULL AND verdict = 'upheld')",
            name="refused_only_when_upheld",
        ),
        CheckConstraint(
            "ended_as IS NULL OR ended_as <> 'vetoed' OR (verdict IS NOT NULL AND verdict IN ('revoked', 'redo'))",
            name="vetoed_by_the_review",
        ),
        CheckConstraint("grounds <> '' AND articles <> '' AND alternatives <> ''", name="says_why_and_what_else"),
        CheckConstraint("height <> 'section'", name="climbs_at_all"),
        open_unique("uq_refusals_one_open", "ticket_id", while_null="ended_at"),
        Index("ix_refusals_ticket", "ticket_id", "id"),
        Index("ix_refusals_register", "reported_at", "id"),
        Index("ix_refusals_unit", "unit_id", "reported_at", "id"),
        open_index("ix_refusals_open", "reported_at", "id", where="ended_at IS NULL"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    number: Mapped[str] = mapped_column(sa.String(32), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    region_path: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[RefusalKind]
    grounds: Mapped[str] = mapped_column(sa.Text)
    articles: Mapped[str] = mapped_column(sa.Text)
    alternatives: Mapped[str] = mapped_column(sa.Text)
    was_noticed: Mapped[bool]  # 一次性告知 given or not
    height: Mapped[RefusalLevel]
    reported_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reported_at: Mapped[created_at]
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    review_clock_id: Mapped[int | None] = mapped_column(ForeignKey("clocks.id"))
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verdict: Mapped[Verdict | None]
    review_words: Mapped[str] = mapped_column(sa.Text, default="")
    member_count: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[RefusalEnd | None]
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))  # 否定报备情况表 with its conclusion

    ticket: Mapped[Ticket] = relationship()
    letter: Mapped[Letter | None] = relationship()
    unit: Mapped[Organisation] = relationship(foreign_keys=[unit_id])
    office: Mapped[Organisation] = relationship(foreign_keys=[office_id])


class Endorsement(Base):
    """One level of one refusal: on whose desk it lies since when, and what they said. The person is the row's own."""

    __tablename__ = "endorsements"
    __table_args__ = (
        sa.UniqueConstraint("refusal_id", "level"),
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="outcome_iff_decided"),
        CheckConstraint(
            "outcome IS NULL OR (outcome = 'vacant') = (decided_by_id IS NULL)", name="signed_unless_vacant"
        ),
        open_unique("uq_endorsements_one_open", "refusal_id", while_null="decided_at"),
    )

    id: Mapped[primary_key]
    refusal_id: Mapped[int] = mapped_column(ForeignKey("refusals.id"))
    level: Mapped[RefusalLevel]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    clock_id: Mapped[int | None] = mapped_column(ForeignKey("clocks.id"))
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    outcome: Mapped[LevelOutcome | None]
    words: Mapped[str] = mapped_column(sa.String(500), default="")


class ReviewMember(Base):
    """联审成员: an account of an office concerned, named by the supervisor's office, with the opinion they gave.

    ``name`` and ``house`` are those of the moment of naming. The opinion is written once, by the member alone: a
    trigger keeps it as it is; another keeps the unit that refuses and whoever has signed out of the review. A member
    without an account is from outside: the office that named them enters what they said, and ``entered_by_id`` marks
    it. Where nobody named them, the review was held before members had to give their opinion themselves.
    """

    __tablename__ = "review_members"
    __table_args__ = (
        CheckConstraint("(opinion IS NULL) = (given_at IS NULL)", name="opinion_iff_given"),
        CheckConstraint("released_at IS NULL OR opinion IS NULL", name="released_unheard"),
        open_unique("uq_review_members_one_seat", "refusal_id", "user_id", while_null="released_at"),
        Index("ix_review_members_refusal", "refusal_id", "id"),
        open_index("ix_review_members_unheard", "user_id", "refusal_id", where="given_at IS NULL"),
    )

    id: Mapped[primary_key]
    refusal_id: Mapped[int] = mapped_column(ForeignKey("refusals.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(sa.String(64))
    house: Mapped[str] = mapped_column(sa.String(100))
    named_at: Mapped[created_at]
    named_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    released_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    opinion: Mapped[Verdict | None]
    words: Mapped[str] = mapped_column(sa.String(500), default="")
    given_at: Mapped[datetime | None]
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    @property
    def is_outside(self) -> bool:
        """Named without an account: somebody enters their opinion."""
        return self.user_id is None and self.named_by_id is not None
