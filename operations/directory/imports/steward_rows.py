"""管家信息上报模板: from the cells of a row to what is staged, or to what is wrong with it."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models.base import db
from models.directory import Organisation, Region, StagedSteward, StewardClass
from operations.directory.imports import lookups, reference
from operations.directory.imports.findings import Findings
from operations.directory.imports.reading import RowReader
from operations.directory.imports.templates import CLASS, GRID, UNIT
from operations.directory.names import is_mobile, plain_phone
from operations.tables import cells
from operations.tables.cells import Reader, plain_text
from operations.tables.lines import Cells, Stream
from operations.tables.opening import Cell
from operations.tables.words import Unfit

NAME, PHONE, POSITION, CAPACITY, USERNAME = "姓名", "手机", "职务", "服务上限(户)", "用户名"
COLUMNS = (
    "line", "user_id", "username", "name", "phone", "organisation_id", "region_id", "steward_class", "position",
    "grid_id", "capacity",
)
USERNAMES = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{2,31}", re.ASCII)
MOST = 1000


def mobile(cell: Cell) -> str | None:
    """A number that a text message reaches."""
    said = plain_phone(plain_text(cell))
    if said and not is_mobile(said):
        raise Unfit("不是手机号，应为 11 位")
    return said or None


def username(cell: Cell) -> str | None:
    """A name to sign in with."""
    said = plain_text(cell)
    if said and not USERNAMES.fullmatch(said):
        raise Unfit("应为 3 至 32 位字母、数字、点、横线或下划线")
    return said or None


class StewardRows:
    """Reads the rows of one file, a portion at a time, in their order. The role is never read: it is STEWARD."""

    columns, table = COLUMNS, StagedSteward.__table__

    def __init__(self, stream: Stream, *, unit_id: int | None) -> None:
        self.unit_id = unit_id
        self.findings = Findings()
        self.seen: dict[str, int] = {}
        self.units = lookups.unit_names()
        ground = select(Region.path).join(Organisation, Organisation.region_id == Region.id)
        under = db.session.scalar(ground.where(Organisation.id == unit_id)) or ""
        readers: dict[str, Reader] = {
            NAME: cells.text(64), PHONE: mobile, UNIT: reference.organisations(under),
            CLASS: cells.one_of({member.label: member.value for member in StewardClass}, CLASS),
            POSITION: cells.text(64), GRID: reference.regions(), CAPACITY: cells.whole(1, MOST), USERNAME: username,
        }
        self.rows = RowReader(stream, readers, required=(NAME, PHONE, UNIT))

    def pass_over(self, rows: Sequence[tuple[int, Cells]]) -> None:
        """Rows that an earlier run has dealt with: their phones and usernames are remembered, to find duplicates."""
        for line, row in rows:
            said = self._said(line, row, Findings())
            for key in self._keys(said):
                self.seen.setdefault(key, line)

    def take(self, rows: Sequence[tuple[int, Cells]]) -> tuple[list[tuple[Any, ...]], Findings]:
        """What to stage of these rows, and what was found; the directory is asked once."""
        self.findings = findings = Findings()
        said = [(line, self._said(line, row, findings)) for line, row in rows]
        phones = [one[PHONE] for _, one in said if one[PHONE]]
        accounts = lookups.accounts(phones, [one[USERNAME] or one[PHONE] or "" for _, one in said])
        by_phone = {plain_phone(row.phone): row for row in accounts if row.phone}
        by_username = {row.username: row for row in accounts}
        staged = []
        for line, one in said:
            self._blame_repeated(line, one)
            account = by_phone.get(one[PHONE])
            self._blame_foreign(line, one, account=account, namesake=by_username.get(one[USERNAME] or one[PHONE]))
            if line not in findings.bad:
                staged.append(_made(line, one, account))
        findings.known = sum(1 for made in staged if made[1] is not None)
        findings.new = len(staged) - findings.known
        return staged, findings

    def _said(self, line: int, row: Cells, findings: Findings) -> dict[str, Any]:
        return self.rows.read(line, row, findings=findings)

    def _blame_repeated(self, line: int, one: dict[str, Any]) -> None:
        for key in self._keys(one):
            first = self.seen.setdefault(key, line)
            if first != line:
                self.findings.blame(line, PHONE if key == one[PHONE] else USERNAME, key, f"与第 {first} 行重复")

    def _blame_foreign(self, line: int, one: dict[str, Any], *, account: Any, namesake: Any) -> None:
        """An account that is no steward of this unit is not this unit's to touch."""
        if account is None:
            if namesake is not None:
                self.findings.blame(line, USERNAME, namesake.username, "用户名已被他人使用，请换一个")
        elif account.steward_id is None:
            self.findings.blame(line, PHONE, one[PHONE], "该手机号已有账号且不是管家，请联系系统管理员")
        elif self.unit_id is not None and account.owner_unit_id not in (None, self.unit_id):
            self.findings.blame(line, PHONE, one[PHONE], f"该管家由{self.units[account.owner_unit_id]}填报，未改动")

    @staticmethod
    def _keys(one: dict[str, Any]) -> set[str]:
        return {key for key in (one[PHONE], one[USERNAME]) if key}


def _made(line: int, one: dict[str, Any], account: Any) -> tuple[Any, ...]:
    unit = one[UNIT]
    grid = one[GRID]
    known = account.id if account is not None else None
    name = account.username if account is not None else one[USERNAME] or one[PHONE]
    return (
        line, known, name, one[NAME], one[PHONE], unit.id, unit.region_id, one[CLASS] or StewardClass.TOWN.value,
        one[POSITION], grid.id if grid is not None else None, one[CAPACITY],
    )
