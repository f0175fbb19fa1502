"""A file comes in, beside merely reading it and a bare COPY of the rows it made: shared by benchmarks of imports."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import psycopg
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from app.ground import ground_floor
from config import Testing
from models.base import db
from models.directory import ImportKind, ImportState
from operations.access.actor import SYSTEM
from operations.directory.imports import batches, running
from operations.directory.imports.batches import ImportRules

SECRET = "only-for-benchmarks-0123456789abcdefghijklmnop"


def settings(url: str, folder: Path) -> type[Testing]:
    """The site that takes the file in."""
    return type("Settings", (Testing,), {"SQLALCHEMY_DATABASE_URI": url, "VAR_DIR": folder, "SECRET_KEY": SECRET})


def imported(url: str, kind: ImportKind, path: Path, **expected: int) -> dict[str, Any]:
    """What one import did in a process of its own: seconds, counts and peak memory. Raises when it was not that."""
    told = _in_process_of_its_own(url, kind.value, path)
    if not told.items() >= ({"new": 0, "changed": 0, "unchanged": 0} | expected).items():
        raise click.ClickException(f"the import did something else: {told}")
    return told


def reading(path: Path) -> float:
    """Seconds of merely reading every row of an .xlsx, in a process of its own."""
    return float(_in_process_of_its_own(path)["seconds"])


def import_file(url: str, kind: ImportKind, path: Path) -> dict[str, Any]:
    """What one import of the file did, in this process: seconds, counts, peak memory in MB."""
    app = ground_floor(settings(url, path.parent))
    rules = ImportRules(path.parent / "imports", 1 << 30, 1_000_000, SECRET)
    with app.app_context():
        db.session.execute(sa.select(1))
        db.session.rollback()
        started, at_rest = time.perf_counter(), peak_mb()
        with path.open("rb") as stream:
            batch = batches.receive(stream, path.name, kind=kind, actor=SYSTEM, unit_id=None, rules=rules)
        done = running.run(batch.id, rules=rules, takes_good_rows=True)
        seconds = time.perf_counter() - started
        if done is None or done.state is not ImportState.IMPORTED:
            raise click.ClickException(f"the import ended otherwise: {done and done.error}")
        counts = {"new": done.new_count, "changed": done.changed_count, "unchanged": done.unchanged_count}
    return {"seconds": seconds, **counts, "peak_mb": peak_mb(), "at_rest_mb": at_rest}


def read_file(path: Path) -> dict[str, Any]:
    """Seconds of merely reading every row with the same library."""
    started = time.perf_counter()
    with CalamineWorkbook.from_path(str(path)) as workbook:
        for _ in workbook.get_sheet_by_index(0).iter_rows():
            pass
    return {"seconds": time.perf_counter() - started}


def copying(url: str, table: str) -> float:
    """Seconds of one COPY of the table's rows into an empty one with the same columns, keys and indexes."""
    address = sa.make_url(url).set(drivername="postgresql")
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


def peak_mb() -> float:
    """The most memory that this program has held, in MB; getrusage() would count what had started it, too."""
    told = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    return int(told[1]) / 1024 if told else 0.0


def _in_process_of_its_own(*arguments: Any) -> dict[str, Any]:
    words = [sys.executable, "-m", "benchmarks.importing", *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise click.ClickException(done.stderr[-2000:])
    told: dict[str, Any] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    *of, file = sys.argv[1:]
    print(json.dumps(import_file(of[0], ImportKind(of[1]), Path(file)) if of else read_file(Path(file))))
