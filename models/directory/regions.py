"""Regions: 省-市-县(区)-乡镇(街道)-村(社区)-网格."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LabelledEnum, primary_key


class RegionLevel(LabelledEnum):
    """The level of a region."""

    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县(区)"
    TOWN = "town", "乡镇(街道)"
    VILLAGE = "village", "村(社区)"
    GRID = "grid", "网格"


class Region(Base):
    """区划. ``path`` is the chain of ids from the root, ``/1/4/17/``: a subtree is one prefix.

    Codes are GB/T 2260 or local (开发区); they are never deleted, only closed by ``valid_to``.
    """

    __tablename__ = "regions"

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(sa.String(24), unique=True)
    name: Mapped[str] = mapped_column(sa.String(64))
    level: Mapped[RegionLevel]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("regions.id"), index=True)
    path: Mapped[str] = mapped_column(sa.String(120, collation=None), default="/", index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
