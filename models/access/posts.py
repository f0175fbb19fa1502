"""A post: one person × one organisation or enterprise × one role. Permissions and scope come from posts."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, created_at, open_unique, primary_key

if TYPE_CHECKING:
    from models.access.accounts import User


class Role(LabelledEnum):
    """The roles of domain.md §1. SYSTEM is nobody's: it signs what the program did by itself."""

    ENTERPRISE_MEMBER = "enterprise_member", "企业用户"
    STEWARD = "steward", "企业管家"
    CASE_OFFICER = "case_officer", "承办人"
    UNIT_LEADER = "unit_leader", "承办单位负责人"
    CLERK = "clerk", "企业服务中心"
    SUPERVISOR = "supervisor", "营商办督办员"
    LEADER = "leader", "市(县)领导"
    DISCIPLINE_OBSERVER = "discipline_observer", "纪委监委"
    SPECIAL_OBSERVER = "special_observer", "特约监督员"
    REGISTRAR = "registrar", "填报单位"
    SYSTEM_ADMINISTRATOR = "system_administrator", "系统管理员"
    SECURITY_ADMINISTRATOR = "security_administrator", "安全管理员"
    AUDIT_ADMINISTRATOR = "audit_administrator", "审计管理员"
    SYSTEM = "system", "系统"


class MemberRole(LabelledEnum):
    """企业内的角色: an administrator looks after members and profile, an agent raises and follows demands."""

    ADMINISTRATOR = "administrator", "管理员"
    AGENT = "agent", "经办人"


ADMINISTRATORS = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR)
# 领导干部: those who owe visits themselves (domain.md §3).
CADRES = (Role.LEADER, Role.UNIT_LEADER)
_ADMINISTRATOR_CODES = ", ".join(f"'{role}'" for role in ADMINISTRATORS)


def _least_role(context: Any) -> MemberRole | None:
    """A member whose role nobody named is an agent; officials have none."""
    return MemberRole.AGENT if context.get_current_parameters()["role"] == Role.ENTERPRISE_MEMBER else None


class Post(Base):
    """岗位. ``rank`` orders the leaders of one organisation, 1 being its head; ended posts stay as history."""

    __tablename__ = "posts"
    __table_args__ = (
        CheckConstraint(
            f"(role = '{Role.ENTERPRISE_MEMBER}') = (enterprise_id IS NOT NULL)", name="enterprise_iff_member"
        ),
        CheckConstraint(
            f"(role = '{Role.ENTERPRISE_MEMBER}') = (organisation_id IS NULL)", name="organisation_iff_official"
        ),
        CheckConstraint(f"member_role IS NULL OR role = '{Role.ENTERPRISE_MEMBER}'", name="member_role_of_members"),
        open_unique("uq_posts_one_membership", "user_id", "enterprise_id", while_null="ended_at"),
        # 三员分立 (GB/T 22239): nobody holds two of the three administrators' posts.
        Index(
            "uq_posts_one_administrator",
            "user_id",
            unique=True,
            sqlite_where=sa.text(f"role IN ({_ADMINISTRATOR_CODES}) AND ended_at IS NULL"),
            postgresql_where=sa.text(f"role IN ({_ADMINISTRATOR_CODES}) AND ended_at IS NULL"),
        ),
        Index("ix_posts_organisation", "organisation_id", "role"),
        Index("ix_posts_user", "user_id"),
    )

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[Role]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    member_role: Mapped[MemberRole | None] = mapped_column(default=_least_role)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("regions.id"))
    title: Mapped[str] = mapped_column(sa.String(64), default="")
    rank: Mapped[int] = mapped_column(default=9)
    started_at: Mapped[created_at]
    ended_at: Mapped[datetime | None]

    user: Mapped["User"] = relationship(back_populates="posts", foreign_keys=[user_id])
