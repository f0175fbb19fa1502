"""What the check of some rows found: how many are new, known and unchanged, and what is wrong with which cell."""

from dataclasses import dataclass, field
from typing import Any

from operations.tables.cells import shown
from operations.tables.opening import Cell
from operations.tables.words import cleaned

REASON_LIMIT = 200


@dataclass(slots=True)
class Findings:
    """Of one portion of a file. A row with any blame is bad; a warning keeps no row out."""

    new: int = 0
    known: int = 0
    unchanged: int = 0
    issues: list[dict[str, Any]] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)
    warned: set[int] = field(default_factory=set)

    def blame(self, line: int, column: str, cell: Cell, reason: str) -> None:
        """This row cannot come in."""
        self.bad.add(line)
        self._note(line, column, cell, reason, is_warning=False)

    def warn(self, line: int, column: str, cell: Cell, reason: str) -> None:
        """This row comes in, and somebody should look at it."""
        self.warned.add(line)
        self._note(line, column, cell, reason, is_warning=True)

    def _note(self, line: int, column: str, cell: Cell, reason: str, *, is_warning: bool) -> None:
        self.issues.append({"line": line, "field": column[:40], "value": shown(cell),
                            "reason": cleaned(reason).rstrip("。")[:REASON_LIMIT], "is_warning": is_warning})
