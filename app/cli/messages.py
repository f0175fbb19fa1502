"""``import`` and ``replay``: messages of the hotline come in, or walk once more on a simulated clock."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

import click
import sqlalchemy as sa

from app.cli.opening import on_the_site
from app.ground import ground_floor
from app.upgrading import upgrade
from config import Config
from environment import database_address
from models.base import db
from operations.errors import BadInput
from operations.hotline import replay as walking
from operations.hotline.bad_rows import write_bad_rows
from operations.hotline.exchanges import read_exchanges
from operations.hotline.importing import Imported, import_messages, region_coded
from operations.hotline.reading import BadRow

P = ParamSpec("P")
R = TypeVar("R")
STDOUT = Path("-")
LONGEST_LIMIT = 250  # a year of working days
# What a throw-away database need not do: survive a power cut, or wipe what it deletes.
CARELESS = ("synchronous=OFF", "journal_mode=MEMORY", "secure_delete=OFF")


class Unusable(click.ClickException):
    """What was given cannot be used: a file, a region, a place to write to."""

    exit_code = 2


def in_words(command: Callable[P, R]) -> Callable[P, R]:
    """A file that cannot be read ends the command with one sentence and exit code 2."""

    @wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except BadInput as refusal:
            raise Unusable(str(refusal)) from refusal

    return told


@click.group("import")
def import_group() -> None:
    """导入外来数据。"""


@import_group.command("messages")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--region", metavar="CODE", help="留言所属区划的代码；默认为唯一的市级区划。")
@click.option("--dry-run", is_flag=True, help="只检查并报告，不写入。")
@click.option("--json", "as_json", is_flag=True, help="结果输出为一个 JSON 对象。")
@click.option("--bad-rows", type=click.Path(path_type=Path), metavar="OUT.xlsx", help="把有误的行连同原因另存为表格。")
@on_the_site
@in_words
def messages(file: Path, region: str | None, dry_run: bool, as_json: bool, bad_rows: Path | None) -> None:
    """导入 12345 留言表（.xlsx、.xls 或 .csv）。

    每条留言登记为一件 12345 渠道的诉求；已登记过的不再登记；有误的行列出行号和原因，其余照常登记。
    """
    began = perf_counter()
    imported = import_messages(file, region=region_coded(region), is_rehearsal=dry_run)
    seconds = perf_counter() - began
    if bad_rows is not None:
        write_bad_rows(file, imported.bad, bad_rows)
    if as_json:
        counts = {"new": imported.new, "known": imported.known, "bad": rows_as_json(imported.bad)}
        click.echo(json.dumps({**counts, "dry_run": dry_run, "seconds": round(seconds, 2)}, ensure_ascii=False))
    else:
        click.echo(_summary(imported, seconds, is_rehearsal=dry_run))


def _summary(imported: Imported, seconds: float, *, is_rehearsal: bool) -> str:
    done = "可登记" if is_rehearsal else "新登记"
    lines = [f"第 {row.row} 行{_numbered(row)}：{row.reason}" for row in imported.bad]
    nothing_new = "没有新的留言。" if not imported.new and imported.known else ""
    counts = f"{done} {imported.new} 件，已登记过 {imported.known} 件，有误 {len(imported.bad)} 行"
    return "\n".join([*lines, f"{nothing_new}{counts}，用时 {seconds:.1f} 秒。"])


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--limit", type=click.IntRange(1, LONGEST_LIMIT), default=5, show_default=True, help="办理时限，工作日数。")
@click.option("--json", "target", type=click.Path(path_type=Path), metavar="OUT", help="逐件结果写入该文件；- 为标准输出。")
@click.option("--database", metavar="URL", help="用这个空的数据库；默认用临时的 SQLite 文件。")
@in_words
def replay(file: Path, limit: int, target: Path | None, database: str | None) -> None:
    """按今天的规则，在模拟时钟上重放历史留言。

    每条留言在留言时间提交、受理、派单，在答复时间办结、反馈、回访；其间到期的由巡检照章督办。另用数据库，不动本站的数据。
    """
    began = perf_counter()
    _ensure_writable(target)
    exchanges, left_out = read_exchanges(file)
    for row in left_out:
        click.echo(f"第 {row.row} 行{_numbered(row)}略去：{row.reason}", err=True)
    with own_database(database):
        report = walking.report(walking.replay(exchanges, limit_days=limit), left_out)
    if target is not None:
        _write(target, json.dumps(report, ensure_ascii=False, indent=1))
    totals = report["totals"]
    rate = "" if totals["on_time_rate"] is None else f"（{totals['on_time_rate']:.1%}）"
    click.echo(
        f"重放 {totals['messages']} 件，办理时限 {limit} 个工作日：按时 {totals['on_time']} 件{rate}，超时 {totals['late']} 件；"
        f"一次督办 {totals['first']} 件，二次督办 {totals['second']} 件，提请约谈 {totals['talk']} 件；"
        f"略去 {totals['left_out']} 行；用时 {perf_counter() - began:.1f} 秒。",
        err=target == STDOUT,
    )


@contextmanager
def own_database(given: str | None) -> Iterator[None]:
    """An app on a database of the replay's own: the one given, else a file that is gone afterwards."""
    with TemporaryDirectory(prefix="zhitongche-replay-") as folder:
        app = ground_floor(_settings(Path(folder), given))
        with app.app_context():
            if given is None:
                sa.event.listen(db.engine, "connect", _be_careless)
            try:
                upgrade()
                yield
            finally:
                db.session.remove()
                db.engine.dispose()


def _settings(folder: Path, given: str | None) -> type[Config]:
    try:
        url = database_address(given) if given else f"sqlite:///{folder}/replay.sqlite3"
    except ValueError as error:
        raise BadInput(f"--database：{error}") from None
    own: dict[str, Any] = {"VAR_DIR": folder, "DATABASE_URL": url, "SECRET_KEY": secrets.token_hex(32)}
    return type("Replay", (Config,), {"environment": {}, **own})


def _be_careless(connection: Any, _record: object) -> None:
    for pragma in CARELESS:
        connection.execute(f"PRAGMA {pragma}")


def _ensure_writable(target: Path | None) -> None:
    """Better told now than after the walk."""
    if target is not None and target != STDOUT and (target.is_dir() or not target.parent.is_dir()):
        raise BadInput(f"写不了 {target}：它的目录不存在，或它本身是目录。")


def _write(target: Path, text: str) -> None:
    if target == STDOUT:
        click.echo(text)
        return
    try:
        target.write_text(text + "\n", encoding="utf-8")
    except OSError:
        raise BadInput(f"写不了文件 {target}，请检查路径和权限。") from None


def rows_as_json(rows: list[BadRow]) -> list[dict[str, Any]]:
    """Bad rows for machines."""
    return [{"row": row.row, "number": row.number, "reason": row.reason} for row in rows]


def _numbered(row: BadRow) -> str:
    return f"（编号 {row.number}）" if row.number else ""


COMMANDS: tuple[click.Command, ...] = (import_group, replay)
