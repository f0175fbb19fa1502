"""差评整改登记表 as a workbook: each named 差评 with what the unit and the centre have done about it."""

from collections.abc import Sequence
from typing import Any

from models import clock
from models.exports import ExportKind
from operations.access.actor import Actor
from operations.insight import rectifications
from operations.insight.export_files import Content, marked, minute, within, workbook
from operations.insight.rectifications import Narrowing

HEADS = (
    ("办件号", 22), ("主题", 40), ("单位", 18), ("评价", 12), ("原因", 24), ("留言", 40), ("评价时间", 17), ("联系时间", 17), ("联系应于", 17),
    ("核实结论", 14), ("措施", 40), ("结果", 40), ("签发时间", 17), ("整改应于", 17), ("申诉", 14), ("结束", 14), ("结束时间", 17), ("超时", 6),
)


def content(actor: Actor, narrowing: Narrowing) -> Content:
    """导出登记表: what the actor may open; who may have the file is asked in operations.insight.exports."""
    def write(rows: Any) -> Any:
        return workbook("差评整改登记表", marked(actor, clock.now(), len(rows)), HEADS, map(_cells, rows))

    return Content(ExportKind.RECTIFICATIONS,
                   lambda most: within(rectifications.all_rows(actor, narrowing, limit=most + 1), most), write)


def _cells(row: Any) -> Sequence[str]:
    return (
        row.number, row.subject, row.unit, row.grade.label, "、".join(row.tags.get("tags", ())), row.words,
        minute(row.opened_at), minute(row.contacted_at), minute(row.contact_due_at),
        row.verification.label if row.verification else "", row.measures, row.result, minute(row.signed_at),
        minute(row.fix_due_at), _appeal(row), row.ended_as.label if row.ended_as else "在办", minute(row.ended_at),
        "是" if row.is_late else "",
    )


def _appeal(row: Any) -> str:
    if row.ground is None:
        return ""
    return f"{row.ground.label}：{'待裁定' if row.is_accepted is None else '成立' if row.is_accepted else '不成立'}"
