"""The enterprises that somebody ticked in the list, or everything the list's filter finds."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func

from models import clock
from models.base import db
from models.bulk import among
from models.directory import Enterprise
from operations.access import scope
from operations.access.actor import Actor
from operations.errors import BadInput, NotFound
from operations.insight import desk, enterprise_list
from operations.insight.enterprise_filter import EnterpriseFilter


@dataclass(frozen=True, slots=True)
class Picking:
    """Ids that were ticked, or None for everything that the filter finds in this group of the list."""

    ids: tuple[int, ...] | None
    wanted: EnterpriseFilter
    tab: str = "all"


def count(actor: Actor, picking: Picking) -> int:
    """How many are meant, up to COUNTED + 1; ids that the actor may not open do not count."""
    if picking.ids is None:
        return enterprise_list.count(actor, picking.wanted, tab=picking.tab)
    own = scope.visible_enterprises(actor).where(among(Enterprise.id)).with_only_columns(func.count(Enterprise.id))
    return db.session.scalar(own, {"ids": list(picking.ids)}) or 0


def pick(actor: Actor, picking: Picking, *, most: int) -> Sequence[Enterprise]:
    """The enterprises themselves, at most ``most``: BadInput when there are more, NotFound when there is none."""
    now = clock.now()
    if picking.ids is None:
        rows = enterprise_list.narrowed(actor, picking.wanted, now, tab=picking.tab).params(desk.tab_lines(now))
    else:
        rows = scope.visible_enterprises(actor).where(among(Enterprise.id)).params(ids=list(picking.ids))
    found = db.session.scalars(rows.order_by(Enterprise.quiet_since, Enterprise.id).limit(most + 1)).all()
    if not found:
        raise NotFound("没有选中任何企业。")
    if len(found) > most:
        raise BadInput(f"一次最多办理 {most} 家，请用筛选条件分几次办。")
    return found
