"""约谈问责登记表: talks, listings and referrals as a workbook, each with its record, its outcome and its reconsideration."""

from typing import Any

from models import clock
from models.exports import ExportKind
from operations.access.actor import Actor
from operations.insight import measures
from operations.insight.export_files import Content, marked, minute, within, workbook
from operations.insight.measures import Narrowing, state_of
from operations.supervision.measures import by_rule

HEADS = (
    ("编号", 12), ("措施", 10), ("单位", 18), ("办件号", 22), ("主题", 40), ("来由", 12), ("事由", 40), ("提请时间", 17), ("提请人", 10),
    ("领导决定", 10), ("决定时间", 17), ("决定人", 10), ("决定意见", 30), ("责任人", 10), ("直接责任人", 20), ("领导责任人", 20), ("约谈日期", 12),
    ("地点", 16), ("参加人", 30), ("记录、摘牌理由或处理结果", 50), ("状态", 10), ("结束时间", 17), ("复核申请时间", 17), ("复核理由", 40), ("复核结论", 10),
    ("复核时间", 17),
)


def content(actor: Actor, narrowing: Narrowing) -> Content:
    """导出登记表: measures of the actor's scope; who may have the file is asked in operations.insight.exports."""
    def write(rows: Any) -> Any:
        return workbook("约谈问责登记表", marked(actor, clock.now(), len(rows)), HEADS, map(_cells, rows))

    return Content(ExportKind.MEASURES,
                   lambda most: within(measures.all_rows(actor, narrowing, limit=most + 1), most), write)


def _cells(row: Any) -> tuple[str, ...]:
    return (
        f"CS-{row.id:06d}", row.kind.label, row.unit, row.ticket or "", row.subject or "",
        "人工提请" if row.rule == by_rule.BY_HAND else "按规则提请", row.reason, minute(row.proposed_at),
        row.proposed_by or "系统", row.decision.label if row.decision else "", minute(row.decided_at),
        row.decided_by or "", row.decision_words, row.responsible or "", _named(row.direct_name, row.direct_title),
        _named(row.leading_name, row.leading_title), f"{row.held_on:%Y-%m-%d}" if row.held_on else "", row.place,
        row.participants, row.words, state_of(row).label, minute(row.ended_at), minute(row.requested_at),
        row.reasons or "", row.outcome.label if row.outcome else "", minute(row.reconsidered_at),
    )


def _named(name: str, title: str) -> str:
    return f"{name}（{title}）" if name and title else name
