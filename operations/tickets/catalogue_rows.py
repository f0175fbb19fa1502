"""Rows of a dispatch catalogue as a workbook has them, and what is wrong with them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import or_, select

from models.access import Role
from models.base import db
from models.directory import Organisation, Region
from operations.access.actor import Actor
from operations.errors import BadInput
from operations.tables.lines import Wanted, stream
from operations.tickets import categories

CATEGORY, REGION, LEAD, ASSISTING, BASIS, WHY = "事项类别", "区域", "主办单位", "协办单位", "法律或职责依据", "说明"
COLUMNS = Wanted(
    required=(CATEGORY, REGION, LEAD, BASIS), optional=(ASSISTING, WHY),
    aliases={"类别": CATEGORY, "区域代码": REGION, "主办": LEAD, "协办": ASSISTING, "依据": BASIS, "修改原因": WHY},
)
MOST_ROWS = 5000
CATEGORY_LIMIT, BASIS_LIMIT, WHY_LIMIT, MOST_ASSISTING = 120, 500, 200, 10
BETWEEN = re.compile(r"[、，,；;\n]+")


@dataclass(frozen=True, slots=True)
class Named:
    """One row as it is written; ``row`` as Excel counts."""

    row: int
    category: str
    region: str
    lead: str
    assisting: tuple[str, ...]
    basis: str
    why: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is left out."""

    row: int
    category: str
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the names in a file can mean; a name that means several things means None."""

    regions: Mapping[str, Region | None]
    units: Mapping[str, Organisation | None]


def of_file(path: Path) -> list[Named]:
    """The rows of the file. Raises BadInput for one that cannot be read."""
    table = stream(path, COLUMNS, most_rows=MOST_ROWS)
    found = []
    for number, cells in table.rows():
        said = {name: _text(cells[place]) for name, place in table.columns.items()}
        found.append(Named(
            number, categories.STROKE.join(categories.parts(said[CATEGORY])), said[REGION], said[LEAD],
            tuple(one.strip() for one in BETWEEN.split(said.get(ASSISTING, "")) if one.strip(" –-")),
            said[BASIS], said.get(WHY, ""),
        ))
    if not found:
        raise BadInput("表格里只有表头，没有一行目录。")
    return found


def known_to(actor: Actor, handling: Sequence[str]) -> Known:
    """The regions whose catalogue the actor keeps by code and name, and the units of these kinds by their names."""
    posts = actor.posts_as(Role.CLERK)
    within = or_(*(Region.path.startswith(post.region_path, autoescape=True) for post in posts))
    regions: dict[str, Region | None] = {}
    for region in db.session.scalars(select(Region).where(within, Region.valid_to.is_(None))):
        for name in {region.code, region.name}:
            regions[name] = None if name in regions else region
    units: dict[str, Organisation | None] = {}
    for unit in db.session.scalars(select(Organisation).where(Organisation.kind.in_(handling))):
        for name in {unit.name, unit.short_name}:
            units[name] = None if name in units else unit
    return Known(regions, units)


def fault_of(named: Named, known: Known) -> str:
    """What is wrong with a row; empty for a sound one."""
    return (
        _category_fault(named) or _name_fault(named.region, known.regions, "区域", "不在您管理的区域里")
        or _name_fault(named.lead, known.units, "主办单位", "不是可以派单的单位")
        or next((fault for one in named.assisting
                 if (fault := _name_fault(one, known.units, "协办单位", "不是可以派单的单位"))), "")
        or _unit_fault(named, known) or _words_fault(named)
    )


def _category_fault(named: Named) -> str:
    if not named.category:
        return "事项类别没有填写。"
    if len(categories.parts(named.category)) > categories.DEEPEST or len(named.category) > CATEGORY_LIMIT:
        return f"事项类别最多三级，用“/”分开，总共不超过 {CATEGORY_LIMIT} 字。"
    return ""


def _name_fault(name: str, known: Mapping[str, object], what: str, otherwise: str) -> str:
    if not name:
        return f"{what}没有填写。"
    if name not in known:
        return f"{what}“{name[:30]}”{otherwise}。"
    return f"{what}“{name[:30]}”有几个同名的，请写{'代码' if what == '区域' else '全称'}。" if known[name] is None else ""


def _unit_fault(named: Named, known: Known) -> str:
    units = [known.units[name] for name in (named.lead, *named.assisting)]
    if len(set(units)) != len(units):
        return "主办单位和协办单位不能重复。"
    return f"协办单位最多 {MOST_ASSISTING} 个。" if len(named.assisting) > MOST_ASSISTING else ""


def _words_fault(named: Named) -> str:
    if not named.basis or len(named.basis) > BASIS_LIMIT:
        return f"法律或职责依据应填写，不超过 {BASIS_LIMIT} 字。"
    return f"说明不超过 {WHY_LIMIT} 字。" if len(named.why) > WHY_LIMIT else ""


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip() if cell is not None else ""
