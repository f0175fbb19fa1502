"""What a worker of the site asks of its database before it answers anybody. Light: alembic is not loaded for it."""

import logging
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from environment import ConfigurationError
from models.base import READ_ONLY, db
from operations import protection
from operations.errors import NO_RIGHT, NOT_PERMITTED
from operations.storage import places

log = logging.getLogger("zhitongche.start")
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
BEHIND = "数据库还没有准备好（现为 {present}，本程序要 {wanted}）。请先运行：zhitongche init"
_REVISION = sa.table("alembic_version", sa.column("version_num"))


def ensure_migrated(app: Flask) -> None:
    """Raise ConfigurationError when the database lacks what this program's migrations give it.

    A database that is ahead will do: migrations only add (docs/deploy.md), and while several machines are upgraded one
    after the other, workers of the former version are replaced under it. One that cannot be reached just now will be:
    its absence is what /readyz says.
    """
    wanted = newest()
    with app.app_context():
        try:
            present = revision()
        except sa.exc.OperationalError as problem:
            log.warning("the database cannot be asked yet: %s", type(problem.orig).__name__)
            return
        except sa.exc.ProgrammingError as problem:
            if getattr(problem.orig, "sqlstate", None) != NOT_PERMITTED:
                raise
            raise ConfigurationError(NO_RIGHT.format(str(problem.orig).splitlines()[0])) from problem
        finally:
            db.engine.dispose()  # a worker that is forked later opens its own
    if present is None or present < wanted:
        raise ConfigurationError(BEHIND.format(present=present or "空库", wanted=wanted))
    if present > wanted:
        log.warning("the database is of version %s, this program of %s", present, wanted)


def look_at_the_log(app: Flask) -> None:
    """Find out before the first page whether the log reaches its last anchor: otherwise the site is only read."""
    with app.app_context():
        db.session.info["read_only"] = True  # on SQLite nobody who writes is waited for
        with suppress(sa.exc.OperationalError):
            protection.why()
        db.session.remove()
        db.engine.dispose()


def look_at_the_attachments(app: Flask) -> None:
    """Say at once that an object store does not answer. The site starts all the same: pages need no attachment."""
    if fault := places.of_attachments(app.config).fault():
        log.warning("the object store of the attachments: %s", fault)


def newest() -> str:
    """The last revision of ``migrations/``: files are named by it, and it is a number that rises."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def revision() -> str | None:
    """The revision that the database is at; None where there is no database of this program."""
    path = sqlite_path()
    if path is not None and not is_there(path):
        return None
    with db.engine.connect().execution_options(**READ_ONLY[db.engine.dialect.name]) as connection:
        if not sa.inspect(connection).has_table(_REVISION.name):
            return None
        return connection.scalar(sa.select(sa.func.max(_REVISION.c.version_num)))


def sqlite_path() -> str | None:
    """The file of an SQLite database; None for another engine."""
    return db.engine.url.database if db.engine.dialect.name == "sqlite" else None


def is_there(path: str) -> bool:
    """Whether the file holds anything. Never by opening it: closing any descriptor of the file drops this process's
    POSIX locks on it, and with them SQLite's; the next process to leave would then take the write-ahead log away."""
    try:
        return Path(path).stat().st_size > 0
    except FileNotFoundError:
        return False
