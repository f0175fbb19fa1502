"""Opening a table somebody sends: .xlsx, .xls or .csv, checked before it is unpacked; its sheets give their rows."""

import csv
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from lzma import LZMAError
from pathlib import Path
from typing import IO, Any, TypeAlias
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from operations.errors import BadInput
from operations.files import MIB, size_in_words
from operations.tables import worksheets

PIECE = 256 * 1024
FILE_LIMIT, UNPACKED_LIMIT, ENTRIES_LIMIT = 100 * MIB, 300 * MIB, 2000
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


Place: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet. ``rows`` begins anew each time it is called; ``peculiar`` and ``merged`` are by row and column
    from 0: what a cell holds instead of a plain value, and which cells are one with another."""

    name: str
    rows: Callable[[], Iterator[list[Cell]]]
    height: int
    first_column: int = 0
    peculiar: dict[Place, str] = field(default_factory=dict)
    merged: dict[Place, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """The visible sheets of a file in their order, and the names of those that are hidden."""

    sheets: list[Sheet]
    hidden: list[str] = field(default_factory=list)


def opened(path: Path) -> Opened:
    """The sheets of a file. Raises BadInput when it is not there, not what its name says, damaged, or too large."""
    try:
        is_bearable = path.stat().st_size <= FILE_LIMIT
        with path.open("rb") as stream:
            head = stream.read(PIECE)
            is_empty = not head.strip() and not any(piece.strip() for piece in iter(lambda: stream.read(PIECE), b""))
    except OSError:
        raise BadInput(f"读不到文件 {path.name}，请检查路径和权限。") from None
    if not is_bearable:
        raise BadInput(f"文件超过 {size_in_words(FILE_LIMIT)}，请分成几份再导入。")
    if is_empty:
        raise BadInput("文件是空的，没有任何内容。")
    if head.startswith(ZIP):
        return _of_xlsx(path)
    if head.startswith(OLE):
        return _of_xls(path.read_bytes())
    if path.suffix.lower() != ".csv" or head.lstrip()[:1] == b"<":
        raise BadInput(f"文件不是 Excel 表格（内容与扩展名不符），{SAVE_ANEW}")
    return Opened([_of_csv(path)])


def _of_xlsx(path: Path) -> Opened:
    try:
        with ZipFile(path) as archive:
            _ensure_bearable(archive)
            if worksheets.WORKBOOK not in archive.NameToInfo:
                raise BadInput(f"压缩包里没有工作簿，不是 .xlsx 表格，{SAVE_ANEW}")
            _ensure_whole(archive)
            inspected = worksheets.inspected(archive)
        with path.open("rb") as stream:
            return _of_workbook(stream, inspected)
    except DAMAGED as error:
        raise BadInput(f"表格文件已损坏，无法读取，{SAVE_ANEW}") from error


def _ensure_bearable(archive: ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > ENTRIES_LIMIT or sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
        raise BadInput(f"表格解开后超过 {size_in_words(UNPACKED_LIMIT)} 或 {ENTRIES_LIMIT} 个部件，为安全起见不予读取。")
    if any(entry.flag_bits & 1 for entry in entries):
        raise BadInput(ENCRYPTED)


def _ensure_whole(archive: ZipFile) -> None:
    """Read every part to its end: a length or a checksum that lies raises BadZipFile before the fast reader sees it.
    The worksheets themselves are read to their ends when they are inspected."""
    sheets = {part for _, part in worksheets.parts(archive)}
    for entry in archive.infolist():
        if entry.filename not in sheets:
            with archive.open(entry) as part:
                while part.read(PIECE):
                    pass


def _of_xls(content: bytes) -> Opened:
    if ENCRYPTED_PACKAGE in content:
        raise BadInput(ENCRYPTED)
    try:
        return _of_workbook(io.BytesIO(content), {})
    except PasswordError:
        raise BadInput(ENCRYPTED) from None
    except CalamineError as error:
        raise BadInput(f"表格文件无法读取，{SAVE_ANEW}") from error


def _of_workbook(stream: IO[bytes], inspected: dict[str, worksheets.Worksheet]) -> Opened:
    with CalamineWorkbook.from_filelike(stream) as workbook:
        tables = [told for told in workbook.sheets_metadata if told.typ == SheetTypeEnum.WorkSheet]
        seen = [told.name for told in tables if told.visible == SheetVisibleEnum.Visible]
        sheets = [_of_sheet(workbook.get_sheet_by_name(name), inspected.get(name)) for name in seen]
        return Opened(sheets, [told.name for told in tables if told.visible != SheetVisibleEnum.Visible])


def _of_sheet(sheet: CalamineSheet, known: worksheets.Worksheet | None) -> Sheet:
    known = known or worksheets.Worksheet()
    first_column = (sheet.start or (0, 0))[1]
    rows: Any = sheet.iter_rows
    return Sheet(sheet.name, rows, sheet.total_height, first_column, known.peculiar, known.merged)


def _of_csv(path: Path) -> Sheet:
    """Read through once to count its rows and to know its encoding, and anew for its rows: it is never held whole."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            height = sum(1 for _ in _csv_rows(path, encoding))
        except UnicodeDecodeError:
            continue
        except csv.Error as error:
            raise BadInput(f"CSV 文件的引号或换行不完整，无法读取，{SAVE_ANEW}") from error
        return Sheet("", partial(_csv_rows, path, encoding), height)
    raise BadInput("CSV 文件的编码无法识别，请另存为 UTF-8 或 GB18030 编码，或另存为 .xlsx。")


def _csv_rows(path: Path, encoding: str) -> Iterator[list[Cell]]:
    with path.open(encoding=encoding, newline="") as stream:
        for row in csv.reader(stream, strict=True):
            yield list(row)
