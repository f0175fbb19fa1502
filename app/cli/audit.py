"""``audit``: whether the sealed log is what was sealed, and what to say when a restored one is to go on."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import click
from flask import current_app

from app.cli.opening import on_the_site
from config import HERE
from models.base import db
from operations import sealed_log
from operations.anchors import anchoring, book, checking
from operations.anchors.keys import PUBLIC, public_keys
from operations.anchors.statement import Checkpoint
from operations.errors import Refused
from operations.verification import Finding, Verification, verify, verify_after

SHOWN = 50
SECOND = HERE / "witness.py"


@click.group()
def audit() -> None:
    """日志审计。"""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 对象。")
@click.option("--processes", type=click.IntRange(1, 64), default=os.cpu_count, help="进程数，默认与处理器数相同。")
@click.option("--from", "since", type=click.Choice(["anchor"]), help="只校验最后一个锚点以后的，以前的由锚点担保。")
@click.option("--anchors", type=click.Path(path_type=Path), metavar="FILE", help="锚点文件，如见证方那一份；默认 ANCHORS_FILE。")
@click.option("--second", is_flag=True, help="改用另写的校验程序 witness.py，它不用本程序的任何代码。")
@on_the_site
def verify_log(as_json: bool, processes: int, since: str | None, anchors: Path | None, second: bool) -> None:
    """逐条校验日志：摘要链、编号、各列、原话、锚点。完整时退出码为 0，否则为 1，并指明是哪一条。"""
    file = anchors or current_app.config["ANCHORS_FILE"]
    if second:
        raise click.exceptions.Exit(_by_the_second(file))
    began = time.monotonic()
    kept, remembered = book.read(file), _remembered()
    known = max(kept, remembered, key=len)
    standing = checking.in_force(known)
    found = verify_after(standing[-1].said.seq) if since and standing else verify(processes=processes)
    found.findings += checking.differing(kept, remembered) + _about_anchors(known)
    seconds = time.monotonic() - began
    click.echo(_as_object(found, known, seconds) if as_json else _in_words(found, known, seconds))
    if not found.is_whole:
        raise click.exceptions.Exit(1)


@audit.command("resume")
@click.option("--reason", required=True, help="出了什么事、丢了什么、谁同意的；记入日志。")
@on_the_site
def resume(reason: str) -> None:
    """恢复备份以后，或者日志损坏、查明原因以后，认可日志接着记：写一个签名的锚点，解除只读保护。"""
    if not reason.strip():
        raise Refused("请写明原因。")
    made = anchoring.resume(anchoring.plan_of(current_app.config), reason=reason.strip()).said
    click.echo(f"已认可：第 {made.number} 号锚点，从第 {made.resumes} 号接着记，日志到第 {made.seq:,} 条。有见证方的，请告知它同意。")


@audit.command("export")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@on_the_site
def export(file: Path) -> None:
    """把日志链写到一个新文件，供见证方用 witness.py check --log 校验；有编号和地址，没有原话。"""
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as problem:
        raise Refused(f"{file} 写不进去：{problem.strerror}") from problem
    count = 0
    with os.fdopen(descriptor, "w", encoding="utf-8") as out, sealed_log.snapshot() as connection:
        for count, link in enumerate(sealed_log.links(connection), start=1):
            out.write(json.dumps(link, ensure_ascii=False) + "\n")
    click.echo(f"已写出 {count:,} 条：{file}")


def _remembered() -> list[Checkpoint]:
    with sealed_log.snapshot() as connection:
        return checking.remembered(connection)


def _about_anchors(known: list[Checkpoint]) -> list[Finding]:
    with sealed_log.snapshot() as connection:
        return checking.findings(connection, known, public_keys(current_app.config["ANCHOR_KEY_FILE"]))


def _by_the_second(file: Path) -> int:
    """Its exit code. The address goes by the environment: a password does not belong on a command line."""
    address = db.engine.url.set(drivername=db.engine.url.get_backend_name()).render_as_string(hide_password=False)
    keys = current_app.config["ANCHOR_KEY_FILE"].with_suffix(PUBLIC)
    command = [sys.executable, str(SECOND), "check", "--anchors", str(file), "--keys", str(keys)]
    done = subprocess.run(command, env=os.environ | {"DATABASE_URL": address}, capture_output=True, text=True)
    click.echo(done.stdout or done.stderr, nl=False)
    return done.returncode


def _in_words(found: Verification, known: list[Checkpoint], seconds: float) -> str:
    speed = f"{found.events / seconds:,.0f}" if seconds else "–"
    verdict = "日志完整" if found.is_whole else f"日志不完整，{len(found.findings)} 处不符"
    anchored = f"锚点 {len(known):,} 个" if known else "没有锚点，整条重写看不出来"
    lines = [f"{verdict}：{found.events:,} 条，原话 {found.words:,} 段（依法抹去 {found.erased:,} 段），链尾 {found.head:,}，{anchored}；"
             f"用时 {seconds:.2f} 秒，每秒 {speed} 条"]  # fmt: skip
    return "\n".join(lines + _listed(found.findings, "第 {} 条：{}") + _listed(found.notes, "提示：第 {} 条{}"))


def _listed(findings: list[Finding], form: str) -> list[str]:
    rest = len(findings) - SHOWN
    more = [f"……另有 {rest} 处，用 --json 查看全部"] if rest > 0 else []
    return [form.format(finding.seq, finding.what) for finding in findings[:SHOWN]] + more


def _as_object(found: Verification, known: list[Checkpoint], seconds: float) -> str:
    told = {
        "whole": found.is_whole,
        "events": found.events,
        "words": found.words,
        "erased": found.erased,
        "head": found.head,
        "anchors": len(known),
        "seconds": round(seconds, 3),
        "findings": [{"seq": finding.seq, "what": finding.what} for finding in found.findings],
        "notes": [{"seq": note.seq, "what": note.what} for note in found.notes],
    }
    return json.dumps(told, ensure_ascii=False)


COMMANDS: tuple[click.Command, ...] = (audit,)
