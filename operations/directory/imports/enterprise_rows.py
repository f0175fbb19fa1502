"""企业(项目)信息上报模板: from the cells of a row to what is staged, or to what is wrong with it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from models.directory import EnterpriseCategory, EnterpriseKind, EnterpriseStatus, ProjectStage, StagedEnterprise
from operations.clocks import shanghai
from operations.directory import sizes
from operations.directory.imports import lookups, reference
from operations.directory.imports.findings import Findings
from operations.directory.imports.templates import CATEGORY, CODE, INVESTMENT, NAME, PROJECT, REGION, STAGE, STEWARD
from operations.directory.names import CODE as WELL_FORMED
from operations.directory.names import (
    MOBILE,
    error_of_code,
    has_right_check,
    initials_of,
    is_phone,
    plain_code,
    plain_phone,
)
from operations.directory.ownership import Owners
from operations.tables import cells
from operations.tables.cells import Reader, plain_text
from operations.tables.lines import Cells, Stream
from operations.tables.opening import Cell
from operations.tables.words import Unfit

KINDS = {"92": EnterpriseKind.SOLE_TRADER, "93": EnterpriseKind.COOPERATIVE}
MOST_STAFF, MOST_YUAN = 10_000_000, 100_000_000
DIGEST_BYTES = 12
OVERRIDE = "校验位不符，导入时保留"
# By class and territory the row is the unit's own, yet another unit has the enterprise: an office above decides.
CONTESTED = "导入有效行时转入归属争议"
# The places of a parsed row, in the order of the staging table; the rest is told by the row's surroundings.
FIELDS = {
    NAME: "name", "注册地址": "address", REGION: "region_id", "法定代表人": "legal_representative", "联系人": "contact_name",
    "联系电话": "contact_phone", "行业": "industry", CATEGORY: "category", "经营状态": "status", "从业人数": "staff_count",
    "营业收入(万元)": "revenue", "资产总额(万元)": "assets", "成立日期": "founded_on", STEWARD: "steward_id", PROJECT: "project_name",
    INVESTMENT: "project_investment", STAGE: "project_stage",
}
COLUMNS = (
    "line", "is_known", "credit_code", "row_digest", "code_override", "owner_unit_id", "initials", "kind", "size",
    *FIELDS.values(),
)
TABLE = StagedEnterprise.__table__
SHORT = {
    "name": 200, "address": 300, "legal_representative": 64, "contact_name": 64, "project_name": 200,
}


def phone(cell: Cell) -> str | None:
    """A number that can be dialled."""
    if type(cell) is str and MOBILE.fullmatch(cell):
        return cell
    said = plain_phone(plain_text(cell))
    if said and not is_phone(said):
        raise Unfit("不是电话号码，应为 11 位手机号，或带区号的固定电话")
    return said or None


@dataclass(slots=True)
class Measures:
    """What decides the size."""

    industry: str
    staff_count: int | None
    revenue: float | None
    assets: float | None


class EnterpriseRows:
    """Reads the rows of one file, a portion at a time, in their order."""

    columns, table = COLUMNS, TABLE

    def __init__(self, stream: Stream, *, unit_id: int | None) -> None:
        self.unit_id, self.place = unit_id, stream.columns
        self.odd, self.findings = stream.odd, Findings()
        self.seen: dict[str, int] = {}
        # Code and digest of every row; None when this run has not seen them all.
        self.said: list[str] | None = []
        self.line = 0
        self.owners = Owners()
        self.owner_of: dict[tuple[str, str], int | None] = {}
        self.units, self.marked = lookups.unit_names(), lookups.digests(unit_id)
        self.picked = itemgetter(*stream.columns.values())
        readers = self._readers()
        self.readers = [(name, stream.columns.get(name, -1), readers[name]) for name in FIELDS]
        mark = f"{unit_id or ''}:{'|'.join(stream.columns)}".encode()
        self.hashing = hashlib.blake2b(mark, digest_size=DIGEST_BYTES)

    def _readers(self) -> dict[str, Reader]:
        today = shanghai.today()
        texts = {name: cells.text(SHORT[attribute]) for name, attribute in FIELDS.items() if attribute in SHORT}
        return texts | {
            REGION: reference.regions(),
            "联系电话": phone,
            "行业": reference.industries(lambda reason: self.findings.warn(self.line, "行业", self.cell, reason)),
            CATEGORY: cells.one_of(_labelled(EnterpriseCategory), CATEGORY),
            "经营状态": cells.one_of(_labelled(EnterpriseStatus), "经营状态"),
            "从业人数": cells.whole(0, MOST_STAFF),
            "营业收入(万元)": cells.yuan(MOST_YUAN),
            "资产总额(万元)": cells.yuan(MOST_YUAN),
            "成立日期": cells.day(today),
            STEWARD: reference.stewards(),
            INVESTMENT: cells.yuan(MOST_YUAN),
            STAGE: cells.one_of(_labelled(ProjectStage), STAGE),
        }

    def pass_over(self, rows: Sequence[tuple[int, Cells]]) -> None:
        """Rows that an earlier run has dealt with: only their codes are remembered, to find duplicates."""
        place, self.said = self.place[CODE], None
        for line, row in rows:
            self.seen.setdefault(_code(row[place]), line)

    def take(self, rows: Sequence[tuple[int, Cells]]) -> tuple[list[tuple[Any, ...]], Findings]:
        """What to stage of these rows, and what was found; the directory is asked a fixed number of times."""
        self.findings = findings = Findings()
        rest = []
        for line, row in rows:
            code, digest = _code(row[self.place[CODE]]), self._digest(row)
            if self.said is not None:
                self.said.append(code + digest)
            is_first = self.seen.setdefault(code, line) == line
            if is_first and self.marked.get(code) == digest and line not in self.odd:
                findings.unchanged += 1
            else:
                rest.append((line, code, digest, row))
        known = lookups.by_code([code for _, code, _, _ in rest])
        staged = []
        for line, code, digest, row in rest:
            there = known.get(code)
            made = self._made(line, code, row, digest=digest, there=there)
            if made is not None:
                staged.append(made)
        self._note_stewards(staged, known)
        findings.known = sum(1 for made in staged if made[1])
        findings.new = len(staged) - findings.known
        return staged, findings

    def _digest(self, row: Cells) -> str:
        hashing = self.hashing.copy()
        hashing.update("\x1f".join(map(str, self.picked(row))).encode("utf-8", "replace"))
        return hashing.hexdigest()

    def _made(self, line: int, code: str, row: Cells, *, digest: str, there: Any) -> tuple[Any, ...] | None:
        findings, self.line = self.findings, line
        problem = "为空" if not code else error_of_code(code) if not WELL_FORMED.fullmatch(code) else ""
        if problem:
            findings.blame(line, CODE, row[self.place[CODE]], problem)
        elif self.seen[code] != line:
            findings.blame(line, CODE, code, f"与第 {self.seen[code]} 行重复")
        for name, what in self.odd.get(line, {}).items():
            findings.blame(line, name, row[self.place[name]], f"是{what}，请改为直接填写的文字或数值")
        values = self._values(line, row)
        if line in findings.bad:
            return None
        region, category = values[2], values[7]
        values[2] = region.id
        owner = self._owner(line, category, region, there=there)
        if line in findings.bad:
            return None
        override = ""
        if not has_right_check(code):
            findings.warn(line, CODE, code, "校验位不符，请与营业执照核对；已照录并留痕")
            override = OVERRIDE
        name, industry, staff, revenue, assets = values[0], values[6], values[9], values[10], values[11]
        size = sizes.size_of(Measures(industry or "", staff, _wan(revenue), _wan(assets))).value
        kind = KINDS.get(code[:2], EnterpriseKind.COMPANY).value
        return (line, there is not None, code, digest, override, owner, initials_of(name), kind, size, *values)

    def _values(self, line: int, row: Cells) -> list[Any]:
        values: list[Any] = []
        failed = set(self.odd.get(line, ()))
        for name, place, read in self.readers:
            if place < 0 or name in failed:
                values.append(None)
                continue
            self.cell = cell = row[place]
            try:
                values.append(read(cell))
            except Unfit as reason:
                values.append(None)
                failed.add(name)
                self.findings.blame(line, name, cell, str(reason))
        for place, name in ((0, NAME), (2, REGION), (7, CATEGORY)):
            if values[place] is None and name not in failed:
                self.findings.blame(line, name, None, "为空")
        if values[14] is None and (values[15] is not None or values[16] is not None):
            self.findings.blame(line, PROJECT, None, "填了项目投资或阶段，却没有项目名称")
        return values

    def _owner(self, line: int, category: EnterpriseCategory, region: Any, *, there: Any) -> int | None:
        """The owning unit of the row; blames the row when it is not the batch's unit (domain.md §1)."""
        place = category, region.path
        if place not in self.owner_of:
            self.owner_of[place] = self.owners.of(category, region.path)
        owner = self.owner_of[place]
        if there is not None and there.merged_into_id is not None:
            self.findings.blame(line, CODE, there.credit_code, "已并入另一家企业，请改填并入后的信用代码")
        elif self.unit_id is None:
            return owner
        elif there is not None and there.owner_unit_id not in (None, self.unit_id):
            told = f"归{self.units[there.owner_unit_id]}填报，未改动"
            self.findings.blame(line, CODE, there.credit_code, told if owner != self.unit_id else f"{told}；{CONTESTED}")
        elif owner != self.unit_id:
            told = self.units.get(owner, "其他单位")
            self.findings.blame(line, CATEGORY, EnterpriseCategory(category).label, f"按类别和区划归{told}填报，不由本单位导入")
        return owner

    def _note_stewards(self, staged: Sequence[tuple[Any, ...]], known: Mapping[str, Any]) -> None:
        """A 主管家 is never changed by a file: that is a hand-over, with reasons and receipts."""
        place = COLUMNS.index("steward_id")
        named = {known[made[2]].id: made for made in staged if made[1] and made[place]}
        for enterprise_id, (steward_id, name) in lookups.main_stewards(list(named)).items():
            made = named[enterprise_id]
            if made[place] != steward_id:
                self.findings.warn(made[0], STEWARD, "", f"已有主管家{name}，未改动；调整请用指派或交接")


def _code(cell: Cell) -> str:
    if type(cell) is str and WELL_FORMED.fullmatch(cell):
        return cell
    try:
        return plain_code(plain_text(cell))
    except Unfit:
        return plain_code(str(cell))


def _labelled(kind: Any) -> dict[str, str]:
    """What people write → the code that is stored."""
    return {member.label: member.value for member in kind}


def _wan(yuan: int | None) -> float | None:
    return None if yuan is None else yuan / 10_000
