"""PostgreSQL's own programs: pg_dump within the moment that was digested, pg_restore into a database beside."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from operations.errors import NOT_PERMITTED, Refused

TWO = "2"  # of pg_restore's workers
QUICK = "-c synchronous_commit=off -c statement_timeout=0 -c lock_timeout=0 -c maintenance_work_mem=128MB"
IN_USE = "55006"
# As docs/deploy.md makes the site's own: the server's habits may be others, and the new one takes the site's place.
AS_DEPLOYED = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"


class Postgres:
    """A store of databases on one server."""

    file_name = "database.dump"

    def __init__(self, running: str) -> None:
        self.running = running

    def dump(self, connection: sa.Connection, path: Path) -> None:
        """What this very transaction sees, by the snapshot it exports."""
        moment = connection.scalar(sa.text("SELECT pg_export_snapshot()"))
        url = connection.engine.url
        _run("pg_dump", url, f"--snapshot={moment}", "--format=custom", "--compress=1", "--no-owner",
             "--no-privileges", f"--file={path}")

    def scratch(self, target: sa.URL, name: str) -> sa.URL:
        """A new database ``<target>_<name>``."""
        scratch = target.set(database=f"{target.database}_{name}"[:63])
        self.drop(scratch)
        with _beside(target, self.running) as connection:
            connection.execute(sa.text(f"CREATE DATABASE {_quoted(scratch)} {AS_DEPLOYED}"))
        return scratch

    def load(self, path: Path, url: sa.URL) -> None:
        """Indexes and references are made anew, and therefore checked."""
        _run("pg_restore", url, "--no-owner", "--no-privileges", "--exit-on-error", f"--jobs={TWO}", str(path))

    def faults(self, connection: sa.Connection) -> list[str]:
        """None: pg_restore has made every index, constraint and reference anew and broke off at the first fault."""
        return []

    def is_occupied(self, url: sa.URL) -> bool:
        """Whether the database exists and has a table."""
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        try:
            with engine.connect() as connection:
                return bool(sa.inspect(connection).get_table_names())
        except OperationalError as problem:
            if not self._exists(url):
                return False
            raise Refused(f"数据库没有响应：{_first_line(problem)}") from problem

    def exchange(self, scratch: sa.URL, target: sa.URL, *, aside: str) -> str:
        """Both names change in one transaction; refused while anybody is connected to either."""
        kept = target.set(database=f"{target.database}_{aside}"[:63])
        had = self._exists(target)
        with _beside(target, self.running) as connection:
            connection.execute(sa.text("BEGIN"))
            if had:
                connection.execute(sa.text(f"ALTER DATABASE {_quoted(target)} RENAME TO {_quoted(kept)}"))
            connection.execute(sa.text(f"ALTER DATABASE {_quoted(scratch)} RENAME TO {_quoted(target)}"))
            connection.execute(sa.text("COMMIT"))
        return str(kept.database) if had else ""

    def drop(self, scratch: sa.URL) -> None:
        """Whoever is connected to it is put out: it is ours."""
        with _beside(scratch, self.running) as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {_quoted(scratch)} WITH (FORCE)"))

    def _exists(self, url: sa.URL) -> bool:
        with _beside(url, self.running) as connection:
            named = sa.text("SELECT EXISTS (SELECT FROM pg_database WHERE datname = :name)")
            return bool(connection.scalar(named, {"name": url.database}))


@contextmanager
def _beside(url: sa.URL, running: str) -> Iterator[sa.Connection]:
    """A connection to another database of the same server, each statement for itself."""
    engine = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool,
                              connect_args={"client_encoding": "utf8"})  # of SQL_ASCII every text would come as bytes
    try:
        with engine.connect() as connection:
            yield connection
    except (ProgrammingError, OperationalError) as problem:
        state = getattr(problem.orig, "sqlstate", None)
        if state == IN_USE:
            raise Refused(running) from problem
        if state == NOT_PERMITTED:
            raise Refused("数据库账户不能建库。请授予 CREATEDB，或用 DRILL_DATABASE_URL 指定能建库的服务器。") from problem
        raise Refused(f"数据库没有响应：{_first_line(problem)}") from problem


def _run(program: str, url: sa.URL, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise Refused(f"没有找到 {program}：请安装不低于服务器版本的 PostgreSQL 客户端程序。")
    # The password goes by the environment: arguments can be read by everybody on the machine.
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    surroundings = {**os.environ, "PGOPTIONS": QUICK} | ({"PGPASSWORD": str(url.password)} if url.password else {})
    ended = subprocess.run([found, f"--dbname={address}", *arguments], env=surroundings, stdin=subprocess.DEVNULL,
                           capture_output=True, text=True, errors="replace", check=False)
    if ended.returncode:
        said = ended.stderr.strip().splitlines() or ["没有说明原因"]
        raise Refused(f"{program} 没有完成：{said[0][:300]}")


def _quoted(url: sa.URL) -> str:
    return '"' + str(url.database).replace('"', '""') + '"'


def _first_line(problem: DBAPIError) -> str:
    return str(problem.orig).strip().splitlines()[0][:300]
