"""Office time reckoned by the database itself, of any number of moments: what the calendar says comes as one list."""

from collections.abc import Sequence
from datetime import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_DAY, _EAST = 86_400, 8 * 3600  # Shanghai has kept one distance from UTC since 1991
_WIDTH = 12


class Positions(sa.TypeDecorator[Sequence[int]]):
    """The office seconds before each day, as one parameter of which either engine finds a place at once.

    PostgreSQL reads an array out of the text, once, as long as the text has no type of its own; to SQLite it is a
    string of bytes that gives each number the same room.
    """

    impl = sa.LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return sa.types.NullType() if dialect.name == "postgresql" else sa.LargeBinary()

    def process_bind_param(self, value: Sequence[int] | None, dialect: sa.Dialect) -> Any:
        numbers = value or ()
        if dialect.name == "postgresql":
            return f"{{{','.join(map(str, numbers))}}}"
        return b"".join(b"%*d" % (_WIDTH, one) for one in numbers)


class shanghai_second(FunctionElement[int]):  # noqa: N801 – named as the SQL function it would be
    """The whole seconds of Shanghai time from 1970 to a moment."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(shanghai_second)
def _second_in_sqlite(element: shanghai_second, compiler: Any, **kw: Any) -> str:
    return f"(CAST(strftime('%s', {compiler.process(element.clauses, **kw)}) AS INTEGER) + {_EAST})"


@compiles(shanghai_second, "postgresql")
def _second_in_postgresql(element: shanghai_second, compiler: Any, **kw: Any) -> str:
    # As a float: PostgreSQL's extract() makes decimals of it, which take several times as long.
    return f"(floor(date_part('epoch', {compiler.process(element.clauses, **kw)}))::bigint + {_EAST})"


class office_position(FunctionElement[int]):  # noqa: N801
    """The office seconds that had passed at a `shanghai_second` since ``positions`` begins; two of them taken from each
    other are the office time between.

    ``positions`` is a literal of `Positions`, ``first`` the day of the first one, counted from 1970; another follows
    the last day that is asked for.
    """

    type = sa.BigInteger()
    inherit_cache = True

    def __init__(
        self, second: Any, positions: sa.BindParameter[Any], first: int, hours: Sequence[tuple[time, time]]
    ) -> None:
        bounds = [sa.literal(bound.hour * 3600 + bound.minute * 60 + bound.second) for span in hours for bound in span]
        super().__init__(second, positions, sa.literal(first), *bounds)


@compiles(office_position)
def _in_sqlite(element: office_position, compiler: Any, **kw: Any) -> str:
    second, positions, first, *bounds = (compiler.process(one, **kw) for one in element.clauses)
    here, after = (
        f"CAST(substr({positions}, ({second} / {_DAY} - {first} + {step}) * {_WIDTH} + 1, {_WIDTH}) AS INTEGER)"
        for step in (0, 1))
    passed = (f"max(0, min({second} % {_DAY}, {closes}) - {opens})" for opens, closes in _pairs(bounds))
    return f"min({here} + {' + '.join(passed)}, {after})"


@compiles(office_position, "postgresql")
def _in_postgresql(element: office_position, compiler: Any, **kw: Any) -> str:
    second, positions, first, *bounds = (compiler.process(one, **kw) for one in element.clauses)
    here, after = (f"({positions}::bigint[])[({second} / {_DAY} - {first})::int + {step}]" for step in (1, 2))
    passed = (f"greatest(0, least(mod({second}, {_DAY}), {closes}) - {opens})" for opens, closes in _pairs(bounds))
    return f"least({here} + {' + '.join(passed)}, {after})"


def _pairs(bounds: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(bounds[::2], bounds[1::2], strict=True))
