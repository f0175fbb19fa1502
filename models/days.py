"""The day of a moment on the Shanghai calendar, reckoned by the database itself."""

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
