"""``due``: any date explained to a clerk."""

import json
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import click

from config import from_environment
from operations.clocks import due_lines
from operations.clocks.calendar import WorkCalendar

STDIN = "-"
SQLITE = "sqlite:///"
NO_DATABASE = "数据库没有响应，以下按全国日历计算，不含本地调整。"


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--json", "as_json", is_flag=True, help="每行输出一个 JSON 对象。")
@click.argument("query", nargs=-1, required=True, metavar="RECEIVED LIMIT")
def due(query: tuple[str, ...], as_json: bool) -> None:
    """解释到期日。

    RECEIVED 是收到时间，如 2026-04-28T16:20（不带时区即北京时间）；LIMIT 是时限，5d 为 5 个工作日，2h 为 2 个
    工作小时。只写一个减号（-）时从标准输入逐行读取，每行一组。
    """
    if query == (STDIN,):
        for each in due_lines.answers(calendar(), lines_of_stdin()):
            say(each, as_json)
        return
    answer = answer_one(query)
    say(answer, as_json)
    if "error" in answer:
        raise click.exceptions.Exit(2)


def answer_one(query: tuple[str, ...]) -> Mapping[str, object]:
    """The time of receipt may stand in two words: 2026-04-28 16:20 5d."""
    if len(query) == 2:
        return due_lines.answer(calendar(), *query)
    return next(due_lines.answers(calendar(), [" ".join(query)]), {"error": due_lines.MISSING_COLUMN})


def calendar() -> WorkCalendar:
    """The site's own where there is a database; else the national one, which needs none and answers at once."""
    settings = from_environment()
    national = WorkCalendar(office_hours=settings.OFFICE_HOURS)
    is_file = settings.DATABASE_URL.startswith(SQLITE)
    if is_file and not Path(settings.DATABASE_URL.removeprefix(SQLITE)).exists():
        return national
    own = import_module("app.cli.calendars").calendar_of_the_site
    return own(settings, otherwise=national, warn=lambda: click.echo(NO_DATABASE, err=True))


def lines_of_stdin() -> Iterator[str]:
    """Lines as they come; bytes that are no UTF-8 spoil their own line only."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace")


def say(answer: Mapping[str, object], as_json: bool) -> None:
    """One answer on one line: JSON, or the sentence; what could not be understood goes to the other stream."""
    if as_json:
        _write(json.dumps(answer, ensure_ascii=False))
    elif "error" in answer:
        given = f"{answer.get('received', '')} {answer.get('limit', '')}".strip()
        click.echo(f"{given}：{answer['error']}" if given else str(answer["error"]), err=True)
    else:
        _write(str(answer["explanation"]))


def _write(line: str) -> None:
    """UTF-8 whatever the terminal says it is; at once for somebody who waits for each answer."""
    sys.stdout.buffer.write(line.encode() + b"\n")
    if sys.stdin.isatty():
        sys.stdout.buffer.flush()


COMMANDS: tuple[click.Command, ...] = (due,)
