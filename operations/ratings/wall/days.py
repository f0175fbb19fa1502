"""The Shanghai day of a moment of the database, and first and last days of months, in the words of either engine."""

from typing import Any

from sqlalchemy import Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class shanghai_day(GenericFunction[Any]):
    """``shanghai_day(moment)``: Shanghai has kept one time, eight hours ahead, since 1991."""

    type = Date()
    inherit_cache = True
    name = "shanghai_day"


class last_of_month(GenericFunction[Any]):
    """``last_of_month(moment)``: the last day of the Shanghai month in which it falls."""

    type = Date()
    inherit_cache = True
    name = "last_of_month"


class first_of_month(GenericFunction[Any]):
    """``first_of_month(day)``: the first day of the month of a day."""

    type = Date()
    inherit_cache = True
    name = "first_of_month"


@compiles(shanghai_day, "sqlite")
def _day_on_sqlite(element: Any, compiler: Any, **rest: Any) -> str:
    return f"date({compiler.process(element.clauses, **rest)}, '+8 hours')"


@compiles(shanghai_day, "postgresql")
def _day_on_postgresql(element: Any, compiler: Any, **rest: Any) -> str:
    return f"CAST(timezone('Asia/Shanghai', {compiler.process(element.clauses, **rest)}) AS date)"


@compiles(last_of_month, "sqlite")
def _month_on_sqlite(element: Any, compiler: Any, **rest: Any) -> str:
    return f"date({compiler.process(element.clauses, **rest)}, '+8 hours', 'start of month', '+1 month', '-1 day')"


@compiles(last_of_month, "postgresql")
def _month_on_postgresql(element: Any, compiler: Any, **rest: Any) -> str:
    here = f"timezone('Asia/Shanghai', {compiler.process(element.clauses, **rest)})"
    return f"CAST(date_trunc('month', {here}) + interval '1 month' - interval '1 day' AS date)"


@compiles(first_of_month, "sqlite")
def _first_on_sqlite(element: Any, compiler: Any, **rest: Any) -> str:
    return f"date({compiler.process(element.clauses, **rest)}, 'start of month')"


@compiles(first_of_month, "postgresql")
def _first_on_postgresql(element: Any, compiler: Any, **rest: Any) -> str:
    return f"CAST(date_trunc('month', CAST({compiler.process(element.clauses, **rest)} AS timestamp)) AS date)"
