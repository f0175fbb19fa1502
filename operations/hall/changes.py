"""What a file changed of counted cases, field by field, as people read it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models.access import User
from models.base import db
from models.directory import Enterprise, Organisation
from models.hall import CountedCase
from models.hall_intake import CaseVersion
from operations.clocks.office_time import SHANGHAI

LABELS = {
    "item": "事项名称", "item_code": "事项编码", "channel": "办理渠道", "unit_id": "单位", "window_id": "窗口",
    "officer_id": "工作人员", "enterprise_id": "企业", "finished_at": "办结时间",
}
NAMED: dict[str, Any] = {
    "unit_id": Organisation, "window_id": Organisation, "officer_id": User, "enterprise_id": Enterprise
}


def of_batch(batch_id: int, *, after: int, limit: int) -> Sequence[tuple[int, int, str, str, str, str]]:
    """Version, case, number, what, before, after: of at most ``limit`` cases behind the version ``after``.

    "After" is what the case says now; a later file of the same case stands in a version of its own.
    """
    rows = (
        select(CaseVersion, CountedCase)
        .join(CountedCase, CountedCase.id == CaseVersion.case_id)
        .where(CaseVersion.batch_id == batch_id, CaseVersion.id > after)
        .order_by(CaseVersion.id)
        .limit(limit)
    )
    found = db.session.execute(rows).all()
    names = _names([one for pair in found for one in pair])
    return [(was.id, is_now.id, is_now.number, *_said(was, is_now, names)) for was, is_now in found]


def _said(was: CaseVersion, is_now: CountedCase, names: dict[tuple[Any, int], str]) -> tuple[str, str, str]:
    changed = [name for name in LABELS if getattr(was, name) != getattr(is_now, name)]
    before, after = ("；".join(_word(name, getattr(one, name), names) for name in changed) for one in (was, is_now))
    return "、".join(LABELS[name] for name in changed) or "办事人摘要", before, after


def _word(name: str, value: Any, names: dict[tuple[Any, int], str]) -> str:
    if name in NAMED:
        return names.get((NAMED[name], value), "（无）")
    if name == "finished_at":
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return str(getattr(value, "label", value) or "（空）")


def _names(rows: Sequence[Any]) -> dict[tuple[Any, int], str]:
    found: dict[tuple[Any, int], str] = {}
    for model in set(NAMED.values()):
        ids = {getattr(row, name) for row in rows for name, of in NAMED.items() if of is model} - {None}
        named = select(model.id, model.name).where(model.id.in_(ids))
        found |= {(model, row_id): name for row_id, name in db.session.execute(named)} if ids else {}
    return found
