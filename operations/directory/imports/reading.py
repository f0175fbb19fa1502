"""One row of a template, cell by cell: what each says, or what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from operations.directory.imports.findings import Findings
from operations.tables.cells import Reader
from operations.tables.lines import Cells, Stream
from operations.tables.words import Unfit


class RowReader:
    """Reads the cells of a file's rows by the readers of its template."""

    def __init__(
        self, stream: Stream, readers: Mapping[str, Reader], *, required: Sequence[str] = (), unseen: Sequence[str] = ()
    ) -> None:
        """``unseen``: what stands in these columns is told to nobody, not even in a blame."""
        self.readers, self.place, self.odd, self.required = readers, stream.columns, stream.odd, required
        self.unseen = unseen

    def read(self, line: int, row: Cells, *, findings: Findings) -> dict[str, Any]:
        """By column, None where nothing is said; a cell that cannot be, or that is missing, is blamed."""
        said: dict[str, Any] = dict.fromkeys(self.readers)
        odd = self.odd.get(line, {})
        for name, what in odd.items():
            shown = None if name in self.unseen else row[self.place[name]]
            findings.blame(line, name, shown, f"是{what}，请改为直接填写的文字或数值")
        for name, place in self.place.items():
            if name in odd:
                continue
            try:
                said[name] = self.readers[name](row[place])
            except Unfit as reason:
                findings.blame(line, name, row[place], str(reason))
        for name in self.required:
            if said[name] is None and line not in findings.bad:
                findings.blame(line, name, None, "为空")
        return said
