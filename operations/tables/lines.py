"""The rows of a table by the names of its header: a list of a small one, a stream of a large one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from operations.errors import BadInput
from operations.tables.opening import Cell, Opened, Sheet, opened

HEADER_WITHIN = 10  # a title and a note may stand above the header
Cells = list[Cell]


@dataclass(frozen=True, slots=True)
class Line:
    """One row: ``number`` as Excel counts, ``cells`` by header; ``peculiar`` says which hold a formula or an error."""

    number: int
    cells: dict[str, Cell]
    peculiar: dict[str, str]


@dataclass(frozen=True, slots=True)
class Stream:
    """A large table: its header, what was passed over, and its rows one after the other.

    ``columns`` is where each known column stands, ``unknown`` the headings nobody asked for, ``total`` the most rows
    there can be. ``odd`` says by row number which known columns hold a formula, an error or a merged cell.
    """

    sheet: str
    columns: dict[str, int]
    unknown: list[str]
    hidden: list[str]
    unread: list[str]
    total: int
    header_row: int
    odd: Mapping[int, dict[str, str]]
    source: Sheet

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Row number and cells of every row below the header that holds anything; as wide as the header at least."""
        width = 1 + max(self.columns.values())
        for number, row in enumerate(islice(self.source.rows(), self.header_row, None), start=self.header_row + 1):
            if any(row) or is_filled(row) or number in self.odd:
                yield number, row if len(row) >= width else [*row, *[""] * (width - len(row))]


def read_lines(path: Path, *, required: Sequence[str], optional: Sequence[str] = ()) -> list[Line]:
    """The rows under the header of the first visible sheet that has every required column; empty rows left out.

    Columns may stand in any order, others are ignored. Raises BadInput with one sentence when the file is not there,
    not what its name says, too large, encrypted, empty, or has no such sheet.
    """
    sheet, header, names = _found(opened(path), required)
    return list(_lines(sheet, header, names, wanted=[*required, *optional]))


@dataclass(slots=True)
class Wanted:
    """The headings of a template. ``aliases`` are other names a column may come under; ``ignored`` are no news."""

    required: Sequence[str]
    optional: Sequence[str]
    aliases: Mapping[str, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()


def stream(path: Path, wanted: Wanted, *, most_rows: int, most_columns: int = 200) -> Stream:
    """The table under the header of the first visible sheet that has it. Raises BadInput as ``read_lines`` does."""
    book = opened(path)
    sheet, header, names = _found(book, wanted.required, wanted.aliases)
    if len(names) > most_columns:
        raise BadInput(f"表格有 {len(names)} 列，超过 {most_columns} 列，请按模板整理后再导入。")
    if sheet.height - header - 1 > most_rows:
        raise BadInput(f"表格有 {sheet.height - header - 1} 行，超过 {most_rows} 行，请分成几份再导入。")
    known = [*wanted.required, *wanted.optional]
    _ensure_once(names, known)
    columns = {name: names.index(name) for name in known if name in names}
    seen = {*known, *wanted.ignored, ""}
    others = [other.name for other in book.sheets if other is not sheet]
    return Stream(
        sheet=sheet.name, columns=columns, unknown=[name for name in names if name not in seen], hidden=book.hidden,
        unread=others, total=max(0, sheet.height - header - 1), header_row=header + 1,
        odd=_odd_rows(sheet, header, columns), source=sheet,
    )


def _odd_rows(sheet: Sheet, header: int, columns: dict[str, int]) -> dict[int, dict[str, str]]:
    names = {place + sheet.first_column: name for name, place in columns.items()}
    odd: dict[int, dict[str, str]] = {}
    for (row, column), what in {**sheet.merged, **sheet.peculiar}.items():
        if row > header and column in names:
            odd.setdefault(row + 1, {})[names[column]] = what
    return odd


def _found(book: Opened, required: Sequence[str], aliases: Mapping[str, str] = {}) -> tuple[Sheet, int, list[str]]:
    """The sheet with the header, the index of the header's row, and its headings."""
    first: list[list[str]] = []
    for sheet in book.sheets:
        heads = [_names(row, aliases) for row in islice(sheet.rows(), HEADER_WITHIN)]
        for index, names in enumerate(heads):
            if set(required) <= set(names):
                return sheet, index, names
        if not first and any(any(names) for names in heads):
            first = heads
    if not any(any(is_filled(row) for row in sheet.rows()) for sheet in book.sheets):
        raise BadInput("表格是空的，没有任何内容。")
    likely = max(first or [[]], key=lambda names: len(set(names) & set(required)))
    raise BadInput(f"表头缺少这些列：{'、'.join(name for name in required if name not in likely)}。")


def _names(row: Sequence[Cell], aliases: Mapping[str, str]) -> list[str]:
    names = ["".join(cell.split()).strip("\ufeff*＊") if isinstance(cell, str) else "" for cell in row]
    return [aliases.get(name, name) for name in names]


def _ensure_once(names: Sequence[str], wanted: Sequence[str]) -> None:
    twice = [name for name in wanted if names.count(name) > 1]
    if twice:
        raise BadInput(f"表头中有重复的列：{'、'.join(twice)}。")


def _lines(sheet: Sheet, header: int, names: list[str], *, wanted: Sequence[str]) -> Iterator[Line]:
    _ensure_once(names, wanted)
    columns = {name: names.index(name) for name in wanted if name in names}
    for index, row in enumerate(sheet.rows()):
        if index <= header:
            continue
        cells = {name: row[place] if place < len(row) else None for name, place in columns.items()}
        places = {name: (index, place + sheet.first_column) for name, place in columns.items()}
        peculiar = {name: sheet.peculiar[place] for name, place in places.items() if place in sheet.peculiar}
        if peculiar or is_filled(list(cells.values())):
            yield Line(index + 1, cells, peculiar)


def is_filled(row: Sequence[Cell]) -> bool:
    """Whether any cell of the row holds something."""
    return any(cell is not None and (not isinstance(cell, str) or cell.strip()) for cell in row)
