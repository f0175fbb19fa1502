"""What a worksheet's XML says that the fast reader does not: its extent, formulas, error cells and merged cells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, Any
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import ZipFile

from operations.errors import BadInput

CELLS_LIMIT = 20_000_000  # the fast reader takes about 30 bytes for every cell of the rectangle, empty or not
PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
FORMULA, ERROR, MERGED = "公式", "错误值", "合并单元格"
CHUNK = 256 * 1024  # stays in the processor's cache while it is searched again and again
MERGED_LIMIT = 200_000
FORMULA_TAG = re.compile(rb"<f[ >/]")
# A cell whose place is not one letter and a number; a row with or without its number.
ODD_CELL, ROW = re.compile(rb'<c(?! r="[A-Z][0-9])[ />]'), re.compile(rb'<row(?: r="([0-9]{1,7})")?')
MERGE = re.compile(rb'<mergeCell ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
PLAIN_COLUMNS = 26
WORKBOOK, LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


@dataclass(slots=True)
class Worksheet:
    """One sheet as its XML has it: ``peculiar`` names the cells (row, column, both from 0) without a plain value."""

    last_row: int = -1
    last_column: int = -1
    peculiar: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: dict[tuple[int, int], str] = field(default_factory=dict)


def inspected(archive: ZipFile) -> dict[str, Worksheet]:
    """Every worksheet of an .xlsx by its name. Raises BadInput for a sheet too large to hold or XML with entities."""
    sheets = {}
    for name, part in parts(archive):
        sheet = _glanced_at(archive, part)
        if sheet is None:
            with archive.open(part) as stream:
                sheet = _inspect(stream)
        sheets[name] = sheet
    return sheets


def _glanced_at(archive: ZipFile, part: str) -> Worksheet | None:
    """What a glance tells of a plain sheet of at most 26 columns, read through once; None when it must be parsed."""
    sheet, carried, is_first = Worksheet(last_column=PLAIN_COLUMNS - 1), b"", True
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            whole, _, rest = (carried + chunk).rpartition(b"<")
            carried = b"<" + rest
            if (is_first and b"<!D" in whole) or b't="e"' in whole or ODD_CELL.search(whole):
                return None
            if b"<f" in whole and FORMULA_TAG.search(whole):  # a drop-down has its <formula1>, which is none
                return None
            numbers = ROW.findall(whole)
            if b"" in numbers:
                return None
            sheet.last_row = max(sheet.last_row, *map(int, numbers)) if numbers else sheet.last_row
            for place in MERGE.findall(whole) if b"<mergeC" in whole else ():
                _merge(sheet, place.decode())
            is_first = False
    return sheet if 0 <= sheet.last_row * PLAIN_COLUMNS <= CELLS_LIMIT else None


def _merge(sheet: Worksheet, reference: str) -> None:
    first, _, last = (PLACE.fullmatch(corner) for corner in reference.partition(":"))
    if first is None or last is None:
        return
    rows = range(int(first[2]) - 1, int(last[2]))
    columns = range(_column(first[1]), _column(last[1]) + 1)
    if len(sheet.merged) + len(rows) * len(columns) > MERGED_LIMIT:
        raise BadInput("表格里合并单元格过多，请取消合并后再导入。")
    sheet.merged.update({(row, column): MERGED for row in rows for column in columns})


def parts(archive: ZipFile) -> Iterator[tuple[str, str]]:
    """Name and part of every worksheet that the workbook lists."""
    links = {link.get("Id"): link.get("Target", "") for link in _elements(archive, LINKS, "Relationship")}
    for sheet in _elements(archive, WORKBOOK, "sheet"):
        target = links.get(next((value for key, value in sheet.items() if key.endswith("}id")), None), "")
        part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        if "worksheets" in part and part in archive.NameToInfo:
            yield sheet.get("name", ""), part


def _elements(archive: ZipFile, part: str, name: str) -> Iterator[ElementTree.Element]:
    tree = ElementTree.fromstring(archive.read(part))
    return (element for element in tree.iter() if element.tag.rpartition("}")[2] == name)


def _inspect(stream: IO[bytes]) -> Worksheet:
    sheet, here = Worksheet(), [-1, -1]

    def start(tag: str, attributes: dict[str, Any]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            _step_to(sheet, here, attributes)
        elif name == "row":
            here[:] = int(attributes.get("r", here[0] + 2)) - 1, -1
        elif name == "f":
            sheet.peculiar[here[0], here[1]] = FORMULA
        elif name == "mergeCell":
            _merge(sheet, attributes.get("ref", ""))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.ParseFile(stream)
    return sheet


def _step_to(sheet: Worksheet, here: list[int], attributes: dict[str, Any]) -> None:
    place = PLACE.fullmatch(attributes.get("r", ""))
    here[:] = (int(place[2]) - 1, _column(place[1])) if place else (here[0], here[1] + 1)
    sheet.last_row, sheet.last_column = max(sheet.last_row, here[0]), max(sheet.last_column, here[1])
    if (sheet.last_row + 1) * (sheet.last_column + 1) > CELLS_LIMIT:
        raise BadInput("表格的范围过大（有单元格远在数据之外），请删除多余的行和列后再导入。")
    if attributes.get("t") == "e":
        sheet.peculiar[here[0], here[1]] = ERROR


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def _refuse_doctype(*_: object) -> None:
    raise BadInput("表格内部含有不允许的定义，无法读取，请在 Excel 中另存为新的 .xlsx 后再导入。")
