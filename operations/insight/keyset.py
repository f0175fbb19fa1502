"""Pages of a list by (moment, id): forwards and backwards, without OFFSET and without counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, literal, select, tuple_, union_all

from models.base import UTCDateTime, db
from operations.insight.lines import Cursor


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with the cursors of their neighbours; None where there is no neighbour."""

    rows: list[Row[Any]]
    previous: Cursor | None
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: behind the row ``after``, or before the row ``before``; at the top with neither."""

    after: Cursor | None = None
    before: Cursor | None = None


TOP = Place()


def paged(
    rows: Select[Any], moment: Any, row_id: Any, *, size: int, place: Place = TOP, is_descending: bool = False
) -> Page:
    """The page at ``place`` in the order of (moment, id)."""
    keyed = rows.add_columns(moment.label("page_moment"), row_id.label("page_id"))
    statement = cut(keyed, moment, row_id, size=size, place=place, is_descending=is_descending)
    return page_of(list(db.session.execute(statement)), size=size, place=place)


def paged_first(
    parts: Sequence[Select[Any]], rows: Select[Any], moment: Any, row_id: Any, *, size: int, place: Place = TOP
) -> Page:
    """The page of all ``parts`` together in the order of (moment, id), and ``rows`` joined to it alone.

    For lists that wait in the order of an index: planners take an open state for rarer than it is, join all that wait
    and sort them. Each of ``parts`` narrows by the table of ``row_id`` to rows that no other has, and is cut by itself;
    ``rows`` selects from that table with its outer joins.
    """
    keys = (part.add_columns(moment.label("page_moment"), row_id.label("page_id")) for part in parts)
    some = union_all(*(select(cut(key, moment, row_id, size=size, place=place).subquery()) for key in keys)).subquery()
    chosen = cut(select(some), some.c.page_moment, some.c.page_id, size=size, place=place).subquery("page")
    found = rows.add_columns(chosen.c.page_moment, chosen.c.page_id).join(chosen, chosen.c.page_id == row_id)
    order = (key.desc() if place.before is not None else key.asc() for key in (chosen.c.page_moment, chosen.c.page_id))
    return page_of(list(db.session.execute(found.order_by(*order))), size=size, place=place)


def cut(
    rows: Select[Any], moment: Any, row_id: Any, *, size: int, place: Place = TOP, is_descending: bool = False
) -> Select[Any]:
    """The rows of the page at ``place`` and one more, in the order in which they are read: backwards before a mark."""
    is_back, cursor = place.before is not None, place.before or place.after
    is_downward = is_descending is not is_back
    if cursor is not None:
        shown, mark = tuple_(moment, row_id), tuple_(literal(cursor.moment, UTCDateTime()), literal(cursor.row_id))
        rows = rows.where(shown < mark if is_downward else shown > mark)
    return rows.order_by(*(key.desc() if is_downward else key.asc() for key in (moment, row_id))).limit(size + 1)


def page_of(found: list[Row[Any]], *, size: int, place: Place) -> Page:
    """The page of what ``cut`` found: rows with ``page_moment`` and ``page_id``."""
    is_back = place.before is not None
    has_more, page = len(found) > size, found[:size]
    if is_back:
        page.reverse()
    has_previous, has_next = (has_more, True) if is_back else (place.after is not None, has_more)
    return Page(page, _mark(page, 0) if has_previous else None, _mark(page, -1) if has_next else None)


def _mark(rows: list[Row[Any]], place: int) -> Cursor | None:
    return Cursor(rows[place].page_moment, rows[place].page_id) if rows else None
