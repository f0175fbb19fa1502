"""``zhitongche bench hall``: a hall's year of counted cases comes in from one file, and comes again."""

import contextlib
import csv
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import click
import sqlalchemy as sa

from app.ground import ground_floor
from app.upgrading import upgrade
from benchmarks import postgres, rated
from benchmarks.importing import copying, imported, reading, settings
from benchmarks.report import Figure, middle
from models import clock
from models.base import db
from models.bulk import insert_rows
from models.directory import Enterprise, ImportKind
from models.hall import CountedCase
from models.hall_intake import HallCode, HallCodeKind
from operations.access.people import actor_named
from operations.demo import city as demo_city
from operations.directory.imports import templates
from operations.directory.names import check_sign
from operations.hall import systems
from operations.tables import writing

CASES = 437_690
KEEPER, FIRMS = "dengli", 2000
IMPORT_AIM, AGAIN_AIM, MEMORY_AIM = 2.5, 2.5, 600.0
LATEST = datetime(2026, 8, 28, 17, 0)


@click.command(name="hall")
@click.option("--cases", default=CASES, show_default=True, help="how many counted cases the file has")
@click.option("--database", default="", help="an empty PostgreSQL database to use; a throw-away server without it")
def command(cases: int, database: str) -> None:
    """大厅办件：一年的办件从一个文件进来；再来一次；与只读文件加一次 COPY 比较。"""
    with contextlib.ExitStack() as room:
        url = database or postgres.create_database(room.enter_context(postgres.throwaway_server()), "hall")
        folder = Path(room.enter_context(tempfile.TemporaryDirectory(prefix="zhitongche-hall-")))
        for figure in figures(url, folder, cases):
            click.echo(figure.line())


def figures(url: str, folder: Path, cases: int) -> Iterator[Figure]:
    """Seconds and memory of the file, of the same rows as CSV, which changes nothing, and of what both are held
    against."""
    app = ground_floor(settings(url, folder))
    with app.app_context():
        upgrade()
        _meet(rated.found(demo_city.build())["first"])
        db.engine.dispose()
    book, table = folder / "cases.xlsx", folder / "cases.csv"
    write_book(book, cases)
    write_table(table, cases)
    readings = [reading(book)]
    first = imported(url, ImportKind.CASES, book, new=cases)
    readings.append(reading(book))
    again = imported(url, ImportKind.CASES, table, unchanged=cases)
    read, copied = middle(readings), copying(url, CountedCase.__tablename__)
    yield Figure("hall_import", first["seconds"], "s", floor=read + copied, aim=IMPORT_AIM, more_is_better=False)
    yield Figure("hall_import_rate", cases / first["seconds"], "cases/s")
    yield Figure("hall_import_again", again["seconds"], "s", floor=read, aim=AGAIN_AIM, more_is_better=False)
    yield Figure("hall_import_memory", first["peak_mb"], "MB RSS", aim=MEMORY_AIM, more_is_better=False)
    yield Figure("hall_import_memory_csv", again["peak_mb"], "MB RSS", floor=again["at_rest_mb"])
    yield Figure("reading", read, "s")
    yield Figure("copy", copied, "s")


def write_book(path: Path, cases: int) -> None:
    """The year as an .xlsx."""
    with writing.workbook(path) as book:
        sheet = book.add_worksheet("填报")
        for number, row in enumerate(_rows(cases)):
            sheet.write_row(number, 0, row)


def write_table(path: Path, cases: int) -> None:
    """The same cells as CSV."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(_rows(cases))


def _rows(cases: int) -> Iterator[list[str]]:
    yield [column.name for column in templates.CASES]
    for number in range(cases):
        at = LATEST - timedelta(minutes=number % 525_000)
        officer, item = number % rated.OFFICERS, number // 7 % rated.ITEMS
        yield [
            f"YZ{at:%Y%m%d}-{number:06d}", f"事项{item}", f"11990100MB{item:08d}",
            f"U{officer % rated.WINDOWS % rated.UNITS}", "", f"W{officer % rated.WINDOWS}", "", f"R{officer}", "",
            f"{at:%Y-%m-%d %H:%M}", "大厅窗口", credit_code(number % FIRMS) if number % 4 == 0 else "",
            f"990102199{number % 10}{number % 12 + 1:02d}{number % 28 + 1:02d}{number % 10_000:04d}",
        ]


def credit_code(number: int) -> str:
    """Of the firm of this number."""
    body = f"91990102MC{number:07d}"
    return body + check_sign(body)


def _meet(first: int) -> None:
    """The hall's system, its codes matched to the units, windows and officers of the filled city, and the firms."""
    keeper = actor_named(KEEPER)
    system = systems.register(code="bench-hall", name="性能测试大厅", actor=keeper)
    K, now = HallCodeKind, clock.now()
    known = [(K.UNIT, "U", "organisation_id", first, rated.UNITS),
             (K.WINDOW, "W", "organisation_id", first + rated.UNITS, rated.WINDOWS),
             (K.OFFICER, "R", "user_id", first, rated.OFFICERS)]
    rows = [{"system_id": system.id, "kind": kind, "code": f"{sign}{place}", "name": "", "has_none": False,
             "organisation_id": None, "user_id": None, "seen_at": now, "set_at": now, "set_by_id": keeper.user_id,
             column: begin + place} for kind, sign, column, begin, count in known for place in range(count)]
    insert_rows(db.session.connection(), HallCode.__table__, rows)
    coding = sa.update(Enterprise.__table__).where(Enterprise.__table__.c.id == sa.bindparam("one"))
    db.session.connection().execute(coding.values(credit_code=sa.bindparam("code")),
                                    [{"one": first + place, "code": credit_code(place)} for place in range(FIRMS)])
    db.session.commit()
