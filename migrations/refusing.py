"""Triggers by which the database refuses a row for what other rows say, which no CHECK can ask."""

from alembic import op


def refuse_when(name: str, event: str, table: str, *, condition: str, words: str) -> None:
    """Refuse ``event`` (INSERT, UPDATE OF status …) on ``table`` where ``condition`` on OLD, NEW and others holds."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    else:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
