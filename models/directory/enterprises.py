"""Enterprises and what is known of them."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, TenThousandYuan, created_at, open_index, primary_key
from models.directory.organisations import Organisation
from models.directory.regions import Region
from models.encryption import maybe_number, number


class EnterpriseKind(LabelledEnum):
    """主体类型, told by the prefix of the credit code (GB 32100)."""

    COMPANY = "company", "企业"
    SOLE_TRADER = "sole_trader", "个体工商户"
    COOPERATIVE = "cooperative", "农民专业合作社"
    UNKNOWN = "unknown", "未登记"


class EnterpriseCategory(LabelledEnum):
    """填报类别: decides which unit owns the enterprise."""

    KEY_PROJECT = "key_project", "重点项目"
    INDUSTRY = "industry", "规上工业"
    COMMERCE = "commerce", "限上商贸"
    SERVICES = "services", "规上服务业"
    GENERAL = "general", "一般"
    SOLE_TRADER = "sole_trader", "个体"
    COOPERATIVE = "cooperative", "合作社"


class EnterpriseStatus(LabelledEnum):
    """经营状态."""

    PREPARING = "preparing", "筹建"
    BUILDING = "building", "在建"
    OPERATING = "operating", "投产运营"
    SUSPENDED = "suspended", "歇业"
    DEREGISTERED = "deregistered", "注销"


class EnterpriseSize(LabelledEnum):
    """规模 by 统计上大中小微型企业划分办法(2017), reckoned from staff, revenue and assets."""

    LARGE = "large", "大型"
    MEDIUM = "medium", "中型"
    SMALL = "small", "小型"
    MICRO = "micro", "微型"
    UNKNOWN = "unknown", "未划分"


class CreditFlag(LabelledEnum):
    """信用标记, as the credit platform gives it."""

    NORMAL = "normal", "正常"
    TRUSTED = "trusted", "守信激励"
    WATCHED = "watched", "经营异常"
    DISTRUSTED = "distrusted", "严重失信"


# As ``is_live`` has it.
# What the list of enterprises is filtered by: within the index that gives its order, without opening the rows.
_FILTERED = ("merged_into_id", "status", "category", "size", "industry")
_IS_LIVE = "status <> 'deregistered' AND merged_into_id IS NULL"


class Enterprise(Base):
    """企业. An unclaimed one (``claimed_at`` empty) was made from a hotline sender, known by ``external_ref``.

    ``quiet_since`` is the last interaction, or the registration while there was none; ``next_contact_on`` the day the
    steward has promised. Both repeat the interactions for lists and are written by operations.engagement alone.
    ``initials`` are the pinyin initials of the name, for the search box. ``code_override`` says who let a credit code
    with a wrong check digit pass and why. A duplicate is not deleted: ``merged_into_id`` names the one that goes on.
    ``public_code`` is what the 企业码 carries: unguessable, given on demand, and given anew when one was lost.
    ``import_batch_id`` is the batch that brought it in; ``row_digest`` that of the imported row that says exactly what
    stands here: the database itself empties it when one of the facts such a row tells is changed by any way.
    """

    __tablename__ = "enterprises"
    __table_args__ = (
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="not_merged_into_itself"),
        Index("ix_enterprises_region", "region_id"),
        Index("ix_enterprises_owner", "owner_unit_id", "region_id"),
        Index("ix_enterprises_merged", "merged_into_id"),
        open_index("ix_enterprises_live", "owner_unit_id", "id", where=_IS_LIVE),
        Index("ix_enterprises_name", "name", postgresql_ops={"name": "text_pattern_ops"}),
        Index("ix_enterprises_short_name", "short_name", postgresql_ops={"short_name": "text_pattern_ops"}),
        Index("ix_enterprises_quiet", "quiet_since", "id", "region_id", *_FILTERED),
        Index("uq_enterprises_public_code", "public_code", unique=True),
        Index("ix_enterprises_owner_quiet", "owner_unit_id", "quiet_since", "id", "region_id", *_FILTERED),
        Index("ix_enterprises_industry", "industry"),
        open_index("ix_enterprises_import", "import_batch_id", where="import_batch_id IS NOT NULL"),
    )

    id: Mapped[primary_key]
    credit_code: Mapped[str | None] = mapped_column(sa.String(18), unique=True)
    code_override: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    external_ref: Mapped[str | None] = mapped_column(maybe_number(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    short_name: Mapped[str] = mapped_column(sa.String(64), default="")
    initials: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    kind: Mapped[EnterpriseKind] = mapped_column(default=EnterpriseKind.COMPANY)
    category: Mapped[EnterpriseCategory] = mapped_column(default=EnterpriseCategory.GENERAL)
    status: Mapped[EnterpriseStatus] = mapped_column(default=EnterpriseStatus.OPERATING)
    suspended_from: Mapped[date | None]
    suspended_until: Mapped[date | None]
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"))
    owner_unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    address: Mapped[str] = mapped_column(sa.String(300), default="")
    industry: Mapped[str] = mapped_column(sa.String(8), default="")
    size: Mapped[EnterpriseSize] = mapped_column(
        default=EnterpriseSize.UNKNOWN, server_default=EnterpriseSize.UNKNOWN.value
    )
    staff_count: Mapped[int | None]
    revenue: Mapped[Decimal | None] = mapped_column(TenThousandYuan)
    assets: Mapped[Decimal | None] = mapped_column(TenThousandYuan)
    founded_on: Mapped[date | None]
    credit_flag: Mapped[CreditFlag] = mapped_column(default=CreditFlag.NORMAL, server_default=CreditFlag.NORMAL.value)
    legal_representative: Mapped[str] = mapped_column(sa.String(64), default="")
    contact_name: Mapped[str] = mapped_column(sa.String(64), default="")
    contact_phone: Mapped[str] = mapped_column(number(), default="")
    has_green_card: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(sa.String(100), default="", server_default="")
    quiet_since: Mapped[created_at]
    next_contact_on: Mapped[date | None]
    claimed_at: Mapped[datetime | None]
    created_at: Mapped[created_at]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    public_code: Mapped[str | None] = mapped_column(sa.String(32))
    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batches.id"))
    row_digest: Mapped[str | None] = mapped_column(sa.String(24))
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    region: Mapped[Region] = relationship()
    owner_unit: Mapped[Organisation | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def called(self) -> str:
        """The name for a line of a list: the short one where there is one."""
        return self.short_name or self.name

    @property
    def is_live(self) -> bool:
        """Whether it is counted among the enterprises: neither deregistered nor merged into another."""
        return self.merged_into_id is None and self.status is not EnterpriseStatus.DEREGISTERED
