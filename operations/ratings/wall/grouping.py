"""匿名评价成组: anonymous ratings count in groups of five and more, formed once and for ever, or they do not count yet.

Every figure adds up whole groups, and a group counts on one day, at one unit, and at a window, officer or item only
when all of its members are of it. So whatever two figures, periods, lists or moments are held against each other,
what is left is made of whole groups (docs/decisions.md).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, insert, literal, select, update

from models.base import db
from models.rating_wall import SMALLEST_GROUP, RatingGroup, RatingPlace
from models.ratings import Grade

P: Any = RatingPlace
G: Any = RatingGroup
UNIT = ("unit_id", "counts_on")
# From the closest to the widest. What finds no four others at one level waits for the next, which opens when the
# month is over: else every fifth rating would make a group that belongs to no window and no item.
LEVELS: tuple[tuple[str, ...], ...] = (
    (*UNIT, "window_id", "officer_id", "occasion", "item"),
    (*UNIT, "window_id", "officer_id", "occasion"),
    (*UNIT, "window_id", "occasion"),
    (*UNIT, "occasion", "item"),
    UNIT,
    ("unit_id",),
)
AT_ONCE = 1


def form(now: datetime, today: date) -> Sequence[date]:
    """Form every group that can be formed now. Returns the days on which they count."""
    for level, keys in enumerate(LEVELS):
        waiting = _waiting() if level < AT_ONCE else and_(_waiting(), P.counts_on < today)
        db.session.execute(_forming(level, keys, now, waiting))
        db.session.execute(_joining(level, keys, now, waiting))
    return db.session.scalars(select(G.counts_on).where(G.formed_at == now).distinct()).all()


def _forming(level: int, keys: tuple[str, ...], now: datetime, waiting: ColumnElement[bool]) -> Any:
    held = [getattr(P, key) for key in keys if key != "counts_on"]
    names = [key for key in keys if key != "counts_on"]
    grades = [func.sum(case((P.grade == grade, 1), else_=0)) for grade in Grade]
    rows: Any = (
        select(literal(level), _cell(keys), literal(now, G.formed_at.type), func.max(P.counts_on), func.count(),
               *grades, *held, *(() if "item" in keys else (literal(""),)))
        .where(waiting).group_by(*(getattr(P, key) for key in keys)).having(func.count() >= SMALLEST_GROUP)
    )
    into = ["level", "cell", "formed_at", "counts_on", "count", *(grade.value for grade in Grade), *names]
    return insert(RatingGroup).from_select(into + ([] if "item" in keys else ["item"]), rows)


def _joining(level: int, keys: tuple[str, ...], now: datetime, waiting: ColumnElement[bool]) -> Any:
    table: Any = RatingPlace.__table__
    return update(table).where(waiting, G.formed_at == now, G.level == level, G.cell == _cell(keys)).values(
        group_id=G.id
    )


def _waiting() -> ColumnElement[bool]:
    return and_(P.is_anonymous, P.group_id.is_(None))


def _cell(keys: tuple[str, ...]) -> ColumnElement[Any]:
    """The keys as one text, the item last since it may hold anything."""
    parts = [func.coalesce(cast(getattr(P, key), String), "-") for key in keys]
    joined: Any = parts[0]
    for part in parts[1:]:
        joined = joined + "." + part
    return joined
