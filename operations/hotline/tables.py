"""Opening a table somebody sends: .xlsx, .xls or .csv, checked before it is unpacked, read line by line."""

import csv
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from lzma import LZMAError
from pathlib import Path
from typing import TypeAlias
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from operations.errors import BadInput
from operations.hotline import worksheets

MIB = 1024 * 1024
FILE_LIMIT, UNPACKED_LIMIT, ENTRIES_LIMIT = 100 * MIB, 300 * MIB, 2000
HEADER_WITHIN = 10  # a title and a note may stand above the header
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
# Whatever the readers of archives and XML raise over bytes that are not what they should be.
DAMAGED = (
    BadZipFile, CalamineError, EOFError, ExpatError, KeyError, LZMAError, NotImplementedError, OSError, ParseError,
    RuntimeError, ValueError, zlib.error,
)
SAVE_ANEW = "请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。"
ENCRYPTED = "文件设有打开密码，请取消密码后另存再导入。"

Cell: TypeAlias = str | float | int | bool | datetime | date | time | timedelta | None


@dataclass(frozen=True, slots=True)
class Line:
    """One row: ``number`` as Excel counts, ``cells`` by header; ``peculiar`` says which hold a formula or an error."""

    number: int
    cells: dict[str, Cell]
    peculiar: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Sheet:
    rows: list[list[Cell]]
    first_column: int = 0
    peculiar: dict[tuple[int, int], str] = field(default_factory=dict)


def read_lines(path: Path, *, required: Sequence[str], optional: Sequence[str] = ()) -> list[Line]:
    """The rows under the header of the first visible sheet that has every required column; empty rows left out.

    Columns may stand in any order, others are ignored. Raises BadInput with one sentence when the file is not there,
    not what its name says, too large, encrypted, empty, or has no such sheet.
    """
    sheets = [sheet for sheet in _sheets(path) if any(_is_filled(row) for row in sheet.rows)]
    if not sheets:
        raise BadInput("表格是空的，没有任何内容。")
    for sheet in sheets:
        header = _header_row(sheet, required)
        if header is not None:
            return list(_lines(sheet, header, [*required, *optional]))
    likely = max(map(_names, sheets[0].rows[:HEADER_WITHIN]), key=lambda names: len(set(names) & set(required)))
    raise BadInput(f"表头缺少这些列：{'、'.join(name for name in required if name not in likely)}。")


def _sheets(path: Path) -> Iterable[_Sheet]:
    try:
        content = path.read_bytes() if path.stat().st_size <= FILE_LIMIT else None
    except OSError:
        raise BadInput(f"读不到文件 {path.name}，请检查路径和权限。") from None
    if content is None:
        raise BadInput(f"文件超过 {FILE_LIMIT // MIB} MB，请分成几份再导入。")
    if not content.strip():
        raise BadInput("文件是空的，没有任何内容。")
    if content.startswith(ZIP):
        return _of_xlsx(content)
    if content.startswith(OLE):
        return _of_xls(content)
    if path.suffix.lower() != ".csv" or content.lstrip()[:1] == b"<":
        raise BadInput(f"文件不是 Excel 表格（内容与扩展名不符），{SAVE_ANEW}")
    return [_of_csv(content)]


def _of_xlsx(content: bytes) -> list[_Sheet]:
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            _ensure_bearable(archive)
            if worksheets.WORKBOOK not in archive.NameToInfo:
                raise BadInput(f"压缩包里没有工作簿，不是 .xlsx 表格，{SAVE_ANEW}")
            if archive.testzip() is not None:
                raise BadZipFile
            inspected = worksheets.inspected(archive)
        return _of_workbook(content, inspected)
    except DAMAGED as error:
        raise BadInput(f"表格文件已损坏，无法读取，{SAVE_ANEW}") from error


def _ensure_bearable(archive: ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > ENTRIES_LIMIT or sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
        raise BadInput(f"表格解开后超过 {UNPACKED_LIMIT // MIB} MB 或 {ENTRIES_LIMIT} 个部件，为安全起见不予读取。")
    if any(entry.flag_bits & 1 for entry in entries):
        raise BadInput(ENCRYPTED)


def _of_xls(content: bytes) -> list[_Sheet]:
    if ENCRYPTED_PACKAGE in content:
        raise BadInput(ENCRYPTED)
    try:
        return _of_workbook(content, {})
    except PasswordError:
        raise BadInput(ENCRYPTED) from None
    except CalamineError as error:
        raise BadInput(f"表格文件无法读取，{SAVE_ANEW}") from error


def _of_workbook(content: bytes, inspected: dict[str, worksheets.Worksheet]) -> list[_Sheet]:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        found = []
        for told in workbook.sheets_metadata:
            if told.typ == SheetTypeEnum.WorkSheet and told.visible == SheetVisibleEnum.Visible:
                sheet = workbook.get_sheet_by_name(told.name)
                rows: list[list[Cell]] = [list(row) for row in sheet.iter_rows()]
                known = inspected.get(told.name, worksheets.Worksheet())
                found.append(_Sheet(rows, (sheet.start or (0, 0))[1], known.peculiar))
        return found


def _of_csv(content: bytes) -> _Sheet:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return _Sheet([list(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True)])
        except csv.Error as error:
            raise BadInput(f"CSV 文件的引号或换行不完整，无法读取，{SAVE_ANEW}") from error
    raise BadInput("CSV 文件的编码无法识别，请另存为 UTF-8 或 GB18030 编码，或另存为 .xlsx。")


def _header_row(sheet: _Sheet, required: Sequence[str]) -> int | None:
    for index, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        if set(required) <= set(_names(row)):
            return index
    return None


def _names(row: Sequence[Cell]) -> list[str]:
    return ["".join(cell.split()).strip("\ufeff") if isinstance(cell, str) else "" for cell in row]


def _lines(sheet: _Sheet, header: int, wanted: Sequence[str]) -> Iterator[Line]:
    names = _names(sheet.rows[header])
    twice = [name for name in wanted if names.count(name) > 1]
    if twice:
        raise BadInput(f"表头中有重复的列：{'、'.join(twice)}。")
    columns = {name: names.index(name) for name in wanted if name in names}
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        cells = {name: row[place] if place < len(row) else None for name, place in columns.items()}
        places = {name: (index, place + sheet.first_column) for name, place in columns.items()}
        peculiar = {name: sheet.peculiar[place] for name, place in places.items() if place in sheet.peculiar}
        if peculiar or _is_filled(list(cells.values())):
            yield Line(index + 1, cells, peculiar)


def _is_filled(row: Sequence[Cell]) -> bool:
    return any(cell is not None and (not isinstance(cell, str) or cell.strip()) for cell in row)
