"""A digest of every table: the rows in the order of their keys, as the database itself writes them."""

import hashlib
import marshal
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from models import months

BATCH = 2_000
# The second format of marshal writes equal values alike, whoever else holds them; it is ten times as quick as repr.
PLAIN = 2
# Read on one engine, so that both readings of a table are written alike.
ALIKE = {"timezone": "UTC", "datestyle": "ISO", "intervalstyle": "iso_8601", "extra_float_digits": "1"}


def of_tables(connection: sa.Connection) -> Mapping[str, tuple[int, str]]:
    """Rows and SHA-256 of every table there is, ours or not, by its name: of the whole, not of its partitions."""
    inspector = sa.inspect(connection)
    digest = _WAYS[connection.dialect.name]
    tables = sorted(set(inspector.get_table_names()) - months.partitions(connection))
    return {table: digest(connection, _reading(inspector, table)) for table in tables}


def _reading(inspector: sa.Inspector, table: str) -> str:
    columns = inspector.get_columns(table)
    names = [_quoted(column["name"]) for column in columns]
    # By bytes: two servers may sort words in two ways.
    words = {column["name"] for column in columns if isinstance(column["type"], sa.String)}
    collation = ' COLLATE "C"' if inspector.dialect.name == "postgresql" else ""
    keys = inspector.get_pk_constraint(table)["constrained_columns"] or [column["name"] for column in columns]
    order = ", ".join(_quoted(key) + (collation if key in words else "") for key in keys)
    return f"SELECT {', '.join(names)} FROM {_quoted(table)} ORDER BY {order}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _of_sqlite(connection: sa.Connection, reading: str) -> tuple[int, str]:
    driver: Any = connection.connection.driver_connection
    digest, count = hashlib.sha256(), 0
    driver.text_factory = bytes  # a text that is no UTF-8 any more is still what it is
    try:
        cursor = driver.execute(reading)
        while rows := cursor.fetchmany(BATCH):
            digest.update(marshal.dumps(rows, PLAIN))
            count += len(rows)
    finally:
        driver.text_factory = str
    return count, digest.hexdigest()


def _of_postgresql(connection: sa.Connection, reading: str) -> tuple[int, str]:
    driver: Any = connection.connection.driver_connection
    digest = hashlib.sha256()
    with driver.cursor() as cursor:
        with cursor.copy(f"COPY ({reading}) TO STDOUT") as rows:
            for block in rows:
                digest.update(block)
        return cursor.rowcount, digest.hexdigest()


_WAYS: Mapping[str, Callable[[sa.Connection, str], tuple[int, str]]] = {
    "sqlite": _of_sqlite, "postgresql": _of_postgresql,
}
