"""企业名单: the list as a workbook, written row by row; no cell is ever a formula, phones are masked, and every sheet
says who took it and when."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, Any

from sqlalchemy import select

from models import clock
from models.access import User
from models.base import db
from models.bulk import among
from models.directory import Enterprise, Organisation, Region, Stewardship, StewardshipKind
from models.exports import ExportKind
from operations.access.actor import Actor
from operations.clocks.calendar import SHANGHAI
from operations.directory.fact_kinds import masked
from operations.insight.enterprise_picks import Picking, pick
from operations.insight.export_files import Content, minute
from operations.tables import writing

HEADS = (
    ("统一社会信用代码", 22), ("企业名称", 36), ("主体类型", 12), ("填报类别", 12), ("经营状态", 10), ("所在区划", 16), ("地址", 36),
    ("行业代码", 10), ("规模", 8), ("法定代表人", 12), ("联系人", 16), ("联系电话", 16), ("填报单位", 16), ("主管家", 12), ("上次联系", 12),
)


def content(actor: Actor, picking: Picking) -> Content:
    """导出企业名单: who may have the file is asked in operations.insight.exports."""
    return Content(ExportKind.ENTERPRISES, lambda most: pick(actor, picking, most=most),
                   lambda rows: workbook(actor, rows))


def workbook(actor: Actor, rows: Sequence[Enterprise]) -> IO[bytes]:
    """The file."""
    mark = f"{actor.name}（{actor.title}）{minute(clock.now())} 导出，共 {len(rows)} 家。内部使用，不得外传。"
    return writing.file_of("企业名单", HEADS, _cells(rows), above=mark, at_foot=mark, fixed=2)


def _cells(rows: Sequence[Enterprise]) -> Iterator[tuple[str, ...]]:
    ids = [one.id for one in rows]
    regions = _names(Region.id, Region.name, {one.region_id for one in rows})
    owners = _names(Organisation.id, Organisation.short_name, {one.owner_unit_id for one in rows if one.owner_unit_id})
    main = select(Stewardship.enterprise_id, User.name).join(User, User.id == Stewardship.steward_id).where(
        among(Stewardship.enterprise_id), Stewardship.kind == StewardshipKind.MAIN, Stewardship.ended_at.is_(None)
    )
    stewards: dict[Any, str] = {row[0]: row[1] for row in db.session.execute(main, {"ids": ids})}
    for one in rows:
        yield (
            one.credit_code or "", one.name, one.kind.label, one.category.label, one.status.label,
            regions.get(one.region_id, ""), one.address, one.industry, one.size.label, one.legal_representative,
            one.contact_name, masked(one.contact_phone), owners.get(one.owner_unit_id, ""), stewards.get(one.id, ""),
            _day(one.quiet_since),
        )


def _names(key: Any, name: Any, ids: set[Any]) -> dict[Any, str]:
    return {row[0]: row[1] for row in db.session.execute(select(key, name).where(among(key)), {"ids": sorted(ids)})}


def _day(value: datetime) -> str:
    return f"{value.astimezone(SHANGHAI):%Y-%m-%d}"
