"""评价计数 of a period: whole months from the sums of months, the days before and behind them from those of days."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, union_all

from models.base import db
from models.days import first_of_month
from models.rating_wall import Cut, RatingMonth, RatingSum
from models.ratings import Grade

PLACE = ("cut", "unit_id", "window_id", "officer_id", "occasion", "item")
COUNTS = ("cases", *(grade.value for grade in Grade), "excluded")


def of_period(
    begins: date, ends: date, *, cut: Cut, where: Callable[[Any], Sequence[ColumnElement[bool]]]
) -> Any:
    """The rows of one cut that add up to the days from ``begins`` to ``ends``, both included: ``where`` narrows the
    rows of days and of months alike. A subquery with the columns of ``rating_sums`` but the day.
    """
    parts = (
        select(*(getattr(rows, name) for name in (*PLACE, *COUNTS))).where(
            rows.cut == cut, day >= first, day <= last, *where(rows))
        for rows, day, first, last in _spans(begins, ends)
    )
    return union_all(*parts).subquery()


def add_up(months: set[date] | None) -> None:
    """Write the sums of these months anew from those of their days; of all months for None."""
    table, day = RatingMonth.__table__, RatingSum.counts_on
    month = first_of_month(day)
    rows: Any = select(month, *(getattr(RatingSum, name) for name in PLACE),
                       *(func.sum(getattr(RatingSum, name)) for name in COUNTS))
    gone = delete(table)
    if months is not None:
        gone = gone.where(table.c.month.in_(months))
        rows = rows.where(RatingSum.cut.in_(Cut), day >= min(months), day < month_after(max(months)),
                          month.in_(months))  # every cut: their index begins with it
    db.session.execute(gone)
    rows = rows.group_by(month, *(getattr(RatingSum, name) for name in PLACE))
    db.session.execute(insert(table).from_select(["month", *PLACE, *COUNTS], rows))


def month_after(day: date) -> date:
    """The first day of the month after that of ``day``."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _spans(begins: date, ends: date) -> Iterator[tuple[Any, Any, date, date]]:
    """The rows to read, their day, and from which to which: days, whole months, days."""
    first = begins if begins.day == 1 else month_after(begins)
    behind = (ends + timedelta(days=1)).replace(day=1)
    if first >= behind:
        yield RatingSum, RatingSum.counts_on, begins, ends
        return
    if begins < first:
        yield RatingSum, RatingSum.counts_on, begins, first - timedelta(days=1)
    yield RatingMonth, RatingMonth.month, first, behind - timedelta(days=1)
    if behind <= ends:
        yield RatingSum, RatingSum.counts_on, behind, ends
