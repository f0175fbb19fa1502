"""Seconds between two moments of the database, in the words of either engine."""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class seconds_between(GenericFunction[int]):
    """``seconds_between(earlier, later)``: whole seconds, negative when the later one is earlier."""

    type = Integer()
    inherit_cache = True
    name = "seconds_between"


@compiles(seconds_between, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **rest: Any) -> str:
    earlier, later = (compiler.process(clause, **rest) for clause in element.clauses)
    return f"(strftime('%s', {later}) - strftime('%s', {earlier}))"


@compiles(seconds_between, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **rest: Any) -> str:
    earlier, later = (compiler.process(clause, **rest) for clause in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({later} - {earlier})) AS INTEGER)"
