"""How each engine is copied, filled and exchanged. What is replaced is put aside, never removed."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from models import engine as engines
from operations.backup import digests, postgres
from operations.errors import Refused
from operations.sealed_log import SNAPSHOT

RUNNING = "还有程序连着要替换的数据库，请先停止网站和定时作业。没有改动任何内容。"


class Store(Protocol):
    """One engine. A URL names one database; a scratch one holds what is being restored until it is found whole."""

    file_name: str

    def dump(self, connection: sa.Connection, path: Path) -> None:
        """Write what the connection sees into a file."""

    def scratch(self, target: sa.URL, name: str) -> sa.URL:
        """An empty database beside ``target``; a former one of this name is gone."""

    def load(self, path: Path, url: sa.URL) -> None:
        """Fill an empty database from a file that ``dump`` has written."""

    def faults(self, connection: sa.Connection) -> list[str]:
        """What the engine itself finds wrong with its pages and references."""

    def is_occupied(self, url: sa.URL) -> bool:
        """Whether anything is there that a restore would replace."""

    def exchange(self, scratch: sa.URL, target: sa.URL, *, aside: str) -> str:
        """Put the scratch database in the place of the target; where the former one is now, empty if there was none."""

    def drop(self, scratch: sa.URL) -> None:
        """Remove a scratch database; nothing where it is gone already."""


def store_of(url: sa.URL) -> Store:
    """The store for a database's address."""
    return _SQLite() if url.get_backend_name() == "sqlite" else postgres.Postgres(RUNNING)


@contextmanager
def one_moment(url: sa.URL) -> Iterator[sa.Connection]:
    """A connection of its own that sees one moment of the database however long it reads, and writes nothing."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    engines.prepare(engine)
    with engine.connect().execution_options(**SNAPSHOT[engine.dialect.name]) as connection:
        if connection.dialect.name == "postgresql":
            patient = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
            for name, value in (patient | digests.ALIKE).items():
                connection.execute(sa.text(f"SET LOCAL {name} = '{value}'"))
        yield connection


class _SQLite:
    file_name = "database.sqlite3"

    def dump(self, connection: sa.Connection, path: Path) -> None:
        """By SQLite's online backup, in one step: writers go on meanwhile."""
        driver: Any = connection.connection.driver_connection
        with closing(sqlite3.connect(path)) as copy:
            driver.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it

    def scratch(self, target: sa.URL, name: str) -> sa.URL:
        scratch = target.set(database=f"{target.database}.{name}")
        self.drop(scratch)
        return scratch

    def load(self, path: Path, url: sa.URL) -> None:
        shutil.copyfile(path, _path(url))
        with closing(sqlite3.connect(_path(url))) as filled:
            filled.execute("PRAGMA journal_mode=WAL")  # as `zhitongche init` does

    def faults(self, connection: sa.Connection) -> list[str]:
        connection.exec_driver_sql("PRAGMA mmap_size = 2147418112")  # the most there is: every page is read many times
        damage = [str(row[0]) for row in connection.execute(sa.text("PRAGMA integrity_check(5)"))]
        loose = connection.execute(sa.text("PRAGMA foreign_key_check")).fetchmany(5)
        found = [f"数据库文件损坏（{line}）" for line in damage if line != "ok"]
        return found + [f"表 {row[0]} 有行指向不存在的 {row[2]}" for row in loose]

    def is_occupied(self, url: sa.URL) -> bool:
        path = _path(url)
        return path.exists() and path.stat().st_size > 0

    def exchange(self, scratch: sa.URL, target: sa.URL, *, aside: str) -> str:
        path, kept = _path(target), ""
        if self.is_occupied(target):
            self._come_to_rest(path)
            kept = f"{path}.{aside}"
            path.rename(kept)
        self._come_to_rest(_path(scratch))
        _path(scratch).rename(path)
        with closing(sqlite3.connect(path)) as opened:
            opened.execute("PRAGMA journal_mode=WAL")
        return kept

    @staticmethod
    def _come_to_rest(path: Path) -> None:
        """Bring the log into the file; SQLite lets only the last one who has it open do that."""
        with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as connection:
            try:
                connection.execute("PRAGMA journal_mode=DELETE")
            except sqlite3.OperationalError as problem:
                raise Refused(RUNNING) from problem

    def drop(self, scratch: sa.URL) -> None:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{_path(scratch)}{ending}").unlink(missing_ok=True)


def _path(url: sa.URL) -> Path:
    return Path(url.database or "")
