"""``audit verify``: whether the sealed log is what was sealed."""

import json
import os
import time

import click

from app.cli.opening import on_the_site
from operations.verification import Finding, Verification, verify

SHOWN = 50


@click.group()
def audit() -> None:
    """日志审计。"""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 对象。")
@click.option("--processes", type=click.IntRange(1, 64), default=os.cpu_count, help="进程数，默认与处理器数相同。")
@on_the_site
def verify_log(as_json: bool, processes: int) -> None:
    """逐条校验日志：摘要链、编号、各列、原话。完整时退出码为 0，否则为 1，并指明是哪一条。"""
    began = time.monotonic()
    found = verify(processes=processes)
    seconds = time.monotonic() - began
    click.echo(json.dumps(_as_object(found, seconds), ensure_ascii=False) if as_json else _in_words(found, seconds))
    if not found.is_whole:
        raise click.exceptions.Exit(1)


def _in_words(found: Verification, seconds: float) -> str:
    speed = f"{found.events / seconds:,.0f}" if seconds else "–"
    verdict = "日志完整" if found.is_whole else f"日志不完整，{len(found.findings)} 处不符"
    lines = [f"{verdict}：{found.events:,} 条，原话 {found.words:,} 段（依法抹去 {found.erased:,} 段），链尾 {found.head:,}；"
             f"用时 {seconds:.2f} 秒，每秒 {speed} 条"]  # fmt: skip
    return "\n".join(lines + _listed(found.findings, "第 {} 条：{}") + _listed(found.notes, "提示：第 {} 条{}"))


def _listed(findings: list[Finding], form: str) -> list[str]:
    rest = len(findings) - SHOWN
    more = [f"……另有 {rest} 处，用 --json 查看全部"] if rest > 0 else []
    return [form.format(finding.seq, finding.what) for finding in findings[:SHOWN]] + more


def _as_object(found: Verification, seconds: float) -> dict[str, object]:
    return {
        "whole": found.is_whole,
        "events": found.events,
        "words": found.words,
        "erased": found.erased,
        "head": found.head,
        "seconds": round(seconds, 3),
        "findings": [{"seq": finding.seq, "what": finding.what} for finding in found.findings],
        "notes": [{"seq": note.seq, "what": note.what} for note in found.notes],
    }


COMMANDS: tuple[click.Command, ...] = (audit,)
