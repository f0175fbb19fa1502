"""A city's file of enterprises comes in, beside merely reading it and a bare COPY: a part of ``bench directory``."""

import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import psycopg
import sqlalchemy as sa
import xlsxwriter
from python_calamine import CalamineWorkbook

from app.ground import ground_floor
from app.upgrading import upgrade
from benchmarks.report import Figure, middle
from config import Testing
from models.base import db
from models.directory import Enterprise, ImportKind, ImportState
from operations.access.actor import SYSTEM
from operations.demo import city as demo_city
from operations.directory.imports import batches, running, templates
from operations.directory.imports.batches import ImportRules
from operations.directory.names import check_sign

ROWS = 194_000
SECRET = "only-for-benchmarks-0123456789abcdefghijklmnop"
IMPORT_AIM, AGAIN_AIM, MEMORY_AIM = 2.5, 1.5, 600.0
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫", "伟敏静丽强磊军洋勇艳杰娟涛明"
TRADES = ("机械制造", "包装制品", "数控科技", "物流运输", "餐饮管理", "建筑工程", "电子商务", "食品加工", "新材料")
TOWNS = ("990102001", "990103001", "990121100")
# The first fifteen columns of the template: everything but projects.
COLUMNS = [column.name for column in templates.ENTERPRISES[:15]]


def figures(postgres_url: str, *, rows: int = ROWS) -> Iterator[Figure]:
    """Seconds of importing a file, of the same bytes again, of the same cells in other bytes; peak memory; the floors.

    The reading is done before, between and after, and its median counts: a loaded machine is not loaded evenly.
    """
    with tempfile.TemporaryDirectory(prefix="zhitongche-import-") as folder:
        app = ground_floor(_settings(postgres_url, Path(folder)))
        with app.app_context():
            upgrade()
            demo_city.build()
            db.engine.dispose()
        path = Path(folder, "enterprises.xlsx")
        write_file(path, rows)
        readings = [_reading(path)]
        first = _imported(postgres_url, path, new=rows)
        readings.append(_reading(path))
        again = _imported(postgres_url, path, unchanged=rows)
        _save_anew(path)
        anew = _imported(postgres_url, path, unchanged=rows)
        readings.append(_reading(path))
        reading, copying = middle(readings), _copy_into_a_twin(postgres_url)
        yield Figure("import", first["seconds"], "s", floor=reading + copying, aim=IMPORT_AIM, more_is_better=False)
        yield Figure("import_rate", rows / first["seconds"], "rows/s")
        yield Figure("import_again", again["seconds"], "s", floor=reading, aim=AGAIN_AIM, more_is_better=False)
        yield Figure("import_saved_anew", anew["seconds"], "s", floor=reading, more_is_better=False)
        yield Figure("import_memory", max(told["peak_mb"] for told in (first, again, anew)), "MB RSS", aim=MEMORY_AIM,
                     more_is_better=False)
        yield Figure("reading", reading, "s")
        yield Figure("copy", copying, "s")


def _imported(url: str, path: Path, **expected: int) -> dict[str, Any]:
    told = _in_process_of_its_own(url, path)
    if not told.items() >= ({"new": 0, "changed": 0, "unchanged": 0} | expected).items():
        raise click.ClickException(f"the import did something else: {told}")
    return told


def _reading(path: Path) -> float:
    return float(_in_process_of_its_own(path)["seconds"])


def _save_anew(path: Path) -> None:
    """The same cells in other bytes, as a spreadsheet program would save them."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"saved anew"


def write_file(path: Path, rows: int) -> None:
    """A file of fictional enterprises in the order of their codes."""
    with xlsxwriter.Workbook(path, {**templates.AS_TYPED, "constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet("填报")
        sheet.write_row(0, 0, COLUMNS)
        for number in range(rows):
            sheet.write_row(number + 1, 0, row_of(number))


def row_of(number: int) -> list[Any]:
    """One fictional enterprise; every tenth wants a steward."""
    body = f"91990102MB{number:07d}"
    person = SURNAMES[number % 12] + GIVEN[number % 14] + GIVEN[number % 11]
    trade = TRADES[number % len(TRADES)]
    category = ("规上工业", "一般", "限上商贸", "规上服务业")[number % 4]
    return [
        body + check_sign(body), f"云州{person}{trade}{number}有限公司", f"人民路 {number % 999} 号 {number % 30} 幢",
        TOWNS[number % 3], person, f"{person} 经理", f"138{number:08d}", f"{13 + number % 30}", category, "投产运营",
        number % 800, number % 90_000 + 0.5, number % 120_000, f"{2000 + number % 24}-{1 + number % 12:02d}-01",
        ("liumin", "wangqiang")[number % 2] if number % 10 == 0 else "",
    ]


def import_file(url: str, path: Path) -> dict[str, Any]:
    """What one import of the file did, in this process: seconds, counts, peak memory in MB."""
    app = ground_floor(_settings(url, path.parent))
    rules = ImportRules(path.parent / "imports", 1 << 30, 1_000_000)
    with app.app_context():
        db.session.execute(sa.select(1))
        db.session.rollback()
        started = time.perf_counter()
        with path.open("rb") as stream:
            batch = batches.receive(
                stream, path.name, kind=ImportKind.ENTERPRISES, actor=SYSTEM, unit_id=None, rules=rules
            )
        done = running.run(batch.id, rules=rules, takes_good_rows=True)
        seconds = time.perf_counter() - started
        if done is None or done.state is not ImportState.IMPORTED:
            raise click.ClickException(f"the import ended otherwise: {done and done.error}")
        counts = {"new": done.new_count, "changed": done.changed_count, "unchanged": done.unchanged_count}
    return {"seconds": seconds, **counts, "peak_mb": _peak_mb()}


def read_file(path: Path) -> dict[str, Any]:
    """Seconds of merely reading every row with the same library."""
    started = time.perf_counter()
    with CalamineWorkbook.from_path(str(path)) as workbook:
        for _ in workbook.get_sheet_by_index(0).iter_rows():
            pass
    return {"seconds": time.perf_counter() - started}


def _in_process_of_its_own(*arguments: Any) -> dict[str, Any]:
    words = [sys.executable, "-m", "benchmarks.directory_import", *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise click.ClickException(done.stderr[-2000:])
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _copy_into_a_twin(url: str) -> float:
    """Seconds of one COPY of the imported rows into an empty table with the same columns, keys and indexes."""
    table, address = Enterprise.__tablename__, sa.make_url(url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
        connection.execute(f"CREATE TABLE twin_of_{table} (LIKE {table} INCLUDING ALL)".encode())
        keys = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass"
        for (definition,) in connection.execute(keys, (table,)).fetchall():
            connection.execute(f"ALTER TABLE twin_of_{table} ADD {definition}".encode())
        connection.commit()
        with connection.cursor().copy(f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT".encode()) as out:
            content = b"".join(bytes(part) for part in out)
        started = time.perf_counter()
        with connection.cursor().copy(f"COPY twin_of_{table} FROM STDIN".encode()) as into:
            into.write(content)
        connection.commit()
        return time.perf_counter() - started


def _settings(url: str, folder: Path) -> type[Testing]:
    return type("Settings", (Testing,), {"SQLALCHEMY_DATABASE_URI": url, "VAR_DIR": folder, "SECRET_KEY": SECRET})


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    *urls, file = sys.argv[1:]
    print(json.dumps(import_file(urls[0], Path(file)) if urls else read_file(Path(file))))
