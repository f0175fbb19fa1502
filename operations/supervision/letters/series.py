"""文号: numbers without gaps. A series' row is locked from the taking to the commit: what rolls back was never taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from models.base import db
from models.letters import Family, Letter, LetterSeries
from operations.base import insert_ignoring
from operations.clocks import shanghai

Key = tuple[int, Family]
_SERIES: Any = LetterSeries.__table__
_TAKE = (
    update(_SERIES)
    .where(_SERIES.c.office_id == bindparam("office"), _SERIES.c.family == bindparam("of"),
           _SERIES.c.year == bindparam("in_year"))
    .values(last=_SERIES.c.last + bindparam("count"))
    .returning(_SERIES.c.id, _SERIES.c.last)
)


@dataclass(frozen=True, slots=True)
class Taken:
    """Consecutive numbers of one series, ``first`` on."""

    series_id: int
    year: int
    first: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A series whose letters are not exactly 1 … last."""

    series_id: int
    last: int
    letters: int


def take(counts: Mapping[Key, int], now: datetime) -> dict[Key, Taken]:
    """Take ``counts`` numbers of each series of this year, in one fixed order so that no two wait for each other."""
    year, connection, taken = shanghai.day_of(now).year, db.session.connection(), {}
    for key in sorted(counts):
        office, family = key
        where = {"office": office, "of": family, "in_year": year, "count": counts[key]}
        row = connection.execute(_TAKE, where).first()
        if row is None:  # the first letter of the year: whoever comes second finds the row
            new = {"office_id": office, "family": family, "year": year, "last": 0}
            connection.execute(insert_ignoring(_SERIES), new)
            row = connection.execute(_TAKE, where).one()
        taken[key] = Taken(row.id, year, row.last - counts[key] + 1)
    return taken


def written(mark: str, family: Family, *, year: int, serial: int) -> str:
    """``鞍营商督〔2026〕12号``."""
    return f"{mark}{family.label}〔{year}〕{serial}号"


def broken() -> Sequence[Broken]:
    """核对：series that have a gap or a letter too many; nothing when all is well."""
    letters = (
        select(Letter.series_id, func.count().label("count"), func.max(Letter.serial).label("highest"))
        .group_by(Letter.series_id)
        .subquery()
    )
    found = func.coalesce(letters.c.count, 0)
    rows = (
        select(LetterSeries.id, LetterSeries.last, found)
        .outerjoin(letters, letters.c.series_id == LetterSeries.id)
        .where((found != LetterSeries.last) | (func.coalesce(letters.c.highest, 0) != LetterSeries.last))
    )
    return [Broken(*row) for row in db.session.execute(rows)]
