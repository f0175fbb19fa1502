"""公文: letters with their numbers, the templates they were made from, whom they went to and who has read them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key
from models.directory.organisations import Organisation


class Family(LabelledEnum):
    """字: what a number is counted among. The label stands in the number: 鞍营商督〔2026〕12号."""

    SUPERVISION = "supervision", "督"
    HINT = "hint", "提"
    BULLETIN = "bulletin", "通"
    REFERRAL = "referral", "移"
    SUPPLEMENT = "supplement", "告"
    REFUSAL = "refusal", "否"


class LetterKind(LabelledEnum):
    """文种."""

    HINT = "hint", "提示函"
    REMINDER = "reminder", "工作提醒函"
    SUPERVISION = "supervision", "督办函"
    TALK = "talk", "约谈函"
    BULLETIN = "bulletin", "通报"
    REFERRAL = "referral", "移交函"
    SUPPLEMENT = "supplement", "一次性告知书"
    REFUSAL = "refusal", "否定报备情况表"

    @property
    def family(self) -> Family:
        """The series it takes its number from."""
        return _FAMILIES[self]


_FAMILIES = {
    LetterKind.HINT: Family.HINT, LetterKind.REMINDER: Family.HINT, LetterKind.SUPERVISION: Family.SUPERVISION,
    LetterKind.TALK: Family.SUPERVISION, LetterKind.BULLETIN: Family.BULLETIN, LetterKind.REFERRAL: Family.REFERRAL,
    LetterKind.SUPPLEMENT: Family.SUPPLEMENT, LetterKind.REFUSAL: Family.REFUSAL,
}


class LetterStep(LabelledEnum):
    """回执: what was done with a letter at one of its addressees, each by somebody's own act."""

    OPENED = "opened", "打开"
    SIGNED = "signed", "签收"
    ANSWERED = "answered", "答复"
    ACCEPTED = "accepted", "认可答复"
    RETURNED = "returned", "退回答复"


class ClimbRule(LabelledEnum):
    """Why a letter went up at one of its addressees."""

    UNREAD = "unread", "未打开"
    UNANSWERED = "unanswered", "到期未答复"
    REJECTED = "rejected", "答复被退回，未重新答复"


class LetterTemplate(Base):
    """模板. Its text never changes: an edit ends the row and begins the next version of the same kind and ground.

    ``region_path`` is the ground of the office that wrote it, empty for the one that came with the program.
    """

    __tablename__ = "letter_templates"
    __table_args__ = (
        sa.UniqueConstraint("kind", "region_path", "version"),
        open_unique("uq_letter_templates_one_open", "kind", "region_path", while_null="ended_at"),
        CheckConstraint("title <> '' AND body <> ''", name="says_something"),
    )

    id: Mapped[primary_key]
    kind: Mapped[LetterKind]
    region_path: Mapped[str] = mapped_column(sa.String(120), default="")
    version: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    made_at: Mapped[created_at]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]


class Letterhead(Base):
    """版头: how an office signs. ``mark`` is its 机关代字, the beginning of its numbers. Dated like a template."""

    __tablename__ = "letterheads"
    __table_args__ = (
        open_unique("uq_letterheads_one_open", "office_id", while_null="ended_at"),
        CheckConstraint("name <> '' AND mark <> ''", name="has_name_and_mark"),
    )

    id: Mapped[primary_key]
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(sa.String(60))
    mark: Mapped[str] = mapped_column(sa.String(12))
    contact: Mapped[str] = mapped_column(sa.String(100), default="")
    made_at: Mapped[created_at]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]


class LetterSeries(Base):
    """文号: one row per office, family and year, locked from the number's being taken to the end of that transaction.

    A trigger lets ``last`` only rise: what was given out is never given again.
    """

    __tablename__ = "letter_series"
    __table_args__ = (
        sa.UniqueConstraint("office_id", "family", "year"),
        CheckConstraint("last >= 0", name="counts_from_one"),
    )

    id: Mapped[primary_key]
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    family: Mapped[Family]
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)


class Letter(Base):
    """公文. Never changed: its text is its template's, filled with ``facts`` as they were when it was issued.

    ``digest`` seals all of that and stands in the event of the issue. The letter of an order is received by the
    order's receiver (``receiver_id``), and what becomes of it stands in the order; other letters have addressees. A
    talk or a referral that was approved has at most one letter (``measure_id``), which may be an order's as well.
    """

    __tablename__ = "letters"
    __table_args__ = (
        sa.UniqueConstraint("series_id", "serial"),
        sa.UniqueConstraint("supervision_id"),
        CheckConstraint("serial >= 1", name="counts_from_one"),
        CheckConstraint("addressee <> ''", name="has_an_addressee"),
        CheckConstraint("supervision_id IS NULL OR receiver_id IS NOT NULL", name="orders_are_received"),
        Index("ix_letters_register", "issued_at", "id"),
        Index("ix_letters_ticket", "ticket_id"),
        Index("ix_letters_receiver", "receiver_id", "id"),
        Index("ix_letters_digest", "digest"),
        Index("uq_letters_measure", "measure_id", unique=True),
    )

    id: Mapped[primary_key]
    kind: Mapped[LetterKind]
    number: Mapped[str] = mapped_column(sa.String(64))
    series_id: Mapped[int] = mapped_column(ForeignKey("letter_series.id"))
    serial: Mapped[int]
    template_id: Mapped[int] = mapped_column(ForeignKey("letter_templates.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    region_path: Mapped[str] = mapped_column(sa.String(120))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    supervision_id: Mapped[int | None] = mapped_column(ForeignKey("supervisions.id"))
    measure_id: Mapped[int | None] = mapped_column(ForeignKey("measures.id"))
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    addressee: Mapped[str] = mapped_column(sa.String(1000))
    facts: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(sa.String(64))
    answer_due_at: Mapped[datetime | None]
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))

    template: Mapped[LetterTemplate] = relationship()
    office: Mapped[Organisation] = relationship(foreign_keys=[office_id])


class LetterAddressee(Base):
    """收文单位 of a letter that belongs to no order, and how far it has come there.

    ``rung`` is how often it has gone up there by itself, ``fire_at`` when the sweep must look at it next.
    """

    __tablename__ = "letter_addressees"
    __table_args__ = (
        CheckConstraint("signed_at IS NULL OR opened_at IS NOT NULL", name="opened_before_signed"),
        CheckConstraint("answered_at IS NULL OR signed_at IS NOT NULL", name="signed_before_answered"),
        CheckConstraint("accepted_at IS NULL OR answered_at IS NOT NULL", name="answered_before_accepted"),
        CheckConstraint("rung BETWEEN 0 AND 2", name="two_rungs"),
        Index("ix_letter_addressees_unit", "unit_id", "letter_id"),
        open_index("ix_letter_addressees_fire", "fire_at", where="fire_at IS NOT NULL"),
    )

    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    opened_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    returned_count: Mapped[int] = mapped_column(default=0)
    rung: Mapped[int] = mapped_column(default=0)
    fire_at: Mapped[datetime | None]

    unit: Mapped[Organisation] = relationship()


class LetterClimb(Base):
    """提级: one rung that a letter went up at one addressee, by the clock and not by a person. Never changed.

    The first goes to ``office_id``, the next higher office (none: only leaders are above), with the unit's leader and
    the leaders in charge; the second proposes a talk.
    """

    __tablename__ = "letter_climbs"
    __table_args__ = (
        sa.UniqueConstraint("letter_id", "unit_id", "rung"),
        CheckConstraint("rung BETWEEN 1 AND 2", name="two_rungs"),
    )

    id: Mapped[primary_key]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    rung: Mapped[int]
    rule: Mapped[ClimbRule]
    office_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    at: Mapped[datetime]


class LetterReceipt(Base):
    """回执: one thing that one person did with a letter, by which post and when. Never changed."""

    __tablename__ = "letter_receipts"
    __table_args__ = (
        Index("ix_letter_receipts_letter", "letter_id", "id"),
        Index(
            "uq_letter_receipts_opened_once", "letter_id", "unit_id", "user_id", unique=True,
            sqlite_where=sa.text("step = 'opened'"), postgresql_where=sa.text("step = 'opened'"),
        ),
        Index(
            "uq_letter_receipts_signed_once", "letter_id", "unit_id", unique=True,
            sqlite_where=sa.text("step = 'signed'"), postgresql_where=sa.text("step = 'signed'"),
        ),
    )

    id: Mapped[primary_key]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    step: Mapped[LetterStep]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    at: Mapped[created_at]
    words: Mapped[str] = mapped_column(sa.Text, default="")
