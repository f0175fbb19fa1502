"""``zhitongche bench restore``: a database of a gigabyte is backed up, restored beside and verified in every part."""

import contextlib
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import sqlalchemy as sa

from app import create_app
from app.upgrading import upgrade
from benchmarks import crowd, postgres
from benchmarks.report import Figure
from config import Testing
from models.base import db
from operations.backup import restoring, taking
from operations.demo import city as demo_city
from operations.demo.metropolis import building

AIM_SECONDS, MB = 60.0, 1_000_000
BYTES_A_TICKET, BYTES_AN_ENTERPRISE = 4_100, 1_210  # about; what the database came to is printed


@click.command(name="restore")
@click.option("--megabytes", default=1_000, show_default=True, help="about how large the database is to be")
@click.option("--engine", type=click.Choice(["sqlite", "postgresql"]), multiple=True, help="only this one")
def command(megabytes: int, engine: tuple[str, ...]) -> None:
    """备份与恢复：备份、恢复到旁边的库、逐一核对所用的秒数。"""
    for name in engine or ("sqlite", "postgresql"):
        with contextlib.ExitStack() as room:
            folder = Path(room.enter_context(tempfile.TemporaryDirectory()))
            url = f"sqlite:///{folder}/site.sqlite3" if name == "sqlite" else postgres.create_database(
                room.enter_context(postgres.throwaway_server()), "restored")
            for figure in _figures(name, url, folder, megabytes):
                click.echo(figure.line())


@dataclass(frozen=True, slots=True)
class Restored:
    """One database, there and back. ``processor`` counts the seconds of the server with ours."""

    megabytes: float
    rows: int
    backup: float
    restore: float
    processor: float


def _figures(name: str, url: str, folder: Path, megabytes: int) -> Iterator[Figure]:
    done = tried(url, folder, megabytes)
    per_gigabyte = max(done.megabytes / 1000, 1)
    yield Figure(f"{name}_database", done.megabytes, "MB")
    yield Figure(f"{name}_rows_verified", done.rows, "rows")
    yield Figure(f"{name}_backup", done.backup, "s")
    for what, seconds in (("restore", done.restore), ("restore_processor", done.processor)):
        yield Figure(f"{name}_{what}", seconds, "s", aim=AIM_SECONDS * per_gigabyte, more_is_better=False)


def tried(url: str, folder: Path, megabytes: int) -> Restored:
    """Fill a new database, back it up, restore it beside and verify every part."""
    app = create_app(type("Settings", (Testing,), {"SQLALCHEMY_DATABASE_URI": url}))
    with app.app_context():
        upgrade()
        _fill(megabytes * MB)
        size = _megabytes()
        source = db.engine.url
        db.session.remove()
        db.engine.dispose()
    began = time.monotonic()
    made = taking.back_up(source, {}, folder / "backup")
    backed_up, spent = time.monotonic(), _processor(source)
    with restoring.filled(folder / "backup", source, name="drill"):
        return Restored(size, made.rows, backed_up - began, time.monotonic() - backed_up, _processor(source) - spent)


def _processor(url: sa.URL) -> float:
    """Seconds of this process, of the programs it ran, and of the server where it is one of ours."""
    seconds = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return seconds + postgres.processor_seconds(url) if url.get_backend_name() == "postgresql" else seconds


def _fill(size: int) -> None:
    """Tickets and their events by COPY; SQLite has none, and takes a large directory."""
    city = demo_city.build()
    if db.engine.dialect.name == "postgresql":
        tickets = size // BYTES_A_TICKET
        for patience in ("statement_timeout", "idle_in_transaction_session_timeout"):
            db.session.execute(sa.text(f"SET LOCAL {patience} = 0"))  # a page's is not a filling's
        crowd.fill(city, crowd.Sizes(tickets, tickets * 3 // 10, max(tickets // 5, 400)))
    else:
        enterprises = size // BYTES_AN_ENTERPRISE
        building.build(building.Sizes(enterprises, enterprises // 27 + 1), [], lambda *_: None)


def _megabytes() -> float:
    size = "pg_database_size(current_database())"
    if db.engine.dialect.name == "sqlite":
        size = "page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    return float(db.session.scalar(sa.text(f"SELECT {size}")) or 0) / MB
