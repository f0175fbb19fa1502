"""Who owes the enterprises a visit, a forum or a finding, how often, and what came of each such duty."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key
from models.directory.enterprises import EnterpriseCategory


class DutyAct(LabelledEnum):
    """What is owed."""

    VISIT = "visit", "走访企业"
    FORUM = "forum", "主持企业座谈"
    CADRE_VISIT = "cadre_visit", "领导走访"
    FINDING = "finding", "提交监督发现"


class DutyHolder(LabelledEnum):
    """Who owes it. STEWARD owes for each enterprise; every other one for himself."""

    STEWARD = "steward", "企业管家"
    HEAD = "head", "党政主要负责人"
    DEPUTY = "deputy", "分管负责人"
    CADRE = "cadre", "领导干部"
    OBSERVER = "observer", "特约监督员"


class DutyPeriod(LabelledEnum):
    """Within what time. Periods are those of the Shanghai calendar."""

    MONTH = "month", "每月"
    QUARTER = "quarter", "每季度"
    YEAR = "year", "每年"


class CadenceRule(Base):
    """走访频次规则. A dated row, never overwritten: a change ends it (``valid_to``) and begins another of its ``code``.

    ``category``, ``tag`` and ``green_card_only`` narrow the enterprises it is for. ``warn_days`` are working days
    before the end of the period.
    """

    __tablename__ = "cadence_rules"
    __table_args__ = (
        open_unique("uq_cadence_rules_one_open", "code", while_null="valid_to"),
        CheckConstraint("needed > 0", name="needed_positive"),
        CheckConstraint("warn_days >= 0", name="warn_days_not_negative"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_it_begins"),
        CheckConstraint("(act = 'visit') = (holder = 'steward')", name="visits_by_stewards"),
        CheckConstraint(
            "holder = 'steward' OR (category IS NULL AND tag = '' AND NOT green_card_only)", name="tiers_of_enterprises"
        ),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(60))
    act: Mapped[DutyAct]
    holder: Mapped[DutyHolder]
    category: Mapped[EnterpriseCategory | None]
    tag: Mapped[str] = mapped_column(sa.String(20), default="")
    green_card_only: Mapped[bool] = mapped_column(default=False)
    needed: Mapped[int] = mapped_column(default=1)
    period: Mapped[DutyPeriod]
    warn_days: Mapped[int] = mapped_column(default=10)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[created_at]


class Obligation(Base):
    """应尽事项: what one rule asks for one enterprise, or of one person, in one period.

    ``due_at`` is the moment at which it lapses: the close of office of the first working day after ``ends_on``, so
    that a visit of the last day can still be written down. Who owes for an enterprise is its present steward and
    stands in no row. ``unit_id`` is the unit of the person who owes.
    """

    __tablename__ = "obligations"
    __table_args__ = (
        CheckConstraint("(enterprise_id IS NULL) <> (user_id IS NULL)", name="enterprise_or_person"),
        CheckConstraint("(user_id IS NULL) = (unit_id IS NULL)", name="unit_iff_person"),
        CheckConstraint("(fulfilled_at IS NOT NULL) = (done_count >= needed)", name="fulfilled_iff_done"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        # Exactly once under any number of workers.
        Index("uq_obligations_enterprise", "code", "starts_on", "ends_on", "enterprise_id", unique=True),
        Index("uq_obligations_person", "code", "starts_on", "ends_on", "user_id", unique=True),
        open_index("ix_obligations_open", "due_at", "id", where="fulfilled_at IS NULL AND lapsed_at IS NULL"),
        open_index("ix_obligations_person", "user_id", where="user_id IS NOT NULL"),
        Index("ix_obligations_subject", "enterprise_id", "starts_on"),
        # The list behind a figure of coverage.
        Index("ix_obligations_period", "code", "starts_on", "due_at", "id"),
    )

    id: Mapped[primary_key]
    rule_id: Mapped[int] = mapped_column(ForeignKey("cadence_rules.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    due_at: Mapped[datetime]
    needed: Mapped[int]
    done_count: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[created_at]
    fulfilled_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    lapsed_at: Mapped[datetime | None]
