"""Many rows in one statement, the way each engine likes them: a set for PostgreSQL, a prepared statement for SQLite."""

import enum
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from models.encryption import Sealed, unseal

Rows = Sequence[dict[str, Any]]
_POSTGRESQL = postgresql.dialect()


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Rows, *, ignoring: bool = False) -> None:
    """Insert rows that all name the same columns. ``ignoring``: what a constraint refuses is left out."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(*_inserting(table, rows, " ON CONFLICT DO NOTHING" if ignoring else ""))
    else:
        connection.execute(_prepared(table, ignoring), list(rows))


def insert_tuples(
    connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows given as tuples in the order of ``columns``, plain values only: COPY on PostgreSQL.

    Telephone numbers are sealed on their way.
    """
    if not rows:
        return
    for place, name in enumerate(columns):
        if isinstance(kind := table.c[name].type, Sealed):
            rows = [(*row[:place], kind.stored(row[place]), *row[place + 1 :]) for row in rows]
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{name}"' for name in columns)
        driver: Any = connection.connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        names, places = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        plain = [tuple(map(_as_sqlite_keeps_it, row)) for row in rows]
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({places})", plain)


def _as_sqlite_keeps_it(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else value


def insert_returning(connection: sa.Connection, table: sa.Table, rows: Rows, *, key: str) -> dict[Any, int]:
    """Insert rows, leaving out what a constraint refuses; answers the new ids by the column ``key``."""
    if not rows:
        return {}
    if connection.dialect.name == "postgresql":
        sql, arrays = _inserting(table, rows, f' ON CONFLICT DO NOTHING RETURNING "{key}", id')
        told = unseal if isinstance(table.c[key].type, Sealed) else lambda value: value
        return {told(row[0]): row[1] for row in connection.exec_driver_sql(sql, arrays)}
    return {row[0]: row[1] for row in connection.execute(_prepared_returning(table, key), list(rows))}


def upsert_rows(connection: sa.Connection, table: sa.Table, rows: Rows, *, key: str) -> None:
    """Insert rows that all name the same columns; where ``key`` is there already, its row takes the new values."""
    if not rows:
        return
    changed = [name for name in rows[0] if name != key]
    if connection.dialect.name == "postgresql":
        renewed = ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
        connection.exec_driver_sql(*_inserting(table, rows, f' ON CONFLICT ("{key}") DO UPDATE SET {renewed}'))
    else:
        connection.execute(_prepared_upsert(table, key, tuple(changed)), list(rows))


def update_rows(connection: sa.Connection, table: sa.Table, rows: Rows, *, keys: Sequence[str] = ("id",)) -> None:
    """Give rows that are there new values: each names its ``keys`` and the same columns."""
    if not rows:
        return
    changed = tuple(name for name in rows[0] if name not in keys)
    if connection.dialect.name == "postgresql":
        source, values = _as_arrays(table, rows)
        renewed = ", ".join(f'"{name}" = said."{name}"' for name in changed)
        theirs = " AND ".join(f'{table.name}."{key}" = said."{key}"' for key in keys)
        connection.exec_driver_sql(f"UPDATE {table.name} SET {renewed} FROM ({source}) AS said WHERE {theirs}", values)
    else:
        connection.execute(_prepared_update(table, tuple(keys), changed), [
            {f"its_{name}": value for name, value in row.items()} for row in rows
        ])


def add_up(connection: sa.Connection, table: sa.Table, key: dict[str, Any], counts: dict[str, int]) -> None:
    """Add to the counts of the row of this key, which is made where there is none; two at once add up."""
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    sums = {name: table.c[name] + count for name, count in counts.items()}
    connection.execute(insert(table).values(**key, **counts).on_conflict_do_update(index_elements=list(key), set_=sums))


@cache
def _prepared_upsert(table: sa.Table, key: str, changed: tuple[str, ...]) -> sa.Insert:
    one = sqlite.insert(table)
    return one.on_conflict_do_update([key], set_={name: one.excluded[name] for name in changed})


@cache
def _prepared_update(table: sa.Table, keys: tuple[str, ...], changed: tuple[str, ...]) -> sa.Update:
    theirs = (table.c[key] == sa.bindparam(f"its_{key}") for key in keys)
    return sa.update(table).where(*theirs).values({name: sa.bindparam(f"its_{name}") for name in changed})


@cache
def _prepared(table: sa.Table, ignoring: bool) -> sa.Insert:
    one = sqlite.insert(table)
    return one.on_conflict_do_nothing() if ignoring else one


@cache
def _prepared_returning(table: sa.Table, key: str) -> Any:
    one = sqlite.insert(table).on_conflict_do_nothing()
    return one.returning(table.c[key], table.c.id, sort_by_parameter_order=False)


def among(column: Any, name: str = "ids", *, ids: Sequence[int] | None = None) -> sa.ColumnElement[bool]:
    """``column`` is one of a list given as the single parameter ``name``, now or later: one plan for any length."""
    listed = sa.bindparam(name, type_=IdList()) if ids is None else sa.bindparam(name, list(ids), type_=IdList())
    condition: sa.ColumnElement[bool] = column.op("IN", is_comparison=True)(members(listed))
    return condition


def among_texts(column: Any, name: str = "texts") -> sa.ColumnElement[bool]:
    """``column`` is one of a list of texts given as the single parameter ``name``."""
    return is_among_texts(column, sa.bindparam(name, type_=TextList()))


class IdList(sa.TypeDecorator[list[int]]):
    """A list of ids as one parameter."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return postgresql.ARRAY(sa.Integer) if dialect.name == "postgresql" else sa.Text()

    def process_bind_param(self, value: list[int] | None, dialect: sa.Dialect) -> Any:
        return list(value or ()) if dialect.name == "postgresql" else json.dumps(list(value or ()))


class TextList(sa.TypeDecorator[list[str]]):
    """A list of texts as one parameter."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: sa.Dialect) -> str:
        return json.dumps(list(value or ()))


class members(FunctionElement[int]):  # noqa: N801 – named as the SQL function it stands for
    """The rows of an IdList."""

    inherit_cache = True


class is_among_texts(FunctionElement[bool]):  # noqa: N801
    """Whether a column holds one of a TextList."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(is_among_texts, "postgresql")
def _in_an_array(element: is_among_texts, compiler: Any, **kw: Any) -> str:
    # An array is sought in the index. To rows of a function PostgreSQL joins, and takes a table that has just been
    # filled for empty: it went through all of it once for each text.
    column, listed = (compiler.process(one, **kw) for one in element.clauses)
    return f"{column} = ANY (ARRAY(SELECT json_array_elements_text({listed}::json)))"


@compiles(is_among_texts)
def _in_a_list(element: is_among_texts, compiler: Any, **kw: Any) -> str:
    column, listed = (compiler.process(one, **kw) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({listed}))"


@compiles(members)
def _json_members(element: members, compiler: Any, **kw: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **kw)}))"


@compiles(members, "postgresql")
def _array_members(element: members, compiler: Any, **kw: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **kw)}::integer[]))"


def _inserting(table: sa.Table, rows: Rows, ending: str) -> tuple[str, tuple[Any, ...]]:
    source, values = _as_arrays(table, rows)
    columns = ", ".join(f'"{name}"' for name in rows[0])
    return f"INSERT INTO {table.name} ({columns}) {source}{ending}", values


def _as_arrays(table: sa.Table, rows: Rows) -> tuple[str, tuple[Any, ...]]:
    """SELECT over parallel arrays: one parameter a column; a column that never varies is one value.

    The arrays travel in binary: as text each quotation mark in an event's body would have to be escaped.
    """
    names = list(rows[0])
    selected, arrays, constants, varying = [], [], [], []
    for number, name in enumerate(names):
        kind = table.c[name].type.compile(dialect=_POSTGRESQL)
        kind = "VARCHAR" if kind.startswith("VARCHAR") else kind
        values = [row[name] for row in rows]
        if stored := getattr(table.c[name].type, "stored", None):
            values = [stored(value) for value in values]
        if values.count(values[0]) == len(values):
            selected.append(f'%s::{kind} AS "{name}"')
            constants.append(_plain(values[0]))
        else:
            selected.append(f'u.c{number} AS "{name}"')
            varying.append((number, kind))
            arrays.append([_plain(value) for value in values] if _is_special(values) else values)
    source = ", ".join(f"%b::{kind}[]" for _, kind in varying) or f"array_fill(0, ARRAY[{len(rows)}])"
    aliases = ", ".join(f"c{number}" for number, _ in varying) or "n"
    return f"SELECT {', '.join(selected)} FROM unnest({source}) AS u({aliases})", (*constants, *arrays)


def _is_special(values: Sequence[Any]) -> bool:
    return isinstance(next((value for value in values if value is not None), None), enum.Enum | dict)


def _plain(value: Any) -> Any:
    """What the driver takes: codes for members, text for JSON."""
    if isinstance(value, enum.Enum):
        return value.value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


def reserve_ids(connection: sa.Connection, table: sa.Table, count: int) -> list[int]:
    """Ids for ``count`` new rows that nobody else will get, rising. On SQLite the running transaction is the lock."""
    if not count:
        return []
    if connection.dialect.name == "postgresql":
        sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
        sql = f"SELECT nextval(s.name) FROM (SELECT {sequence} AS name) AS s, generate_series(1, {int(count)})"
        return sorted(connection.exec_driver_sql(sql).scalars())
    highest = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table.name}").scalar_one()
    return list(range(highest + 1, highest + 1 + count))
