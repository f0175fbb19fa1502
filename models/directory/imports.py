"""Imports of the templates: a batch per file, its staged rows, and what was wrong with the others."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, TenThousandYuan, created_at, open_index, primary_key
from models.directory.enterprises import EnterpriseCategory, EnterpriseKind, EnterpriseSize, EnterpriseStatus
from models.directory.facts import ProjectStage
from models.directory.stewards import StewardClass
from models.encryption import account_name, maybe_number, number


class ImportKind(LabelledEnum):
    """Which template the file follows."""

    ENTERPRISES = "enterprises", "企业(项目)"
    STEWARDS = "stewards", "管家"
    STEWARDSHIPS = "stewardships", "包保关系"
    CASES = "cases", "计数办件"


class ImportState(LabelledEnum):
    """How far a batch has come. Rows reach the directory in one transaction, between IMPORTING and IMPORTED."""

    WAITING = "waiting", "等待检查"
    CHECKING = "checking", "正在检查"
    CHECKED = "checked", "已检查，待导入"
    IMPORTING = "importing", "正在导入"
    IMPORTED = "imported", "已导入"
    CANCELLED = "cancelled", "已取消"
    UNDONE = "undone", "已撤销"
    FAILED = "failed", "未能导入"


RUNNING = (ImportState.WAITING, ImportState.CHECKING, ImportState.IMPORTING)


class ImportBatch(Base):
    """导入批次: one file on its way into the directory.

    ``unit_id`` is the unit the rows are reported by; None means any unit, each row its own (the command line).
    ``worker`` holds the batch until ``leased_until``; whoever finds the lease run out goes on after ``rows_done``.
    ``stored_name`` is the file's opaque name on disk, ``note`` what was passed over in it, ``error`` why it failed.
    Of counted cases: ``system_id`` is the hall's system, ``waiting_count`` how many were not counted at once because
    their codes were not matched.
    """

    __tablename__ = "import_batches"
    __table_args__ = (
        CheckConstraint("rows_done >= 0 AND rows_total >= 0", name="rows_not_negative"),
        Index("ix_import_batches_unit", "unit_id", "id"),
        open_index("ix_import_batches_running", "id", where="state IN ('waiting', 'checking', 'importing')"),
    )

    id: Mapped[primary_key]
    kind: Mapped[ImportKind]
    state: Mapped[ImportState] = mapped_column(default=ImportState.WAITING)
    file_name: Mapped[str] = mapped_column(sa.String(120))
    stored_name: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    system_id: Mapped[int | None] = mapped_column(ForeignKey("hall_systems.id"))
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int] = mapped_column(default=0)
    new_count: Mapped[int] = mapped_column(default=0)
    known_count: Mapped[int] = mapped_column(default=0)
    changed_count: Mapped[int] = mapped_column(default=0)
    unchanged_count: Mapped[int] = mapped_column(default=0)
    waiting_count: Mapped[int] = mapped_column(default=0, server_default="0")
    bad_count: Mapped[int] = mapped_column(default=0)
    warned_count: Mapped[int] = mapped_column(default=0)
    rows_per_second: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(sa.String(80))
    leased_until: Mapped[datetime | None]
    created_at: Mapped[created_at]
    started_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    error: Mapped[str] = mapped_column(sa.String(300), default="")


class ImportIssue(Base):
    """有误或须留意的单元格: where it stands, what it holds and why. A warning does not keep its row out."""

    __tablename__ = "import_issues"
    __table_args__ = (Index("ix_import_issues_batch", "batch_id", "is_warning", "line", "id"),)

    id: Mapped[primary_key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"))
    line: Mapped[int]
    field: Mapped[str] = mapped_column(sa.String(40))
    value: Mapped[str] = mapped_column(maybe_number(200), default="")
    reason: Mapped[str] = mapped_column(sa.String(200))
    is_warning: Mapped[bool] = mapped_column(default=False)


class StagedEnterprise(Base):
    """A good row of 企业(项目)信息上报模板 on its way in; gone when the batch ends.

    An empty value says nothing: it leaves what the directory has. Money is in whole yuan. ``is_known`` tells that the
    directory had the code when the row was checked.
    """

    __tablename__ = "staged_enterprises"

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_known: Mapped[bool]
    credit_code: Mapped[str] = mapped_column(sa.String(18))
    row_digest: Mapped[str] = mapped_column(sa.String(24))
    code_override: Mapped[str] = mapped_column(sa.String(200))
    owner_unit_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(sa.String(200))
    initials: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[EnterpriseKind]
    category: Mapped[EnterpriseCategory]
    region_id: Mapped[int]
    status: Mapped[EnterpriseStatus | None]
    address: Mapped[str | None] = mapped_column(sa.String(300))
    industry: Mapped[str | None] = mapped_column(sa.String(8))
    size: Mapped[EnterpriseSize]
    staff_count: Mapped[int | None]
    revenue: Mapped[Decimal | None] = mapped_column(TenThousandYuan)
    assets: Mapped[Decimal | None] = mapped_column(TenThousandYuan)
    founded_on: Mapped[date | None]
    legal_representative: Mapped[str | None] = mapped_column(sa.String(64))
    contact_name: Mapped[str | None] = mapped_column(sa.String(64))
    contact_phone: Mapped[str | None] = mapped_column(number())
    steward_id: Mapped[int | None]
    project_name: Mapped[str | None] = mapped_column(sa.String(200))
    project_investment: Mapped[Decimal | None] = mapped_column(TenThousandYuan)
    project_stage: Mapped[ProjectStage | None]


class StagedSteward(Base):
    """A good row of 管家信息上报模板 on its way in; ``user_id`` is the steward the directory had when it was checked."""

    __tablename__ = "staged_stewards"

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int | None]
    username: Mapped[str] = mapped_column(account_name())
    name: Mapped[str] = mapped_column(sa.String(64))
    phone: Mapped[str] = mapped_column(number())
    organisation_id: Mapped[int]
    region_id: Mapped[int]
    steward_class: Mapped[StewardClass]
    position: Mapped[str | None] = mapped_column(sa.String(64))
    grid_id: Mapped[int | None]
    capacity: Mapped[int | None]


class StagedStewardship(Base):
    """A good row of 包保关系模板 on its way in; what says what stands there already is not staged."""

    __tablename__ = "staged_stewardships"

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    enterprise_id: Mapped[int]
    steward_id: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.String(150), default="")


class StewardChange(Base):
    """管家档案变更. One field of one steward, before and after, by which batch."""

    __tablename__ = "steward_changes"
    __table_args__ = (Index("ix_steward_changes_user", "user_id", "id"),)

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    field: Mapped[str] = mapped_column(sa.String(32))
    before: Mapped[str] = mapped_column(sa.String(300), default="")
    after: Mapped[str] = mapped_column(sa.String(300), default="")
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batches.id"), index=True)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[created_at]
