"""督办台账: the list of the escalation queue as a workbook."""

from datetime import datetime
from typing import Any

from models import clock
from models.exports import ExportKind
from operations.access.actor import Actor
from operations.clocks import rulebook
from operations.clocks.calendar import WorkCalendar
from operations.insight import queue
from operations.insight.export_files import Content, marked, minute, within, workbook
from operations.insight.queue import Narrowing
from operations.insight.queue_lines import queue_line
from operations.supervision import wording

HEADS = (
    ("办件号", 22), ("主题", 40), ("责任单位", 18), ("停在", 8), ("督办等级", 10), ("发出单位", 18), ("发出时间", 17), ("事由", 26),
    ("时限到期", 17), ("超时", 16), ("打开时间", 17), ("签收时间", 17), ("答复时间", 17), ("答复期限", 17), ("回执", 24),
    ("电话催办次数", 8), ("最近电话催办", 17), ("打给", 12), ("结果", 18), ("对方怎么说", 40),
)


def content(actor: Actor, narrowing: Narrowing) -> Content:
    """导出台账: the open orders of the actor's scope; who may have the file is asked in operations.insight.exports."""
    def write(rows: Any) -> Any:
        now, calendar = clock.now(), rulebook.lately().calendar
        return workbook("督办台账", marked(actor, now, len(rows)), HEADS, (_cells(row, now, calendar) for row in rows))

    return Content(ExportKind.SUPERVISIONS,
                   lambda most: within(queue.all_rows(actor, narrowing, limit=most + 1), most), write)


def _cells(row: Any, now: datetime, calendar: WorkCalendar) -> tuple[str, ...]:
    line = queue_line(row, now=now, calendar=calendar)
    return (
        row.number, row.subject, row.receiver or "", line.station, row.level.label, row.issuer or "系统",
        minute(row.opened_at), wording.cause(row.rule), minute(row.clock_due_at), line.late_words,
        minute(row.read_at), minute(row.signed_at), minute(row.answered_at), minute(row.due_at), line.step_words,
        str(row.call_count), minute(row.called_at), row.called_name or "", row.outcome.label if row.outcome else "",
        row.call_words or "",
    )
