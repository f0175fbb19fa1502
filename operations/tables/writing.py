"""Writing a workbook: nothing that somebody typed becomes a formula, a link or a number when it is opened."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

AS_TYPED = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
Heads = Sequence[tuple[str, int]]  # what stands over a column, and how wide it is
Rows = Iterable[Iterable[str | int | float]]


@contextmanager
def workbook(target: Path | IO[bytes], *, by_row: bool = True) -> Iterator["Workbook"]:
    """A workbook while it is written. ``by_row`` keeps a row at a time in memory: cells are given from left to right,
    row after row. Raises OSError when the target cannot be written.
    """
    library = import_module("xlsxwriter")  # 4 MB that web workers seldom need
    try:
        with library.Workbook(target, {**AS_TYPED, "constant_memory": by_row}) as book:
            yield book
    except library.exceptions.FileCreateError as error:
        raise OSError(str(error)) from error


def file_of(title: str, heads: Heads, rows: Rows, *, above: str = "", at_foot: str = "", fixed: int = 0) -> IO[bytes]:
    """A workbook of one table. ``at_foot`` stands on every page that is printed; the rest as in ``table``."""
    file: IO[bytes] = tempfile.TemporaryFile()
    with workbook(file) as book:
        sheet = table(book, title, heads, rows, above=above, fixed=fixed)
        if at_foot:
            sheet.set_footer(f"&L{at_foot.replace('&', '&&')}&R&P / &N")
    file.seek(0)
    return file


def table(book: "Workbook", title: str, heads: Heads, rows: Rows, *, above: str = "", fixed: int = 0) -> "Worksheet":
    """A sheet of rows under heads that stay in sight, as the first ``fixed`` columns do. ``above``: a line over all."""
    sheet, bold = book.add_worksheet(title), book.add_format({"bold": True})
    top = 1 if above else 0
    if above:
        sheet.write_string(0, 0, above)
    for place, (head, width) in enumerate(heads):
        sheet.set_column(place, place, width)
        sheet.write_string(top, place, head, bold)
    sheet.freeze_panes(top + 1, fixed)
    for line, cells in enumerate(rows, start=top + 1):
        for place, value in enumerate(cells):
            (sheet.write_string if isinstance(value, str) else sheet.write_number)(line, place, value)
    return sheet
