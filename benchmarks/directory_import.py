"""A city's file of enterprises comes in, beside merely reading it and a bare COPY: a part of ``bench directory``."""

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.ground import ground_floor
from app.upgrading import upgrade
from benchmarks.importing import copying, imported, reading, settings
from benchmarks.report import Figure, middle
from models.base import db
from models.directory import Enterprise, ImportKind
from operations.demo import city as demo_city
from operations.directory.imports import templates
from operations.directory.names import check_sign
from operations.tables import writing

ROWS = 194_000
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
        app = ground_floor(settings(postgres_url, Path(folder)))
        with app.app_context():
            upgrade()
            demo_city.build()
            db.engine.dispose()
        path = Path(folder, "enterprises.xlsx")
        write_file(path, rows)
        readings = [reading(path)]
        first = imported(postgres_url, ImportKind.ENTERPRISES, path, new=rows)
        readings.append(reading(path))
        again = imported(postgres_url, ImportKind.ENTERPRISES, path, unchanged=rows)
        _save_anew(path)
        anew = imported(postgres_url, ImportKind.ENTERPRISES, path, unchanged=rows)
        readings.append(reading(path))
        read, copied = middle(readings), copying(postgres_url, Enterprise.__tablename__)
        yield Figure("import", first["seconds"], "s", floor=read + copied, aim=IMPORT_AIM, more_is_better=False)
        yield Figure("import_rate", rows / first["seconds"], "rows/s")
        yield Figure("import_again", again["seconds"], "s", floor=read, aim=AGAIN_AIM, more_is_better=False)
        yield Figure("import_saved_anew", anew["seconds"], "s", floor=read, more_is_better=False)
        yield Figure("import_memory", max(told["peak_mb"] for told in (first, again, anew)), "MB RSS", aim=MEMORY_AIM,
                     more_is_better=False)
        yield Figure("reading", read, "s")
        yield Figure("copy", copied, "s")


def _save_anew(path: Path) -> None:
    """The same cells in other bytes, as a spreadsheet program would save them."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"saved anew"


def write_file(path: Path, rows: int) -> None:
    """A file of fictional enterprises in the order of their codes."""
    with writing.workbook(path) as book:
        sheet = book.add_worksheet("填报")
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
