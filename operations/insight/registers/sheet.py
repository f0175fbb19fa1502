"""A register as a workbook; what somebody typed is never a formula, and the log keeps who took it."""

from typing import IO

from operations import log
from operations.access.actor import Actor
from operations.base import operation
from operations.errors import NotAllowed
from operations.insight.export_files import MOST_ROWS
from operations.insight.registers.register import NO_UNIT_NAME, READING, Narrowing, Register, all_rows
from operations.tables import writing

FIRST = (("办件号", 22), ("主题", 40), ("企业", 30), ("单位", 18))


@operation
def export(actor: Actor, register: Register, narrowing: Narrowing) -> IO[bytes]:
    """导出登记簿：at most ``MOST_ROWS`` rows of the actor's scope."""
    posts = actor.posts_as(*READING)
    if not posts:
        raise NotAllowed
    rows = all_rows(register, actor, narrowing, limit=MOST_ROWS)
    heads = (*FIRST, *((column.label, column.width) for column in register.columns), ("状态", 20))
    cells = (
        (row.number, row.subject, row.enterprise, row.unit or NO_UNIT_NAME,
         *(column.told(row) for column in register.columns),
         "、".join(words for _, words in register.state_of(row))) for row in rows
    )
    file = writing.file_of(f"{register.label}登记簿", heads, cells)
    log.record(f"export_{register.name}", object_type="register", object_id=None, actor=actor, standing=posts[0],
               details={"rows": len(rows), "cut": len(rows) == MOST_ROWS})
    return file
