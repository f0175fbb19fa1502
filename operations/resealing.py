"""换密钥: what older keys of DATA_KEYS have sealed comes under the first, so many rows at a time, whoever works meanwhile.

Broken off, it goes on where it stood: what the first key has sealed is not looked at again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, func, or_, select

from models import bulk, encryption
from models.base import Base, db
from models.directory import Contact, Enterprise
from models.encryption import Sealed, SealedWords
from operations.access import two_step
from operations.base import operation
from operations.insight import indexing

AT_ONCE = 1000
# Whose numbers the search box finds: their words are of a key too.
FIRMS = {Enterprise.__tablename__: "id", Contact.__tablename__: "enterprise_id"}


@dataclass(frozen=True, slots=True)
class Place:
    """One column of sealed texts."""

    table: sa.Table
    column: sa.Column[Any]

    @property
    def older(self) -> ColumnElement[bool]:
        """The condition that another key has sealed it, or none where all should be."""
        holds_words = isinstance(self.column.type, SealedWords)
        text = sa.cast(self.column, sa.Text) if holds_words else sa.type_coerce(self.column, sa.String())
        quote = '"' if holds_words else ""
        current = or_(*(text.like(f"{quote}{mark}%") for mark in encryption.current_marks()))
        may_be_plain = holds_words or not self.column.type.when  # type: ignore[attr-defined]
        return and_(text != "", ~current, sa.true() if may_be_plain else text.like("~%"))


def places() -> Iterator[Place]:
    """Every column of sealed texts; those few rows first by which somebody is let in or left alone."""
    found = [Place(table, column) for table in Base.metadata.sorted_tables for column in table.columns
             if isinstance(column.type, Sealed | SealedWords)]
    return iter(sorted(found, key=lambda one: one.table.name in ("tickets", "fact_changes", "enterprises")))


def reseal_all() -> Iterator[tuple[Place | None, int]]:
    """Everything under the first key, a batch a transaction. Tells how many, by place; None: the secrets."""
    yield None, two_step.reseal()
    for place in places():
        done, after = 0, None
        while keys := reseal_some(place, after=after):
            done, after = done + len(keys), keys[-1]
        yield place, done


@operation
def reseal_some(place: Place, *, after: Sequence[Any] | None = None, most: int = AT_ONCE) -> list[Sequence[Any]]:
    """The next ``most`` rows whose key comes after ``after``; answers their keys, nothing when all is done."""
    keys = list(place.table.primary_key.columns)
    firm = FIRMS.get(place.table.name)
    rows = select(*keys, place.column, *([place.table.c[firm].label("firm")] if firm else []))
    rows = rows.where(place.older).order_by(*keys).limit(most).with_for_update()
    if after is not None:
        rows = rows.where(sa.tuple_(*keys) > sa.tuple_(*after))
    found = db.session.execute(rows).all()
    names = [column.name for column in (*keys, place.column)]
    plain = [dict(zip(names, row)) for row in found]  # opened by its own key; what is written is sealed by the first
    bulk.update_rows(db.session.connection(), place.table, plain, keys=names[:-1])
    if firm:
        indexing.index_enterprises(row.firm for row in found)
    return [row[: len(keys)] for row in found]


def left() -> int:
    """How many texts the first key has not sealed yet."""
    counted = (select(func.count()).select_from(place.table).where(place.older) for place in places())
    return sum(db.session.scalar(one) or 0 for one in counted)
