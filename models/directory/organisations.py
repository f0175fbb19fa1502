"""Organisations: bureaux, governments, service centres, supervision offices, towns."""

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, primary_key
from models.directory.regions import Region


class OrganisationKind(LabelledEnum):
    """What an organisation is for."""

    GOVERNMENT = "government", "政府"
    BUREAU = "bureau", "部门"
    SERVICE_CENTRE = "service_centre", "企业服务中心"
    SUPERVISION_OFFICE = "supervision_office", "营商办"
    DISCIPLINE = "discipline", "纪委监委"
    TOWN = "town", "乡镇(街道)"
    WINDOW = "window", "窗口"
    PARTY = "party", "党委"


class Line(LabelledEnum):
    """条线: which class of enterprises a bureau owns (domain.md §1). Without one, the county owns by territory."""

    PROJECTS = "projects", "发改"
    INDUSTRY = "industry", "工信"
    COMMERCE = "commerce", "商务"


class Organisation(Base):
    """单位. ``path`` is the chain of ids from the root, like a region's."""

    __tablename__ = "organisations"
    __table_args__ = (Index("ix_organisations_region_kind", "region_id", "kind"),)

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(sa.String(100), unique=True)
    short_name: Mapped[str] = mapped_column(sa.String(32))
    kind: Mapped[OrganisationKind]
    line: Mapped[Line | None]
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    path: Mapped[str] = mapped_column(sa.String(120), default="/", index=True)

    region: Mapped[Region] = relationship()
