"""评价墙 and 评价完整性 as workbooks: the sums of the page, line by line, and no case among them."""

from collections.abc import Sequence
from typing import Any

from models import clock
from models.exports import ExportKind
from operations.access.actor import Actor
from operations.insight import completeness, wall
from operations.insight.export_files import Content, marked, within, workbook

NAMED = (("名称", 30), ("说明", 24))
WALL_HEADS = (*NAMED, *((part.label, 10) for part in wall.Part), *((label, 16) for label, _, _ in wall.RATES),
              ("满意率 95% 区间", 20))
COMPLETENESS_HEADS = (NAMED[0], *((part.label, 10) for part in completeness.Part), ("主动评价率", 16))
ANY_SIZE = 1_000_000_000


def of_wall(actor: Actor, narrowing: wall.Narrowing) -> Content:
    """导出评价墙: what its page shows; who may see the officers' is asked where the narrowing is read."""
    def read(most: int) -> Sequence[Any]:
        rows = within(wall.lines(actor, narrowing), most)
        return [wall.total(rows, "合计"), *rows]

    def write(rows: Sequence[Any]) -> Any:
        return workbook("评价墙", _mark(actor, narrowing.period.words, rows), WALL_HEADS, map(_of_line, rows))

    return Content(ExportKind.RATING_WALL, read, write)


def of_completeness(
    actor: Actor, narrowing: completeness.Narrowing, among: Sequence[completeness.Ground]
) -> Content:
    """导出评价完整性."""
    def read(most: int) -> Sequence[Any]:
        rows = within(completeness.lines(actor, narrowing, among), most)
        return [completeness.total(rows, "合计"), *rows]

    def write(rows: Sequence[Any]) -> Any:
        mark = _mark(actor, narrowing.period.words, rows)
        return workbook("评价完整性", mark, COMPLETENESS_HEADS, map(_of_cases, rows))

    return Content(ExportKind.COMPLETENESS, read, write)


def count(content: Content) -> int:
    """How many lines it has, its total among them."""
    return len(content.read(ANY_SIZE))


def _mark(actor: Actor, period: str, rows: Sequence[Any]) -> str:
    return f"{period}。{marked(actor, clock.now(), len(rows))}"


def _of_line(line: wall.Line) -> Sequence[str | int]:
    rates = line.rates
    return (line.label, line.note, *(line.counts.get(part, 0) for part in wall.Part), *(rate.words for rate in rates),
            rates[0].band)


def _of_cases(line: completeness.Line) -> Sequence[str | int]:
    return line.label, *(line.counts[part] for part in completeness.Part), line.rate.words
