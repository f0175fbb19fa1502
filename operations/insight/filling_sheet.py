"""填报情况 as a workbook."""

from typing import IO

from operations import log
from operations.access.actor import Actor
from operations.base import operation
from operations.errors import NotAllowed
from operations.insight import filling
from operations.insight.filling import READERS, Counts, percent
from operations.tables import writing

HEADS = (
    ("填报单位", 30), ("应报企业", 10), ("已报企业", 10), ("上报率", 9), ("已配管家", 10), ("匹配率", 9), ("应注册管家", 11),
    ("已注册管家", 11), ("注册率", 9), ("已激活管家", 11), ("激活率", 9), ("零互动管家", 11),
)


@operation
def export(actor: Actor) -> IO[bytes]:
    """导出填报情况：the units that the actor may see, and all together; the log keeps who took it."""
    posts = actor.posts_as(*READERS)
    if not posts:
        raise NotAllowed
    units = filling.figures(actor, is_exact=True)
    lines = [(unit.name, unit.counts) for unit in units] + [("合计", filling.total(units))]
    file = writing.file_of("填报情况", HEADS, ((name, *_cells(counts)) for name, counts in lines), fixed=1)
    log.record("export_filling", object_type="organisation", object_id=None, actor=actor, standing=posts[0],
               details={"rows": len(units)})
    return file


def _cells(counts: Counts) -> tuple[str | int, ...]:
    return (
        _due(counts.enterprises_due), counts.enterprises, percent(counts.enterprises, counts.enterprises_due),
        counts.matched, percent(counts.matched, counts.enterprises),
        _due(counts.stewards_due), counts.stewards, percent(counts.stewards, counts.stewards_due),
        counts.active, percent(counts.active, counts.stewards), counts.silent,
    )


def _due(count: int | None) -> str | int:
    return "未定" if count is None else count
