"""Triggers by which the database itself refuses to delete what is kept for ever (domain.md §4, invariant 1)."""

from collections.abc import Iterable

from alembic import op


def keep(tables: Iterable[str]) -> None:
    """Let nobody delete a row of these tables or empty them. The function ``refuse`` comes from the first migration."""
    if op.get_bind().dialect.name == "postgresql":
        for table in tables:
            op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()")
            op.execute(
                f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
            )
    else:
        for table in tables:
            op.execute(
                f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'DELETE on {table} is refused: it is kept for ever'); END"
            )


def seal(tables: Iterable[str]) -> None:
    """Let nobody change a row of these tables either: what they say has been said."""
    keep(tables)
    for table in tables:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
        else:
            op.execute(
                f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'UPDATE on {table} is refused: it is kept for ever'); END"
            )
