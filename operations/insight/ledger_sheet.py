"""督办台账: the list of the escalation queue as a workbook, written row by row; what somebody typed is never a formula."""

import tempfile
from datetime import datetime
from typing import IO, Any

import xlsxwriter

from models import clock
from operations import log
from operations.access.actor import Actor
from operations.access.scope import REGIONAL
from operations.base import operation
from operations.clocks import rulebook
from operations.clocks.calendar import SHANGHAI, WorkCalendar
from operations.errors import NotAllowed
from operations.insight import queue
from operations.insight.queue import Narrowing
from operations.insight.queue_lines import queue_line
from operations.supervision import wording

MOST_ROWS = 5000
PLAIN = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
HEADS = (
    ("办件号", 22), ("主题", 40), ("责任单位", 18), ("停在", 8), ("督办等级", 10), ("发出单位", 18), ("发出时间", 17), ("事由", 26),
    ("时限到期", 17), ("超时", 16), ("打开时间", 17), ("签收时间", 17), ("答复时间", 17), ("答复期限", 17), ("回执", 24),
    ("电话催办次数", 8), ("最近电话催办", 17), ("打给", 12), ("结果", 18), ("对方怎么说", 40),
)


@operation
def export(actor: Actor, narrowing: Narrowing) -> IO[bytes]:
    """导出台账：a workbook of at most ``MOST_ROWS`` orders of the actor's scope; the log keeps who took it."""
    posts = actor.posts_as(*REGIONAL)
    if not posts:
        raise NotAllowed
    file: IO[bytes] = tempfile.TemporaryFile()
    count = _write(file, actor, narrowing)
    log.record("export_ledger", object_type="supervision", object_id=None, actor=actor, standing=posts[0],
               details={"rows": count, "cut": count == MOST_ROWS})
    file.seek(0)
    return file


def _write(file: IO[bytes], actor: Actor, narrowing: Narrowing) -> int:
    now, calendar, count = clock.now(), rulebook.current().calendar, 0
    mark = f"{actor.name} {_moment(now)} 导出，最多 {MOST_ROWS} 份，更多的请分条件导出。内部使用，不得外传。"
    with xlsxwriter.Workbook(file, PLAIN) as book:
        sheet, bold = book.add_worksheet("督办台账"), book.add_format({"bold": True})
        sheet.set_footer(f"&L{mark.replace('&', '&&')}&R&P / &N")
        sheet.write_string(0, 0, mark)
        for place, (head, width) in enumerate(HEADS):
            sheet.set_column(place, place, width)
            sheet.write_string(1, place, head, bold)
        sheet.freeze_panes(2, 0)
        for count, row in enumerate(queue.all_rows(actor, narrowing, limit=MOST_ROWS), start=1):
            for place, value in enumerate(_cells(row, now, calendar)):
                sheet.write_string(count + 1, place, value)
    return count


def _cells(row: Any, now: datetime, calendar: WorkCalendar) -> tuple[str, ...]:
    line = queue_line(row, now=now, calendar=calendar)
    return (
        row.number, row.subject, row.receiver or "", line.station, row.level.label, row.issuer or "系统",
        _moment(row.opened_at), wording.cause(row.rule), _moment(row.clock_due_at), line.late_words,
        _moment(row.read_at), _moment(row.signed_at), _moment(row.answered_at), _moment(row.due_at), line.step_words,
        str(row.call_count), _moment(row.called_at), row.called_name or "", row.outcome.label if row.outcome else "",
        row.call_words or "",
    )


def _moment(value: datetime | None) -> str:
    return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if value else ""
