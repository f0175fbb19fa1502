"""``import enterprises``, ``stewards``, ``stewardships`` and ``cases``: the templates, from a terminal."""

import json
from pathlib import Path
from time import perf_counter
from typing import Any

import click
from flask import current_app

from app.cli.messages import import_group, in_words
from app.cli.opening import on_the_site
from models.directory import ImportBatch, ImportKind, ImportState
from operations.access.actor import SYSTEM
from operations.directory.imports import bad_rows, batches, issues, running
from operations.directory.imports.batches import ImportRules
from operations.errors import BadInput

SHOWN = 50


def rules() -> ImportRules:
    """The site's settings for imports."""
    config = current_app.config
    return ImportRules(config["IMPORTS_DIR"], config["IMPORT_BYTES"], config["IMPORT_ROWS"], str(config["SECRET_KEY"]))


def _command(kind: ImportKind, told: str) -> click.Command:
    @import_group.command(kind.value, help=told)
    @click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
    @click.option("--dry-run", is_flag=True, help="只检查并报告，不写入目录。")
    @click.option("--json", "as_json", is_flag=True, help="结果输出为一个 JSON 对象。")
    @click.option("--bad-rows", type=click.Path(path_type=Path), metavar="OUT.xlsx", help="把有误的行连同原因另存为表格。")
    @click.option("--unit", metavar="NAME", help="以这个填报单位的名义导入，只收归它的行；默认各行归各自的单位。")
    @click.option("--system", metavar="CODE", default="", hidden=kind is not ImportKind.CASES,
                  help="办件来自哪个大厅系统；只登记了一个时不必写。")
    @on_the_site
    @in_words
    def command(
        file: Path, dry_run: bool, as_json: bool, bad_rows: Path | None, unit: str | None, system: str
    ) -> None:
        _import(kind, file, dry_run=dry_run, as_json=as_json, target=bad_rows, unit=unit, system=system)

    return command


def _import(
    kind: ImportKind, file: Path, *, dry_run: bool, as_json: bool, target: Path | None, unit: str | None,
    system: str,
) -> None:
    began = perf_counter()
    try:
        stream = file.open("rb")
    except OSError:
        raise BadInput(f"读不到文件 {file.name}，请检查路径和权限。") from None
    unit_id = batches.unit_named(unit) if unit else None
    with stream:
        received = batches.receive(stream, file.name, kind=kind, actor=SYSTEM, unit_id=unit_id, rules=rules(),
                                   system=system)
    batch = running.run(received.id, rules=rules(), takes_good_rows=not dry_run)
    if batch is None or batch.state is ImportState.FAILED:
        raise BadInput(batch.error if batch else "该批次正由别的进程处理。")
    if target is not None:
        bad_rows.write(batch, target, rules=rules())
    found = issues.first(batch, SHOWN if not as_json else None)
    if batch.state is ImportState.CHECKED:
        batches.cancel(batch, actor=SYSTEM)
    seconds = perf_counter() - began
    click.echo(_as_json(batch, found, dry_run, seconds) if as_json else _words(batch, found, dry_run, seconds))


def _as_json(batch: ImportBatch, found: list[Any], dry_run: bool, seconds: float) -> str:
    bad = [{"row": one.line, "column": one.field, "value": one.value, "reason": one.reason, "warning": one.is_warning}
           for one in found]
    counts = {"batch": batch.id, "new": batch.new_count, "changed": batch.changed_count,
              "waiting": batch.waiting_count,
              "unchanged": batch.unchanged_count, "bad": batch.bad_count, "warned": batch.warned_count}
    return json.dumps({**counts, "issues": bad, "dry_run": dry_run, "seconds": round(seconds, 2)}, ensure_ascii=False)


def _words(batch: ImportBatch, found: list[Any], dry_run: bool, seconds: float) -> str:
    lines = [batch.note] if batch.note else []
    lines += [f"第 {one.line} 行 {one.field}“{one.value}”：{_mark(one)}{one.reason}" for one in found]
    if len(found) >= SHOWN:
        lines.append("……其余见 --bad-rows 或 --json。")
    done = "将新增" if dry_run else "新增"
    nothing = "" if batch.new_count or batch.changed_count else "与目录一致，没有任何改动。"
    return "\n".join([*lines, (
        f"{nothing}{done} {batch.new_count}，更新 {batch.changed_count}，未变 {batch.unchanged_count}，"
        f"有误 {batch.bad_count} 行，提醒 {batch.warned_count} 行，用时 {seconds:.1f} 秒（批次 {batch.id}）。"
    )])


def _mark(issue: Any) -> str:
    return "（提醒）" if issue.is_warning else ""


_command(ImportKind.ENTERPRISES, "导入企业(项目)信息上报模板（.xlsx、.xls 或 .csv）。重复导入同一文件不改动任何内容。")
_command(ImportKind.STEWARDS, "导入管家信息上报模板（.xlsx、.xls 或 .csv）。新管家的账号在设置密码前不能登录。")
_command(ImportKind.STEWARDSHIPS, "按文件指派主管家：包保关系模板（.xlsx、.xls 或 .csv）。已是该管家的企业不改动。")

_command(ImportKind.CASES, "导入大厅的计数办件：计数办件模板（.xlsx、.xls 或 .csv）。重复导入同一文件不改动任何内容。")

COMMANDS: tuple[click.Command, ...] = (import_group,)
