"""Statements that PostgreSQL knows already: planned once for a connection, not once for every page.

psycopg prepares what a connection asks again and again, and forgets it all with every rollback, for a table may have
gone that a statement was about. Every page ends by a rollback: seven of ten statements were planned anew, for more than
a third of the database's time. Tables are made by migrations, on connections of their own; and where one has gone and
come again, PostgreSQL looks it up anew by itself.

One kind of statement wants a plan of its own each time: how many rows hold a word is known only with the word.
"""

from typing import Any

# Of one connection: a day's pages have 400 statements. What was asked twice will be asked again.
KEPT, KEPT_FROM = 500, 2
OF_WORDS = " @@ "


def keeping(driver: Any) -> Any:
    """The driver's class of connections, made to keep what it has prepared."""

    class Asking(driver.Cursor):
        def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
            """The driver's own; what is asked of an index of words is never prepared."""
            if isinstance(query, str) and OF_WORDS in query:
                more["prepare"] = False
            return super().execute(query, params, **more)

    class Keeping(driver.Connection):
        _prepared: Any

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.cursor_factory = Asking

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
