"""Pages of a list by (moment, id): forwards and backwards, without OFFSET and without counting."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, literal, tuple_

from models.base import UTCDateTime, db
from operations.insight.lines import Cursor


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with the cursors of their neighbours; None where there is no neighbour."""

    rows: list[Row[Any]]
    previous: Cursor | None
    next: Cursor | None


def paged(
    rows: Select[Any], moment: Any, row_id: Any, *, size: int, after: Cursor | None = None, before: Cursor | None = None
) -> Page:
    """The page that follows ``after``, or the one that precedes ``before``, in ascending order of (moment, id)."""
    keyed = rows.add_columns(moment.label("page_moment"), row_id.label("page_id"))
    if before is not None:
        turned = keyed.where(tuple_(moment, row_id) < _values(before)).order_by(moment.desc(), row_id.desc())
        found = list(db.session.execute(turned.limit(size + 1)))
        shown = found[:size][::-1]
        return Page(shown, _first(shown) if len(found) > size else None, _last(shown))
    if after is not None:
        keyed = keyed.where(tuple_(moment, row_id) > _values(after))
    found = list(db.session.execute(keyed.order_by(moment, row_id).limit(size + 1)))
    shown = found[:size]
    return Page(shown, _first(shown) if after is not None else None, _last(shown) if len(found) > size else None)


def _values(cursor: Cursor) -> Any:
    return tuple_(literal(cursor.moment, UTCDateTime()), literal(cursor.row_id))


def _first(rows: list[Row[Any]]) -> Cursor | None:
    return Cursor(rows[0].page_moment, rows[0].page_id) if rows else None


def _last(rows: list[Row[Any]]) -> Cursor | None:
    return Cursor(rows[-1].page_moment, rows[-1].page_id) if rows else None
