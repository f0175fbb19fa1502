"""包保关系模板: from the cells of a row to the enterprise and the steward it names, or to what is wrong with it."""

from collections.abc import Sequence
from typing import Any

from models.directory import EnterpriseStatus, StagedStewardship
from operations.directory.imports import lookups, reference
from operations.directory.imports.findings import Findings
from operations.directory.imports.reading import RowReader
from operations.directory.imports.templates import CODE, NAME, STEWARD, WHY
from operations.directory.names import error_of_code, plain_code
from operations.tables import cells
from operations.tables.cells import plain_text
from operations.tables.lines import Cells, Stream
from operations.tables.opening import Cell
from operations.tables.words import Unfit

COLUMNS = ("line", "enterprise_id", "steward_id", "reason")
REASON_LIMIT = 150


def credit_code(cell: Cell) -> str | None:
    """A plain credit code."""
    said = plain_code(plain_text(cell))
    if said and error_of_code(said):
        raise Unfit(error_of_code(said))
    return said or None


class StewardshipRows:
    """Reads the rows of one file. A unit gives away only what it owns; who has the steward already is unchanged."""

    columns, table = COLUMNS, StagedStewardship.__table__

    def __init__(self, stream: Stream, *, unit_id: int | None) -> None:
        self.unit_id, self.seen = unit_id, dict[int, int]()
        self.rows = RowReader(stream, {
            CODE: credit_code, NAME: cells.text(200), STEWARD: reference.stewards(), WHY: cells.text(REASON_LIMIT),
        }, required=(STEWARD,))

    def pass_over(self, rows: Sequence[tuple[int, Cells]]) -> None:
        """Rows that an earlier run has dealt with: their enterprises are remembered, to find duplicates."""
        self._meant(rows, Findings())

    def take(self, rows: Sequence[tuple[int, Cells]]) -> tuple[list[tuple[Any, ...]], Findings]:
        """What to stage of these rows, and what was found; the directory is asked twice."""
        findings = Findings()
        meant = self._meant(rows, findings)
        mains = lookups.main_stewards([firm.id for _, _, firm in meant])
        staged = []
        for line, said, firm in meant:
            present = mains.get(firm.id, (None, ""))[0]
            if present == said[STEWARD]:
                findings.unchanged += 1
                continue
            findings.known += present is not None
            findings.new += present is None
            staged.append((line, firm.id, said[STEWARD], said[WHY] or ""))
        return staged, findings

    def _meant(self, rows: Sequence[tuple[int, Cells]], findings: Findings) -> list[tuple[int, dict[str, Any], Any]]:
        """Line, cells and enterprise of the good rows."""
        said = [(line, self.rows.read(line, row, findings=findings)) for line, row in rows]
        firms = lookups.firms([one[CODE] for _, one in said if one[CODE]],
                              [one[NAME] for _, one in said if one[NAME] and not one[CODE]])
        meant = []
        for line, one in said:
            if line in findings.bad:
                continue
            column = CODE if one[CODE] else NAME
            found = firms.get(one[column] or "", [])
            reason = self._fault(found, is_named=bool(one[column])) or self._twice(line, found[0].id)
            if reason:
                findings.blame(line, column, one[column], reason)
            else:
                if one[NAME] and one[NAME] != found[0].name:
                    findings.warn(line, NAME, one[NAME], f"目录里的名称是“{found[0].name}”")
                meant.append((line, one, found[0]))
        return meant

    def _fault(self, found: Sequence[Any], *, is_named: bool) -> str:
        if not is_named:
            return "信用代码和企业名称至少填一项"
        if not found:
            return "目录里没有这家企业"
        if len(found) > 1:
            return "有几家同名的企业，请填信用代码"
        if found[0].merged_into_id is not None or found[0].status == EnterpriseStatus.DEREGISTERED:
            return "企业已注销或已并入另一家"
        return "" if self.unit_id in (None, found[0].owner_unit_id) else "不是本单位填报的企业，未改动"

    def _twice(self, line: int, enterprise_id: int) -> str:
        first = self.seen.setdefault(enterprise_id, line)
        return f"与第 {first} 行是同一家企业" if first != line else ""
