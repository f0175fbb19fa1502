"""A ticket (诉求) and its rounds."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, created_at, open_index, primary_key
from models.directory.enterprises import Enterprise
from models.directory.organisations import Organisation
from models.encryption import number as telephone
from models.tickets.workflow import CLOSED_STATUSES, Status


class TicketKind(LabelledEnum):
    """诉求类型."""

    CONSULTATION = "consultation", "咨询"
    HELP = "help", "求助"
    COMPLAINT = "complaint", "投诉"
    REPORT = "report", "举报"
    SUGGESTION = "suggestion", "建议"
    RIGHTS = "rights", "维权"
    POLICY = "policy", "政策兑现"
    ASSISTANCE = "assistance", "帮办代办"
    ARREARS = "arrears", "清欠"


class Difficulty(LabelledEnum):
    """难易程度: decides the handling limit (domain.md §4)."""

    IMMEDIATE = "immediate", "即办"
    CONSULTATION = "consultation", "咨询"
    ORDINARY = "ordinary", "一般"
    COMPLEX = "complex", "较复杂（跨部门）"
    HARD = "hard", "疑难（历史遗留）"
    GREEN_CARD = "green_card", "绿卡项目"


class Urgency(LabelledEnum):
    """急不急, in the enterprise's own words."""

    ORDINARY = "ordinary", "一般"
    AFFECTED = "affected", "影响生产"
    STOPPED = "stopped", "已停产"


class Channel(LabelledEnum):
    """来源渠道."""

    PLATFORM = "platform", "平台"
    STEWARD = "steward", "管家代录"
    HOTLINE = "hotline", "12345"
    HALL = "hall", "大厅窗口"
    TERMINAL = "terminal", "自助终端"
    SMS = "sms", "短信"
    STUDIO = "studio", "民情企意工作室"
    MEETING = "meeting", "会议"
    VISIT = "visit", "走访"
    INSTRUCTION = "instruction", "领导批示"
    RATING = "rating", "好差评"
    OBSERVER = "observer", "特约监督员"
    HIGHER_OFFICE = "higher_office", "上级转办"
    INTERFACE = "interface", "接口"


_CLOSED = ", ".join(f"'{status}'" for status in sorted(CLOSED_STATUSES))
# Written out, so that a planner sees that its partial index will do.
_HAS_CONTACT = "contact_phone <> '' AND closed_at IS NOT NULL"
HAS_CONTACT = sa.text(_HAS_CONTACT)
_IS_OPEN = "closed_at IS NULL"  # by closed_at_iff_closed; it has no parameter that would hide it from a planner


class Ticket(Base):
    """诉求. ``due_at`` and ``warn_at`` repeat the governing clock's so that lists need no join; clocks decide.

    ``counted_case_id``: no demand, but the proxy of a counted case (operations.ratings.proxies); see IS_DEMAND.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        CheckConstraint(f"(status IN ({_CLOSED})) = (closed_at IS NOT NULL)", name="closed_at_iff_closed"),
        CheckConstraint("status <> 'handling' OR lead_unit_id IS NOT NULL", name="lead_unit_while_handling"),
        CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="main_ticket_iff_merged"),
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="not_merged_into_itself"),
        CheckConstraint("counted_case_id IS NULL OR status = 'closed'", name="proxy_is_closed"),
        Index(
            "uq_tickets_counted_case",
            "counted_case_id",
            unique=True,
            sqlite_where=sa.text("counted_case_id IS NOT NULL"),
            postgresql_where=sa.text("counted_case_id IS NOT NULL"),
        ),
        Index(
            "uq_tickets_external",
            "channel",
            "external_number",
            unique=True,
            sqlite_where=sa.text("external_number IS NOT NULL"),
            postgresql_where=sa.text("external_number IS NOT NULL"),
        ),
        # Holds all that a region's open and overdue ones are counted from.
        open_index("ix_tickets_open_due", "due_at", "id", "region_path", "paused_at", "counted_case_id",
                   where=_IS_OPEN),
        # Holds all that the centre's queues are counted from.
        open_index("ix_tickets_open_status", "status", "due_at", "id", "enterprise_id", "kind", "round", "region_path",
                   "warn_at", "paused_at", "rung", where=_IS_OPEN),
        # With the status: PostgreSQL takes what stands at one for rarer than it is, and read all of the status first.
        open_index("ix_tickets_open_unit", "lead_unit_id", "due_at", "id", "status", where=_IS_OPEN),
        open_index("ix_tickets_closed", "closed_at", "id", where="status = 'closed'"),
        open_index("ix_tickets_contacts", "closed_at", where=_HAS_CONTACT),
        Index("ix_tickets_tail", "tail"),
        Index("ix_tickets_enterprise", "enterprise_id", "id"),
        # Holds all that the lights of a steward's workbench are counted from.
        open_index("ix_tickets_open_enterprise", "enterprise_id", "due_at", "id", "warn_at", "paused_at", "rung",
                   where=_IS_OPEN),
        Index("ix_tickets_unit", "lead_unit_id", "id"),
        open_index("ix_tickets_merged_into", "merged_into_id", where="merged_into_id IS NOT NULL"),
        # Room on the page for the sweep to raise a rung without touching an index.
        # Swept of old rows after 1 %, not 20 %: what is counted from an index alone is twice as dear
        # where pages are not known to be clean.
        {"postgresql_with": {"fillfactor": 80, "autovacuum_vacuum_scale_factor": 0.01}},
    )

    id: Mapped[primary_key]
    number: Mapped[str] = mapped_column(sa.String(24), unique=True)
    # People read out the last four digits; the database keeps them for its index.
    tail: Mapped[str] = mapped_column(sa.String(4), sa.Computed("substr(number, 15)", persisted=True), deferred=True)
    subject: Mapped[str] = mapped_column(sa.String(100))
    content: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[TicketKind]
    urgency: Mapped[Urgency] = mapped_column(default=Urgency.ORDINARY)
    difficulty: Mapped[Difficulty | None]
    category: Mapped[str] = mapped_column(sa.String(120), default="")
    channel: Mapped[Channel]
    external_number: Mapped[str | None] = mapped_column(sa.String(64))
    is_confidential: Mapped[bool] = mapped_column(default=False)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"))
    region_path: Mapped[str] = mapped_column(sa.String(120))
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    contact_name: Mapped[str] = mapped_column(sa.String(64), default="")
    contact_phone: Mapped[str] = mapped_column(telephone(), default="")
    status: Mapped[Status]
    round: Mapped[int] = mapped_column(default=1)
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    counted_case_id: Mapped[int | None] = mapped_column(ForeignKey("counted_cases.id"))
    submitted_at: Mapped[datetime]
    promised_on: Mapped[date | None]  # the day a meeting has set
    supplement_requested_at: Mapped[datetime | None]
    ruled_at: Mapped[datetime | None]
    refusing_since: Mapped[datetime | None]  # while a refusal is on its way up
    due_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    is_provisional: Mapped[bool] = mapped_column(default=False)
    rung: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    enterprise: Mapped[Enterprise] = relationship()
    lead_unit: Mapped[Organisation | None] = relationship()
    merged_into: Mapped["Ticket | None"] = relationship(remote_side="Ticket.id")

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes something on it."""
        return self.status.is_open


# What every list and every figure of demands asks: a proxy bears the clocks of something else.
IS_DEMAND = Ticket.counted_case_id.is_(None)


class Round(Base):
    """一轮办理. Rework and reopening begin a new one; the old one stays frozen with its clocks."""

    __tablename__ = "rounds"
    __table_args__ = (sa.UniqueConstraint("ticket_id", "number"),)

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    number: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    opened_at: Mapped[created_at]
