"""Lists of 派单归属 as workbooks; what somebody typed is never a formula, and the log keeps who took what."""

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO

from operations import log
from operations.access.actor import Actor, Standing
from operations.access.scope import OFFICIALS, REGIONAL
from operations.base import operation
from operations.errors import NotAllowed
from operations.insight.export_files import minute
from operations.insight.routing import accuracy, catalogue
from operations.tables import writing
from operations.tables.writing import Heads

MOST_ROWS = 5000
CATALOGUE_HEADS: Heads = (
    ("事项类别", 30), ("区域", 14), ("主办单位", 20), ("协办单位", 40), ("法律或职责依据", 50), ("版本", 6), ("起用时间", 17),
    ("在岗", 14),
)
# How the file that is imported looks filled in; the columns are those of the export, which can come in again.
TEMPLATE_HEADS: Heads = (*CATALOGUE_HEADS[:5], ("说明", 30))
EXAMPLES = (
    ("水电气暖/报装", "9901", "市供电公司", "市自然资源局、市住建局", "《电力供应与使用条例》第二十三条", "年度修订"),
    ("最多三级，用“/”分开", "区划代码或名称", "单位全称或简称", "可不填，用“、”分开", "法律条款或职责文件", "可不填，随历史版本留存"),
)
SUGGESTION_HEADS: Heads = (
    ("办件号", 22), ("主题", 40), ("事项类别", 24), ("建议来源", 10), ("建议单位", 18), ("建议理由", 50), ("派单单位", 18), ("最终单位", 18),
    ("派单时间", 17),
)


@operation
def export_catalogue(actor: Actor, narrowing: catalogue.Narrowing) -> IO[bytes]:
    """导出派单目录：at most ``MOST_ROWS`` entries that hold in the actor's regions."""
    posts = actor.posts_as(*OFFICIALS)
    rows = catalogue.all_rows(actor, narrowing, limit=MOST_ROWS)
    assisting = catalogue.assistants(row.id for row in rows)
    cells = [
        (row.category, row.region, row.unit, "、".join(assisting.get(row.id, ())), row.basis, str(row.revision),
         minute(row.opened_at), "" if row.is_manned else "无在岗人员") for row in rows
    ]
    return taken("export_catalogue", "派单目录", CATALOGUE_HEADS, cells, actor=actor, posts=posts)


def catalogue_template() -> IO[bytes]:
    """The empty workbook of the import, with a second sheet that shows it filled in."""
    file: IO[bytes] = tempfile.TemporaryFile()
    with writing.workbook(file) as book:
        writing.table(book, "填报", TEMPLATE_HEADS, ())
        writing.table(book, "填写示例", TEMPLATE_HEADS, EXAMPLES)
    file.seek(0)
    return file


@operation
def export_suggestions(actor: Actor, narrowing: accuracy.Narrowing) -> IO[bytes]:
    """导出建议与派单：at most ``MOST_ROWS`` dispatches of the actor's region with what was suggested for each."""
    posts = actor.posts_as(*REGIONAL)
    cells = [
        (row.number, row.subject, row.category, row.source.label if row.source else "没有建议", row.suggested or "",
         row.reason, row.dispatched, row.final or "未定", minute(row.dispatched_at))
        for row in accuracy.all_rows(actor, narrowing, limit=MOST_ROWS)
    ]
    return taken("export_suggestions", "派单建议核对", SUGGESTION_HEADS, cells, actor=actor, posts=posts)


def taken(act: str, title: str, heads: Heads, cells: Sequence[Iterable[str]], *, actor: Actor,
          posts: Sequence[Standing]) -> IO[bytes]:
    """The workbook of these rows, within the running operation. Raises NotAllowed without a post to take it by."""
    if not posts:
        raise NotAllowed
    file = writing.file_of(title, heads, cells)
    log.record(act, object_type="catalogue", object_id=None, actor=actor, standing=posts[0],
               details={"rows": len(cells), "cut": len(cells) == MOST_ROWS})
    return file
