"""Asking the search index: which rows hold the words, the way each engine looks them up.

Two ways, for a rare word and for a common one. ``candidates`` reads at most ``MOST`` ids from the index; when the index
holds more, the list is walked in its own order instead and each row asked (``holds``): words so common are met soon.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, TextClause, false, select

from models.base import Base, db
from models.bulk import among
from models.insight import EnterpriseSearch, TicketSearch
from operations.insight.tokens import Asked, match, tsquery

MOST = 2000


@dataclass(frozen=True, slots=True)
class Found:
    """What the index gave: all ``ids`` that hold what is ``asked``, or the first of ``too_many``."""

    index: type[Base]
    asked: list[Asked]
    ids: Sequence[int] = ()
    too_many: bool = False

    def condition(self, row_id: Any) -> ColumnElement[bool]:
        """That the row of this id is among what was found."""
        if self.too_many:
            return holds(self.index, self.asked, row_id)
        return one_of(row_id, self.ids, name=f"{self.index.__tablename__}_ids")

    def walked(self, rows: Any, row_id: Any) -> Any:
        """``rows`` that hold words so common that there are too many, in the order of their ids, which ends soon.

        SQLite walks its index: asked row by row it may sort all rows first (measured: 20 s).
        """
        if _is_postgresql():
            return rows.where(self.condition(row_id)).order_by(row_id)
        words = _fts(self.index)
        joined = rows.join(words, words.c.rowid == row_id)
        return joined.where(_words(self.index, self.asked)).order_by(words.c.rowid)


def candidates(index: type[Base], asked: list[Asked], *, most: int = MOST) -> Found:
    """The rows of ``index`` that hold what is asked, whoever asks; one statement."""
    if not asked:
        return Found(index, asked)
    hits = within(index, asked)
    if _is_postgresql():
        # Without MATERIALIZED a kept plan walks the primary key instead of the index (measured: 0.2 ms became 445 ms).
        hit = hits.cte("hit").prefix_with("MATERIALIZED")
        hits = select(hit.c[_key(index).key])
    ids = db.session.scalars(hits.limit(most + 1)).all()
    return Found(index, asked, ids[:most], len(ids) > most)


def within(index: type[Base], asked: list[Asked]) -> Select[Any]:
    """Ids of every row that holds what is asked."""
    key = _key(index) if _is_postgresql() else _fts(index).c.rowid
    return select(key).where(_words(index, asked))


def holds(index: type[Base], asked: list[Asked], row_id: Any) -> ColumnElement[bool]:
    """That the row of this id holds what is asked: looked up for the one row."""
    if _is_postgresql():
        # A value and no EXISTS: that the planner turns round and reads the whole index first (3 ms became 170).
        return select(_words(index, asked)).where(_key(index) == row_id).scalar_subquery()
    key = _fts(index).c.rowid
    return select(key).where(key == row_id, _words(index, asked)).exists()


def holding(index: type[Base], asked: list[Asked], row_id: Any) -> ColumnElement[bool]:
    """That the row of this id holds what is asked, for lists in whatever order; one statement first on PostgreSQL.

    Of a word that all rows hold it would read the whole index for a page of 25 (a million tickets: 5 s to count 500).
    """
    if not asked:
        return false()
    return candidates(index, asked).condition(row_id) if _is_postgresql() else row_id.in_(within(index, asked))


def one_of(row_id: Any, ids: Sequence[int], *, name: str) -> ColumnElement[bool]:
    """That the row's id is one of ``ids``, given as the one parameter ``name``."""
    return among(row_id, name, ids=ids) if ids else false()


def _is_postgresql() -> bool:
    return bool(db.session.get_bind().dialect.name == "postgresql")


def _key(index: type[Base]) -> Any:
    return EnterpriseSearch.enterprise_id if index is EnterpriseSearch else TicketSearch.ticket_id


def _fts(index: type[Base]) -> Any:
    return sa.table(f"{index.__tablename__}_words", sa.column("rowid", sa.Integer))


def _words(index: type[Base], asked: list[Asked]) -> TextClause:
    table = index.__tablename__
    if not _is_postgresql():
        return sa.text(f"{table}_words MATCH :{table}_q").bindparams(**{f"{table}_q": match(asked)})
    words = f"({table}.words @@ CAST(:{table}_q AS tsquery))"
    return sa.text(words).bindparams(**{f"{table}_q": tsquery(asked)})
