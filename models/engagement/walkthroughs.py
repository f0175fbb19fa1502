"""走流程: a leader walks through a service item as those who need it do."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access.accounts import User
from models.base import Base, LabelledEnum, created_at, primary_key
from models.directory.organisations import Organisation
from models.directory.regions import Region


class WalkMode(LabelledEnum):
    """走流程方式 (facts.md §6.6)."""

    IN_PERSON = "in_person", "亲身办"
    AS_AGENT = "as_agent", "代理办"
    ACCOMPANYING = "accompanying", "陪同办"
    AT_THE_DESK = "at_the_desk", "坐窗口"


class Walkthrough(Base):
    """走流程记录. ``first_id`` is the walk that a second one (回头看) is compared with; each first has one second."""

    __tablename__ = "walkthroughs"
    __table_args__ = (
        CheckConstraint("first_id IS NULL OR first_id <> id", name="not_its_own_second"),
        Index("uq_walkthroughs_one_second", "first_id", unique=True),
        Index("ix_walkthroughs_region", "region_id", "walked_on"),
    )

    id: Mapped[primary_key]
    walker_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    walked_on: Mapped[date]
    item: Mapped[str] = mapped_column(sa.String(100))
    mode: Mapped[WalkMode]
    place: Mapped[str] = mapped_column(sa.String(100), default="")
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"))
    conclusion: Mapped[str] = mapped_column(sa.String(1000), default="")
    first_id: Mapped[int | None] = mapped_column(ForeignKey("walkthroughs.id"))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[created_at]

    walker: Mapped[User] = relationship(foreign_keys=[walker_id])
    unit: Mapped[Organisation] = relationship()
    region: Mapped[Region] = relationship()


class WalkStep(Base):
    """一个环节: how long it took in minutes, how many papers were asked for, how many trips it needed."""

    __tablename__ = "walk_steps"
    __table_args__ = (
        UniqueConstraint("walkthrough_id", "place"),
        CheckConstraint("minutes >= 0 AND materials >= 0 AND trips >= 0", name="counts_not_negative"),
    )

    id: Mapped[primary_key]
    walkthrough_id: Mapped[int] = mapped_column(ForeignKey("walkthroughs.id"))
    place: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(60))
    minutes: Mapped[int]
    materials: Mapped[int]
    trips: Mapped[int]


class WalkProblem(Base):
    """发现的问题. It becomes a ticket when the service centre says of which enterprise."""

    __tablename__ = "walk_problems"
    __table_args__ = (Index("ix_walk_problems_walk", "walkthrough_id"),)

    id: Mapped[primary_key]
    walkthrough_id: Mapped[int] = mapped_column(ForeignKey("walkthroughs.id"))
    words: Mapped[str] = mapped_column(sa.String(500))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), unique=True)
