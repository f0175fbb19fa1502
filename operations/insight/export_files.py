"""What an export takes along: the rows of one list and the workbook they become, whatever the list."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from models.exports import ExportKind
from operations.access.actor import Actor
from operations.clocks.calendar import SHANGHAI
from operations.errors import BadInput
from operations.tables import writing
from operations.tables.writing import Heads, Rows

MOST_ROWS = 5000


@dataclass(frozen=True, slots=True)
class Content:
    """One list narrowed for one person: ``read`` takes at most so many rows, ``write`` makes the file of them."""

    kind: ExportKind
    read: Callable[[int], Sequence[Any]]
    write: Callable[[Sequence[Any]], IO[bytes]]


def within(rows: Iterable[Any], most: int) -> list[Any]:
    """The rows, of which ``most`` and one more were asked for. Raises BadInput above ``most``."""
    found = list(rows)
    if len(found) > most:
        raise BadInput(f"一次最多导出 {most} 份，请用筛选条件分几次导出。")
    return found


def workbook(title: str, mark: str, heads: Heads, rows: Rows) -> IO[bytes]:
    """One sheet, written row by row; what somebody typed is never a formula, and every page says who took it."""
    return writing.file_of(title, heads, rows, above=mark, at_foot=mark)


def marked(actor: Actor, now: datetime, count: int) -> str:
    """Who took it, when, and how much: it stands above the table and at the foot of every page."""
    return f"{actor.name}（{actor.title}）{minute(now)} 导出，共 {count} 份。内部使用，不得外传。"


def minute(value: datetime | None) -> str:
    """``2026-11-28 17:02`` in Shanghai; empty for none."""
    return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if value else ""
