"""计数办件模板: from the cells of a row to a case whose codes are matched, or that waits for them, or what is wrong."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models import clock
from models.base import db
from models.bulk import among_texts
from models.hall import CaseChannel, CountedCase
from models.hall_intake import ArrivedCase, HallCodeKind, HallSystem, StagedCase
from operations.directory.imports import lookups
from operations.directory.imports.findings import Findings
from operations.directory.imports.reading import RowReader
from operations.hall import codes, facts, visitors
from operations.tables.lines import Cells, Stream

# The headings of the template and the field of the interface that each is.
FIELDS = {
    "办件编号": "number", "事项名称": "item", "事项编码": "item_code", "单位代码": "unit", "单位名称": "unit_name",
    "窗口代码": "window", "窗口名称": "window_name", "人员代码": "officer", "人员姓名": "officer_name",
    "办结时间": "finished_at", "办理渠道": "channel", "统一社会信用代码": "credit_code", "办事人标识": "visitor",
}
REQUIRED = ("办件编号", "事项名称", "单位代码", "办结时间")
NUMBER, VISITOR, USCC = "办件编号", "办事人标识", "统一社会信用代码"
COLUMNS = (
    "line", "system_id", "number", "channel", "item_code", "item", "unit_code", "window_code", "officer_code",
    "unit_id", "window_id", "officer_id", "is_ready", "enterprise_id", "visitor", "finished_at",
)
K = HallCodeKind
# Kind of code, its column, the column of its name.
CODED = ((K.UNIT, "单位代码", "单位名称"), (K.WINDOW, "窗口代码", "窗口名称"), (K.OFFICER, "人员代码", "人员姓名"))


class CaseRows:
    """Reads the rows of one file, a portion at a time, in their order."""

    columns, table = COLUMNS, StagedCase.__table__

    def __init__(self, stream: Stream, *, system: HallSystem, site_key: str) -> None:
        self.system_id, self.system_code = system.id, system.code
        self.key = visitors.key_of(site_key)
        self.seen: dict[str, int] = {}
        self.told: set[tuple[HallCodeKind, str]] = set()
        by_field = facts.readers(clock.now())
        self.rows = RowReader(stream, {name: by_field[field] for name, field in FIELDS.items()}, required=REQUIRED,
                              unseen=(VISITOR,))
        book = codes.book(system.id)
        self.known: dict[HallCodeKind, dict[str, Any]] = {
            K.UNIT: book.units, K.WINDOW: book.windows, K.OFFICER: book.officers
        }
        self.has_any = _has_any(system)

    def pass_over(self, rows: Sequence[tuple[int, Cells]]) -> None:
        """Rows that an earlier run has dealt with: their numbers are remembered, to find duplicates."""
        for line, row in rows:
            said = self.rows.read(line, row, findings=Findings())
            if said[NUMBER]:
                self.seen.setdefault(said[NUMBER], line)

    def take(self, rows: Sequence[tuple[int, Cells]]) -> tuple[list[tuple[Any, ...]], Findings]:
        """What to stage of these rows, and what was found; the database is asked three times at most."""
        findings, staged = Findings(), []
        said = [(line, self.rows.read(line, row, findings=findings)) for line, row in rows]
        firms = self._firms(said)
        unknown: set[codes.Seen] = set()
        for line, one in said:
            first = self.seen.setdefault(one[NUMBER], line) if one[NUMBER] else line
            if first != line:
                findings.blame(line, NUMBER, one[NUMBER], f"与第 {first} 行是同一件")
            if line not in findings.bad:
                firm_id = self._firm(line, one[USCC], firms=firms, findings=findings)
                staged.append(self._made(line, one, firm_id, unknown=unknown))
        self._tell(said, unknown, findings)
        findings.known = self._known([made[2] for made in staged])
        findings.new = len(staged) - findings.known
        return staged, findings

    def _made(
        self, line: int, one: dict[str, Any], firm_id: int | None, *, unknown: set[codes.Seen]
    ) -> tuple[Any, ...]:
        meant, is_ready = [], True
        for kind, column, name in CODED:
            said = one[column]
            known = self.known[kind]
            if said and said not in known:
                is_ready = False
                unknown.add((kind, said, one[name] or ""))
            meant.append(known.get(said) if said else None)
        return (
            line, self.system_id, one[NUMBER], one["办理渠道"] or CaseChannel.WINDOW.value, one["事项编码"] or "",
            one["事项名称"], one["单位代码"], one["窗口代码"] or "", one["人员代码"] or "", *meant, is_ready, firm_id,
            visitors.digest(one[VISITOR], key=self.key), one["办结时间"],
        )

    def _firms(self, said: Sequence[tuple[int, dict[str, Any]]]) -> dict[str, lookups.There]:
        asked = [one[USCC] for _, one in said if one[USCC]]
        return lookups.by_code(asked) if asked else {}

    def _firm(self, line: int, code: str | None, *, firms: dict[str, lookups.There], findings: Findings) -> int | None:
        if not code:
            return None
        found = firms.get(code)
        if found is None:
            findings.warn(line, USCC, code, "企业目录里没有，办件照收，不挂企业")
            return None
        return found.merged_into_id or found.id

    def _tell(self, said: Sequence[tuple[int, dict[str, Any]]], unknown: set[codes.Seen], findings: Findings) -> None:
        """Each code that nobody has matched is noted, and told of once in a file."""
        fresh = {(kind, code): name for kind, code, name in unknown if (kind, code) not in self.told}
        if not fresh:
            return
        codes.meet(self.system_id, [(kind, code, name) for (kind, code), name in fresh.items()])
        for line, one in said:
            for kind, column, _ in CODED:
                if (kind, one[column]) in fresh and (kind, one[column]) not in self.told:
                    self.told.add((kind, one[column]))
                    findings.warn(line, column, one[column], f"{kind.label}还没有对应，这些办件先等着，对应后自动入库")

    def _known(self, numbers: Sequence[str]) -> int:
        """How many of the numbers are there already, counted or waiting."""
        if not self.has_any or not numbers:
            return 0
        counted = select(CountedCase.number).where(
            CountedCase.system == self.system_code, among_texts(CountedCase.number, "numbers"),
            CountedCase.withdrawn_at.is_(None),
        )
        waiting = select(ArrivedCase.number).where(
            ArrivedCase.system_id == self.system_id, among_texts(ArrivedCase.number, "numbers")
        )
        return len(db.session.connection().execute(counted.union(waiting), {"numbers": numbers}).all())


def _has_any(system: HallSystem) -> bool:
    counted = select(CountedCase.id).where(CountedCase.system == system.code).limit(1)
    waiting = select(ArrivedCase.id).where(ArrivedCase.system_id == system.id).limit(1)
    return any(db.session.scalar(rows) is not None for rows in (counted, waiting))
