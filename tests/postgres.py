"""PostgreSQL for the tests: one server for the session, one migrated template, a copy for each worker.

Rows are deleted between tests as the replication role, for which neither foreign keys nor the triggers that keep the
event log append-only have a say; on somebody else's server, where we may not, the copy is made anew.
"""

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from benchmarks import postgres as server
from models import months
from operations.clocks import rulebook
from tests import shared
from tests.shared import MIGRATED

BASE_URL = "ZHITONGCHE_TEST_POSTGRES"
MISSING = "ZHITONGCHE_TEST_NO_POSTGRES"
AS_REPLICA = {"options": "-c session_replication_role=replica -c lock_timeout=5s"}

SEQUENCES = "SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = 'public'"


def start_server(config: pytest.Config) -> None:
    """Once, in the background, by the process that pytest was started as; workers find it in their environment."""
    if shared.is_worker(config) or {BASE_URL, MISSING} & os.environ.keys():
        return
    try:
        os.environ[BASE_URL] = server.given_server() or _own_server(config)
        config.add_cleanup(_drop_databases)
    except server.NoServer as missing:
        os.environ[MISSING] = str(missing)


def _own_server(config: pytest.Config) -> str:
    own = server.Server()
    config.add_cleanup(own.stop)
    return own.url


def _drop_databases() -> None:
    if server.given_server():
        for name in server.databases_named(os.environ[BASE_URL], shared.session_name()):
            server.drop_database(os.environ[BASE_URL], name)


class Postgres:
    def __init__(self, migrate: Callable[[str], None]) -> None:
        if MISSING in os.environ:
            raise server.NoServer(os.environ[MISSING])
        self.base_url = os.environ[BASE_URL]
        self.template = f"{shared.session_name()}_template"
        self.name = f"{shared.session_name()}_{shared.worker_name()}"
        shared.once("postgres", lambda: self._make_template(migrate))
        self.url = server.create_database(self.base_url, self.name, template=self.template)
        self.engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", connect_args=AS_REPLICA)
        self.may_act_as_replica = self._may_act_as_replica()
        self.remembered = {MIGRATED}
        self.untouched = ""  # the name of what was restored, until somebody in this process commits
        sa.event.listen(sa.Engine, "commit", self._note_commit)

    def remember(self, name: str) -> None:
        """What the database holds now can be restored by this name; not on somebody else's server."""
        if self.may_act_as_replica:
            with self.engine.connect() as connection:
                connection.exec_driver_sql(restoring_function(connection, name))
            self.remembered.add(name)

    def recall(self, name: str, build: Callable[[], None]) -> None:
        """Restore what this name stands for; the first worker that asks builds it, for all of them."""
        if not self.may_act_as_replica:
            self.restore()
            build()
            return
        if name not in self.remembered:
            path = shared.room() / f"{name}.postgres"
            shared.once(path.name, lambda: self._build(name, build, path))
            if name not in self.remembered:
                self._take_over(name, path)
        if self.untouched != name:
            self.restore(name)

    def restore(self, name: str = MIGRATED) -> None:
        """In any case: other processes may have written, too."""
        if self.may_act_as_replica:
            self._restore(name)
        else:
            server.drop_database(self.base_url, self.name)
            server.create_database(self.base_url, self.name, template=self.template)
        rulebook.forget()  # ids begin anew: another test's calendar would look like this one's
        self.untouched = name

    def is_at(self, name: str) -> bool:
        """Whether nothing has been written since this was restored."""
        return self.untouched == name

    def reopen(self) -> None:
        """A server keeps what processes leave behind in order by itself."""

    def close(self) -> None:
        sa.event.remove(sa.Engine, "commit", self._note_commit)
        self.engine.dispose()
        server.drop_database(self.base_url, self.name)

    def _build(self, name: str, build: Callable[[], None], path: Path) -> None:
        self.restore()
        build()
        self.remember(name)
        self.untouched = name
        with self.engine.connect() as connection:
            path.write_bytes(pickle.dumps(kept_rows(connection, name)))

    def _take_over(self, name: str, path: Path) -> None:
        kept: Kept = pickle.loads(path.read_bytes())
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
            for table, (columns, rows) in kept.tables.items():
                copy = f'CREATE TABLE {name}."{table}" AS SELECT {columns} FROM public."{table}" WITH NO DATA'
                connection.exec_driver_sql(copy)
                with driver_of(connection).cursor() as cursor:
                    with cursor.copy(f'COPY {name}."{table}" FROM STDIN (FORMAT BINARY)') as copying:
                        copying.write(rows)
            connection.exec_driver_sql(kept.function)
        self.remembered.add(name)

    def _note_commit(self, _connection: sa.Connection) -> None:
        self.untouched = ""

    def _make_template(self, migrate: Callable[[str], None]) -> None:
        server.wait_until_ready(self.base_url)
        url = server.create_database(self.base_url, self.template)
        migrate(url)
        with server.connection_to(url) as connection:
            connection.exec_driver_sql(restoring_function(connection, MIGRATED))

    def _may_act_as_replica(self) -> bool:
        try:
            self._restore(MIGRATED)
        except sa.exc.DBAPIError:
            return False
        return True

    def _restore(self, name: str) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT {name}.restore()")


@dataclass(frozen=True)
class Kept:
    """What one worker hands to the others: columns and rows of each table that is not empty, and the function."""

    tables: dict[str, tuple[str, bytes]]
    function: str


def kept_rows(connection: sa.Connection, name: str) -> Kept:
    tables = {}
    for table in sa.inspect(connection).get_table_names(schema=name):
        columns = _writable_columns(connection, table)
        with driver_of(connection).cursor() as cursor:
            with cursor.copy(f'COPY {name}."{table}" TO STDOUT (FORMAT BINARY)') as copying:
                tables[table] = (columns, b"".join(copying))
    source = "SELECT pg_get_functiondef(to_regproc(%s))"
    return Kept(tables, connection.exec_driver_sql(source, (f"{name}.restore",)).scalar_one())


def driver_of(connection: sa.Connection) -> psycopg.Connection:
    return connection.connection.driver_connection


def restoring_function(connection: sa.Connection, name: str) -> str:
    """SQL that keeps the present rows aside in a schema, with a function that puts tables and sequences back."""
    tables = sorted(set(sa.inspect(connection).get_table_names()) - months.partitions(connection))
    steps = [f'IF EXISTS (SELECT FROM "{table}") THEN DELETE FROM "{table}"; END IF;' for table in tables]
    copies = []
    for table in tables:
        if connection.exec_driver_sql(f'SELECT EXISTS (SELECT FROM "{table}")').scalar():
            columns = _writable_columns(connection, table)
            copies.append(f'CREATE TABLE {name}."{table}" AS SELECT {columns} FROM "{table}";')
            steps.append(f'INSERT INTO "{table}" ({columns}) OVERRIDING SYSTEM VALUE SELECT * FROM {name}."{table}";')
    for sequence in connection.exec_driver_sql(SEQUENCES).scalars():
        value, is_called = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()
        steps.append(f"PERFORM setval('{sequence}', {value}, {is_called});")
    body = "\n".join(steps)
    return (
        f"DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}; {' '.join(copies)}"
        f" CREATE FUNCTION {name}.restore() RETURNS void LANGUAGE plpgsql AS $$BEGIN {body} END$$"
    )


def _writable_columns(connection: sa.Connection, table: str) -> str:
    columns = sa.inspect(connection).get_columns(table)
    return ", ".join(f'"{column["name"]}"' for column in columns if "computed" not in column)
