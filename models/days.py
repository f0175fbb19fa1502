"""The day of a moment on the Shanghai calendar, and first and last days of months, reckoned by the database itself."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class shanghai_day(FunctionElement[date]):  # noqa: N801 – named as the SQL function it stands for
    """The Shanghai date of a UTCDateTime column; the offset has been eight hours since 1991."""

    type = sa.Date()
    inherit_cache = True


@compiles(shanghai_day)
def _in_sqlite(element: shanghai_day, compiler: Any, **kw: Any) -> str:
    return f"date({compiler.process(element.clauses, **kw)}, '+8 hours')"


@compiles(shanghai_day, "postgresql")
def _in_postgresql(element: shanghai_day, compiler: Any, **kw: Any) -> str:
    return f"(({compiler.process(element.clauses, **kw)}) AT TIME ZONE 'Asia/Shanghai')::date"


class last_of_month(FunctionElement[date]):  # noqa: N801
    """The last day of the Shanghai month in which a moment falls."""

    type = sa.Date()
    inherit_cache = True


@compiles(last_of_month)
def _last_in_sqlite(element: last_of_month, compiler: Any, **kw: Any) -> str:
    return f"date({compiler.process(element.clauses, **kw)}, '+8 hours', 'start of month', '+1 month', '-1 day')"


@compiles(last_of_month, "postgresql")
def _last_in_postgresql(element: last_of_month, compiler: Any, **kw: Any) -> str:
    here = f"(({compiler.process(element.clauses, **kw)}) AT TIME ZONE 'Asia/Shanghai')"
    return f"(date_trunc('month', {here}) + interval '1 month' - interval '1 day')::date"


class first_of_month(FunctionElement[date]):  # noqa: N801
    """The first day of the month of a day."""

    type = sa.Date()
    inherit_cache = True


@compiles(first_of_month)
def _first_in_sqlite(element: first_of_month, compiler: Any, **kw: Any) -> str:
    return f"date({compiler.process(element.clauses, **kw)}, 'start of month')"


@compiles(first_of_month, "postgresql")
def _first_in_postgresql(element: first_of_month, compiler: Any, **kw: Any) -> str:
    return f"date_trunc('month', ({compiler.process(element.clauses, **kw)})::timestamp)::date"
