"""Writing a workbook: nothing that somebody typed becomes a formula, a link or a number when it is opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter import Workbook

AS_TYPED = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


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
