"""有误的行: given back as a table with the reason beside each row, to be mended and imported again."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from operations.errors import BadInput
from operations.hotline.reading import COLUMNS, REPLY_COLUMNS, BadRow
from operations.tables import writing
from operations.tables.lines import read_lines
from operations.tables.opening import Cell

REASON, ROW = "有误原因", "原行号"
HEADER = (*COLUMNS, *REPLY_COLUMNS, REASON, ROW)


def write_bad_rows(source: Path, bad: Sequence[BadRow], target: Path) -> None:
    """Write the bad rows of ``source`` to an .xlsx with the reason and the old row number in two more columns."""
    reasons = {row.row: row.reason for row in bad}
    lines = [line for line in read_lines(source, required=COLUMNS, optional=REPLY_COLUMNS) if line.number in reasons]
    try:
        with writing.workbook(target) as book:
            sheet = book.add_worksheet("有误的行")
            sheet.write_row(0, 0, HEADER)
            for place, line in enumerate(lines, start=1):
                cells = [_written(line.cells.get(name)) for name in (*COLUMNS, *REPLY_COLUMNS)]
                sheet.write_row(place, 0, [*cells, reasons[line.number], line.number])
    except OSError:
        raise BadInput(f"写不了文件 {target.name}，请检查路径和权限。") from None


def _written(cell: Cell) -> str | float | int | bool | None:
    if isinstance(cell, datetime):
        return f"{cell:%Y/%m/%d %H:%M:%S}"
    if isinstance(cell, date):
        return f"{cell:%Y/%m/%d}"
    return cell if cell is None or isinstance(cell, (str, int, float)) else str(cell)
