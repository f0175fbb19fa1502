"""回访 of less than everything: the plan, its shares, and the draw that says of each case whether it is called."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, created_at, primary_key

# A draw is a whole number below this; so many of them stand for one per cent.
DRAWN_BELOW, PER_CENT = 1_000_000, 10_000


class Stratum(LabelledEnum):
    """层: of which cases a share is. The first two are the plan's own, for whatever no other names."""

    TICKETS = "tickets", "诉求件"
    COUNTED = "counted", "窗口办件"
    UNIT = "unit", "单位"
    CATEGORY = "category", "事项类别"
    CHANNEL = "channel", "来源渠道"


class FollowUpPlan(Base):
    """抽样方案. One version of a region's plan, from a day on; written once, followed by the next, never changed.

    ``seed`` is the key of the draw. It is shown to the offices that call and never to units or stewards, who could
    reckon beforehand which case nobody will ask about.
    """

    __tablename__ = "follow_up_plans"
    __table_args__ = (
        sa.UniqueConstraint("region_id", "version"),
        sa.UniqueConstraint("region_id", "begins_at"),
        CheckConstraint("begins_at > set_at", name="begins_later"),
        CheckConstraint("reason <> ''", name="has_a_reason"),
        CheckConstraint("length(seed) = 64", name="seed_of_256_bits"),
    )

    id: Mapped[primary_key]
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"))
    region_path: Mapped[str] = mapped_column(sa.String(120))
    version: Mapped[int]
    begins_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(200))
    seed: Mapped[str] = mapped_column(sa.String(64))
    set_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[created_at]


class FollowUpShare(Base):
    """抽样比例. How many of a hundred cases of one stratum are called; ``code``: the unit's id, category or channel."""

    __tablename__ = "follow_up_shares"
    __table_args__ = (
        CheckConstraint("percent >= 0 AND percent <= 100", name="of_a_hundred"),
        CheckConstraint("(stratum IN ('tickets', 'counted')) = (code = '')", name="code_iff_narrower"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("follow_up_plans.id"), primary_key=True, autoincrement=False)
    stratum: Mapped[Stratum] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(120), primary_key=True, default="")
    percent: Mapped[int] = mapped_column(sa.SmallInteger)


class FollowUpDraw(Base):
    """抽样结果. One row per case that a plan was asked about: a ticket's round or a counted case; written once.

    ``value`` follows from the plan's seed and the case's own number, so that anybody can reckon it again. ``is_must``:
    called whatever was drawn. A trigger refuses to spare what must be called.
    """

    __tablename__ = "follow_up_draws"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "round"),
        sa.UniqueConstraint("counted_case_id"),
        CheckConstraint("(ticket_id IS NULL) <> (counted_case_id IS NULL)", name="of_one_case"),
        CheckConstraint("(ticket_id IS NULL) = (round IS NULL)", name="round_of_a_ticket"),
        CheckConstraint(f"value >= 0 AND value < {DRAWN_BELOW}", name="value_in_range"),
        CheckConstraint("percent >= 0 AND percent <= 100", name="of_a_hundred"),
        CheckConstraint(f"is_drawn = (value < percent * {PER_CENT})", name="drawn_by_its_value"),
        Index("ix_follow_up_draws_plan", "plan_id", "drawn_at", "id"),
    )

    id: Mapped[primary_key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("follow_up_plans.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int | None]
    counted_case_id: Mapped[int | None] = mapped_column(ForeignKey("counted_cases.id"))
    percent: Mapped[int] = mapped_column(sa.SmallInteger)
    value: Mapped[int]
    is_drawn: Mapped[bool]
    is_must: Mapped[bool]
    drawn_at: Mapped[created_at]
