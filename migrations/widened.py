"""One more code for a column that holds the codes of an enum: its CHECK is widened, the rows stay as they are."""

from collections.abc import Sequence

from alembic import op


def widen(table: str, column: str, name: str, *, after: str, more: Sequence[str]) -> None:
    """Let ``column`` also hold ``more``, behind the code ``after`` that was its last. ``name`` is the enum's.

    SQLite changes no CHECK, and to build the table anew would cost its triggers and every key that leads to it; the
    stored statement is changed instead, as SQLite's own page on ALTER TABLE has it for CHECK constraints.
    """
    if op.get_bind().dialect.name == "postgresql":
        _widen_constraint(table, column, f"ck_{table}_{name}", after=after, more=more)
    else:
        _widen_statement(table, after=after, more=more)


def restate_check(table: str, name: str, *, before: str, after: str) -> None:
    """Let a CHECK say ``after`` in the place of ``before``, which is looser: the rows stay as they are."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({after})")
    else:
        _restate(table, before, after)


def let_be_empty(table: str, column: str) -> None:
    """Let ``column``, of whole numbers, be NULL. On SQLite as above: the stored statement is changed, not the rows."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")
    else:
        _restate(table, f"{column} INTEGER NOT NULL", f"{column} INTEGER")


def lengthen(table: str, column: str, *, before: int, after: int) -> None:
    """Let a text be ``after`` signs long. On SQLite as above; PostgreSQL looks at no row of a wider column."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE VARCHAR({after})")
    else:
        _restate(table, f"\t{column} VARCHAR({before})", f"\t{column} VARCHAR({after})")


def _widen_constraint(table: str, column: str, constraint: str, *, after: str, more: Sequence[str]) -> None:
    found = f"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '{constraint}'"
    definition = op.get_bind().exec_driver_sql(found).scalar_one()
    codes = [part for part in definition.split("'")[1::2]]
    if codes[-1] != after:
        raise RuntimeError(f"{constraint} ends with {codes[-1]}, not with {after}")
    listed = ", ".join(f"'{code}'" for code in (*codes, *more))
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({column} IN ({listed}))")


def _widen_statement(table: str, *, after: str, more: Sequence[str]) -> None:
    listed = "".join(f", '{code}'" for code in more)
    _restate(table, f"'{after}'))", f"'{after}'{listed}))")


def _restate(table: str, before: str, after: str) -> None:
    bind = op.get_bind()
    statement = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?"
    if bind.exec_driver_sql(statement, (table,)).scalar_one().count(before) != 1:
        raise RuntimeError(f"the statement of {table} does not say {before} once")
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    bind.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?", (before, after, table)
    )
    bind.exec_driver_sql("PRAGMA writable_schema = RESET")
