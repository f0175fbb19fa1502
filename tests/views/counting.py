"""How many SQL statements something takes."""

from contextlib import contextmanager

from sqlalchemy import event

from models.base import db


@contextmanager
def statements():
    """The statements that reach the database while this lasts, as one list."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
