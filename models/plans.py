"""Statements that PostgreSQL knows already: planned once for a connection, not once for every page.

psycopg prepares what a connection asks again and again, and forgets it all with every rollback, for a table may have
gone that a statement was about. Every page ends by a rollback: seven of ten statements were planned anew, for more than
a third of the database's time. Tables are made by migrations, on connections of their own; and where one has gone and
come again, PostgreSQL looks it up anew by itself.
"""

from typing import Any

# Of one connection: a day's pages have 400 statements. What was asked twice will be asked again.
KEPT, KEPT_FROM = 500, 2


def keeping(driver: Any) -> Any:
    """The driver's class of connections, made to keep what it has prepared."""

    class Keeping(driver.Connection):
        _prepared: Any

        def rollback(self) -> None:
            """The driver's own, with nothing to forget."""
            kept, self._prepared = self._prepared, type(self._prepared)()
            try:
                super().rollback()
            finally:
                self._prepared = kept

    return Keeping


def keep(connection: Any, _record: Any) -> None:
    """Of a new connection: how many, and from when on."""
    connection.prepared_max, connection.prepare_threshold = KEPT, KEPT_FROM
