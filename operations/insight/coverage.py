"""覆盖情况: what was owed and what was done, per unit and per person; every figure has its list (domain.md §9).

Persons stand in the order of their accounts, never by their figures: nobody is ranked (ui.md, finding 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from models.access import User
from models.base import LabelledEnum, db
from models.directory import Organisation
from operations.access.actor import Actor
from operations.insight.duties import PERSON, STATES, UNIT_ID, State, Wanted, asked_of

SHOWN = 50
MOST_UNITS = 500


class By(LabelledEnum):
    """What a row of the table is."""

    UNIT = "unit", "按单位"
    PERSON = "person", "按责任人"


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one unit or person; ``key`` 0 is what nobody answers for."""

    key: int
    name: str
    owed: int
    counts: dict[State, int]

    @property
    def rate(self) -> str:
        """完成率 with its denominator in the same row; one decimal, rounded down so that 100 % is all."""
        return f"{self.counts[State.DONE] * 1000 // self.owed / 10:g}%" if self.owed else "–"


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a page with the sum over all; ``after`` leads to the next page of persons."""

    rows: Sequence[Row]
    total: Row
    after: int | None


FIGURES = (func.count().label("owed"), *(func.count().filter(STATES[state]).label(state.value) for state in State))
NOBODY = {By.UNIT: "未指定填报单位", By.PERSON: "没有管家"}


def table(actor: Actor, wanted: Wanted, *, by: By, after: int | None = None) -> Table:
    """覆盖表：two statements, whatever there is."""
    asked = replace(wanted, state=None)
    total = db.session.execute(asked_of(actor, asked, *FIGURES)).one()
    rows = _by_unit(actor, asked) if by is By.UNIT else _by_person(actor, asked, after)
    has_more = by is By.PERSON and len(rows) > SHOWN
    shown = rows[:SHOWN] if by is By.PERSON else rows
    found = [_row(row, row.key or 0, row.name or NOBODY[by]) for row in shown]
    return Table(found, _row(total, 0, "合计"), found[-1].key if has_more else None)


def _by_unit(actor: Actor, wanted: Wanted) -> Sequence[Any]:
    counted = asked_of(actor, wanted, UNIT_ID.label("key"), *FIGURES).group_by(UNIT_ID).subquery()
    rows = select(*counted.c, Organisation.short_name.label("name"))
    named = rows.select_from(counted).outerjoin(Organisation, Organisation.id == counted.c.key)
    return db.session.execute(named.order_by(Organisation.kind, Organisation.id).limit(MOST_UNITS)).all()


def _by_person(actor: Actor, wanted: Wanted, after: int | None) -> Sequence[Any]:
    key = func.coalesce(PERSON, 0)
    counted = asked_of(actor, wanted, key.label("key"), *FIGURES).group_by(key)
    if after is not None:
        counted = counted.where(key > after)
    page = counted.order_by(key).limit(SHOWN + 1).subquery()
    rows = select(*page.c, User.name.label("name")).select_from(page).outerjoin(User, User.id == page.c.key)
    return db.session.execute(rows.order_by(page.c.key)).all()


def _row(row: Any, key: int, name: str) -> Row:
    return Row(key, name, row.owed, {state: getattr(row, state.value) for state in State})


def unit_named(unit_id: int) -> str:
    """The short name of a unit; empty when there is none."""
    return db.session.scalar(select(Organisation.short_name).where(Organisation.id == unit_id)) or ""


def person_named(user_id: int) -> str:
    """The name of a person; empty when there is none."""
    return db.session.scalar(select(User.name).where(User.id == user_id)) or ""
