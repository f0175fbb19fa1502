"""What comes from a hall's own system: the system and its keys, its codes, and cases on their way to be counted."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key
from models.directory.organisations import Organisation
from models.hall import CaseChannel


class HallSystem(Base):
    """大厅系统. Whose cases are counted here; ``code`` stands in ``counted_cases.system``.

    ``unit_id`` is the 填报单位 that keeps it: its registrar sends the files and matches the codes. ``may_link``: it may
    ask for a link to rate with each case.
    """

    __tablename__ = "hall_systems"
    __table_args__ = (
        CheckConstraint("substr(code, 1, 7) <> 'window-'", name="code_of_no_window"),  # those are noted by hand
        Index("ix_hall_systems_unit", "unit_id"),
    )

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(64))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    may_link: Mapped[bool] = mapped_column(default=False)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[created_at]

    unit: Mapped[Organisation] = relationship()


class HallKey(Base):
    """接口密钥. The secret itself is kept nowhere: it is made of ``salt`` with the site's own key each time anew."""

    __tablename__ = "hall_keys"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoked_by_somebody"),
        open_index("ix_hall_keys_system", "system_id", where="revoked_at IS NULL"),
    )

    id: Mapped[primary_key]
    system_id: Mapped[int] = mapped_column(ForeignKey("hall_systems.id"))
    name: Mapped[str] = mapped_column(sa.String(24), unique=True)
    salt: Mapped[str] = mapped_column(sa.String(64))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[created_at]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class HallNonce(Base):
    """一次性随机数. A signed request is taken once; forgotten when its time would not be believed any more."""

    __tablename__ = "hall_nonces"
    __table_args__ = (Index("ix_hall_nonces_seen", "seen_at"),)

    key_id: Mapped[int] = mapped_column(ForeignKey("hall_keys.id"), primary_key=True, autoincrement=False)
    nonce: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    seen_at: Mapped[created_at]


class HallCodeKind(LabelledEnum):
    """What a code of a hall's system stands for."""

    UNIT = "unit", "单位"
    WINDOW = "window", "窗口"
    OFFICER = "officer", "工作人员"


class HallCode(Base):
    """对应关系. A code of the hall's system and whom it means here, from ``set_at`` to ``ended_at``.

    Not set yet, its cases wait. ``has_none``: nobody here; its cases come in without a window, or without an officer.
    """

    __tablename__ = "hall_codes"
    __table_args__ = (
        CheckConstraint("kind = 'officer' OR user_id IS NULL", name="person_of_an_officer"),
        CheckConstraint("kind <> 'officer' OR organisation_id IS NULL", name="house_of_the_others"),
        CheckConstraint("NOT has_none OR (kind <> 'unit' AND organisation_id IS NULL AND user_id IS NULL)",
                        name="none_is_none"),
        CheckConstraint("(set_at IS NULL) = (organisation_id IS NULL AND user_id IS NULL AND NOT has_none)",
                        name="set_iff_known"),
        CheckConstraint("(set_at IS NULL) = (set_by_id IS NULL)", name="set_by_somebody"),
        open_unique("uq_hall_codes_one_open", "system_id", "kind", "code", while_null="ended_at"),
    )

    id: Mapped[primary_key]
    system_id: Mapped[int] = mapped_column(ForeignKey("hall_systems.id"))
    kind: Mapped[HallCodeKind]
    code: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(100), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    has_none: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[created_at]
    set_at: Mapped[datetime | None]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]


class _Coming:
    """What a hall says of one finished case, and whom its codes mean so far. ``visitor`` is a keyed digest or empty."""

    system_id: Mapped[int] = mapped_column(ForeignKey("hall_systems.id"))
    number: Mapped[str] = mapped_column(sa.String(64))
    channel: Mapped[CaseChannel]
    item_code: Mapped[str] = mapped_column(sa.String(64))
    item: Mapped[str] = mapped_column(sa.String(200))
    unit_code: Mapped[str] = mapped_column(sa.String(64))
    window_code: Mapped[str] = mapped_column(sa.String(64))
    officer_code: Mapped[str] = mapped_column(sa.String(64))
    unit_id: Mapped[int | None]
    window_id: Mapped[int | None]
    officer_id: Mapped[int | None]
    is_ready: Mapped[bool]  # every code that it names means somebody, or nobody
    enterprise_id: Mapped[int | None]
    visitor: Mapped[str] = mapped_column(sa.String(64))
    finished_at: Mapped[datetime]


class StagedCase(_Coming, Base):
    """A good row of 计数办件模板 on its way in; gone when the batch ends."""

    __tablename__ = "staged_cases"

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class ArrivedCase(_Coming, Base):
    """到件. A case that has arrived and is not counted yet: it waits until its codes are matched. Nothing is lost."""

    __tablename__ = "arrived_cases"
    __table_args__ = (
        sa.UniqueConstraint("system_id", "number"),
        Index("ix_arrived_cases_arrived", "system_id", "arrived_at", "id"),
    )

    id: Mapped[primary_key]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batches.id"))
    arrived_at: Mapped[created_at]


class CaseVersion(Base):
    """办件的前一版. What a counted case said before a later version of it came; never of one that is rated."""

    __tablename__ = "case_versions"
    __table_args__ = (
        Index("ix_case_versions_case", "case_id", "id"),
        Index("ix_case_versions_replaced", "replaced_at"),
        open_index("ix_case_versions_batch", "batch_id", "id", where="batch_id IS NOT NULL"),
    )

    id: Mapped[primary_key]
    case_id: Mapped[int] = mapped_column(ForeignKey("counted_cases.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batches.id"))
    channel: Mapped[CaseChannel]
    item_code: Mapped[str] = mapped_column(sa.String(64))
    item: Mapped[str] = mapped_column(sa.String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    window_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    region_path: Mapped[str] = mapped_column(sa.String(120))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    visitor: Mapped[str] = mapped_column(sa.String(64))
    finished_at: Mapped[datetime]
    replaced_at: Mapped[created_at]


class IntakeWay(LabelledEnum):
    """How cases came."""

    FILE = "file", "文件"
    API = "api", "接口"
    CODES = "codes", "补对应后入库"


class IntakeDay(Base):
    """到件日计. What came from one system in one way on one Shanghai day, and what became of it at once."""

    __tablename__ = "intake_days"
    __table_args__ = (
        CheckConstraint(
            "received_count = new_count + changed_count + repeated_count + refused_count + waiting_count",
            name="adds_up",
        ),
        Index("ix_intake_days_day", "day"),
    )

    system_id: Mapped[int] = mapped_column(ForeignKey("hall_systems.id"), primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    way: Mapped[IntakeWay] = mapped_column(primary_key=True)
    received_count: Mapped[int] = mapped_column(default=0)
    new_count: Mapped[int] = mapped_column(default=0)
    changed_count: Mapped[int] = mapped_column(default=0)
    repeated_count: Mapped[int] = mapped_column(default=0)
    refused_count: Mapped[int] = mapped_column(default=0)
    waiting_count: Mapped[int] = mapped_column(default=0)


class CaseLink(Base):
    """办件评价链接. Lets whoever holds it rate one counted case, once; only its SHA-256 is kept."""

    __tablename__ = "case_links"
    __table_args__ = (open_unique("uq_case_links_one_open", "case_id", while_null="ended_at"),)

    id: Mapped[primary_key]
    case_id: Mapped[int] = mapped_column(ForeignKey("counted_cases.id"))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[created_at]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
