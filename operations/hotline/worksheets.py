"""What a worksheet's XML says that the fast reader does not: its extent, its formulas and its error cells."""

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
FORMULA, ERROR = "公式", "错误值"
WORKBOOK, LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


@dataclass(slots=True)
class Worksheet:
    """One sheet as its XML has it: ``peculiar`` names the cells (row, column, both from 0) without a plain value."""

    last_row: int = -1
    last_column: int = -1
    peculiar: dict[tuple[int, int], str] = field(default_factory=dict)


def inspected(archive: ZipFile) -> dict[str, Worksheet]:
    """Every worksheet of an .xlsx by its name. Raises BadInput for a sheet too large to hold or XML with entities."""
    sheets = {}
    for name, part in _parts(archive):
        with archive.open(part) as stream:
            sheets[name] = _inspect(stream)
    return sheets


def _parts(archive: ZipFile) -> Iterator[tuple[str, str]]:
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
