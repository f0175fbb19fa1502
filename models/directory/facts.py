"""What hangs on an enterprise beside its own row: names it had, contacts, projects, tags, changes of its facts."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, TenThousandYuan, created_at, open_unique, primary_key
from models.encryption import maybe_number, number


class EnterpriseName(Base):
    """曾用名. A name the enterprise had until ``ended_on``; the present one stands in its own row."""

    __tablename__ = "enterprise_names"
    __table_args__ = (Index("ix_enterprise_names_enterprise", "enterprise_id"),)

    id: Mapped[primary_key]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    name: Mapped[str] = mapped_column(sa.String(200))
    ended_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")


class FactChange(Base):
    """事实变更. One field of one enterprise, before and after, from which source, by whom.

    The source of a fact is its latest change; a fact without one has the source and the day of the enterprise's row.
    """

    __tablename__ = "fact_changes"
    __table_args__ = (Index("ix_fact_changes_enterprise", "enterprise_id", "field", "id"),)

    id: Mapped[primary_key]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    field: Mapped[str] = mapped_column(sa.String(32))
    before: Mapped[str] = mapped_column(maybe_number(300), default="")
    after: Mapped[str] = mapped_column(maybe_number(300), default="")
    source: Mapped[str] = mapped_column(sa.String(100), default="")
    batch_id: Mapped[int | None] = mapped_column(index=True)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[created_at]


class Contact(Base):
    """联系人. The one to call first stands in the enterprise's own row as well."""

    __tablename__ = "contacts"
    __table_args__ = (Index("ix_contacts_enterprise", "enterprise_id"),)

    id: Mapped[primary_key]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    name: Mapped[str] = mapped_column(sa.String(64))
    title: Mapped[str] = mapped_column(sa.String(64), default="")
    phone: Mapped[str] = mapped_column(number(), default="")
    created_at: Mapped[created_at]
    ended_at: Mapped[datetime | None]


class ProjectStage(LabelledEnum):
    """项目阶段."""

    PREPARING = "preparing", "前期"
    BUILDING = "building", "在建"
    OPERATING = "operating", "投产"


class Project(Base):
    """项目 under an enterprise; ``investment`` in 万元 with four decimals."""

    __tablename__ = "projects"
    __table_args__ = (
        CheckConstraint("investment >= 0", name="investment_not_negative"),
        CheckConstraint(
            "finished_on IS NULL OR started_on IS NULL OR finished_on >= started_on", name="ends_after_start"
        ),
        Index("uq_projects_enterprise_name", "enterprise_id", "name", unique=True),
    )

    id: Mapped[primary_key]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    name: Mapped[str] = mapped_column(sa.String(200))
    investment: Mapped[Decimal | None] = mapped_column(TenThousandYuan)
    stage: Mapped[ProjectStage] = mapped_column(default=ProjectStage.PREPARING)
    started_on: Mapped[date | None]
    finished_on: Mapped[date | None]
    has_green_card: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[created_at]


class Tag(Base):
    """标签 on an enterprise; taken off, it stays as a dated row."""

    __tablename__ = "tags"
    __table_args__ = (
        open_unique("uq_tags_one_open", "enterprise_id", "label", while_null="ended_at"),
        Index("ix_tags_label", "label", "enterprise_id"),
    )

    id: Mapped[primary_key]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    label: Mapped[str] = mapped_column(sa.String(20))
    tagged_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[created_at]
    ended_at: Mapped[datetime | None]
