"""否定报备登记表: the register as a workbook; what somebody typed is never a formula, and the log keeps who took it."""

from typing import IO, Any

from operations import log
from operations.access.actor import Actor
from operations.access.refusal_scope import READING
from operations.base import operation
from operations.errors import NotAllowed
from operations.insight import refusals
from operations.insight.export_files import minute
from operations.insight.refusals import Narrowing
from operations.tables import writing

MOST_ROWS = 5000
HEADS = (
    ("报备编号", 26), ("办件号", 22), ("主题", 40), ("报备单位", 18), ("承办人", 10), ("否定类型", 12), ("报备时间", 17), ("理由", 40),
    ("法律依据", 40), ("替代办法", 40), ("一次性告知", 10), ("须签到", 12), ("现在", 12), ("联审结论", 10), ("联审时间", 17), ("结果", 14),
    ("结束时间", 17), ("超时", 6),
)


@operation
def export(actor: Actor, narrowing: Narrowing) -> IO[bytes]:
    """导出登记表：at most ``MOST_ROWS`` refusals of the actor's scope."""
    posts = actor.posts_as(*READING)
    if not posts:
        raise NotAllowed
    rows = refusals.all_rows(actor, narrowing, limit=MOST_ROWS)
    file = writing.file_of("否定报备登记表", HEADS, map(_cells, rows))
    log.record("export_refusals", object_type="refusal", object_id=None, actor=actor, standing=posts[0],
               details={"rows": len(rows), "cut": len(rows) == MOST_ROWS})
    return file


def _cells(row: Any) -> tuple[str, ...]:
    return (
        row.number, row.ticket, row.subject, row.unit, row.reporter, row.kind.label, minute(row.reported_at),
        row.grounds, row.articles, row.alternatives, "是" if row.was_noticed else "否", row.height.label,
        row.level.label if row.level and not row.ended_as else "", row.verdict.label if row.verdict else "",
        minute(row.reviewed_at), row.ended_as.label if row.ended_as else "在办", minute(row.ended_at),
        "是" if row.is_late else "",
    )
