"""企业列表: one page of what somebody may open and looks for, the longest silent first, with the columns they chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from models import clock
from models.access import Role, User
from models.base import LabelledEnum, db
from models.directory import Enterprise, Organisation, Region, Stewardship, StewardshipKind, Tag
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.scope import ticket_scope
from operations.insight import desk, enterprise_page
from operations.insight.enterprise_filter import EnterpriseFilter, enterprises
from operations.insight.keyset import TOP, Place, cut, page_of
from operations.insight.lines import Cursor

SHOWN = 25
# Nobody counts further, and only who asks: a page must not cost more the more there is.
COUNTED = 5000


class Column(LabelledEnum):
    """What the list may show beside the name."""

    CONTACT = "contact", "联系人"
    QUIET = "quiet", "上次联系"
    OPEN = "open", "在办"
    PROMISE = "promise", "下次约定"
    CODE = "code", "信用代码"
    CATEGORY = "category", "类别"
    REGION = "region", "所在区划"
    OWNER = "owner", "填报单位"
    STEWARD = "steward", "主管家"
    STATUS = "status", "经营状态"
    SIZE = "size", "规模"
    TAGS = "tags", "标签"


MOST_COLUMNS = 6
C = Column
STEWARDS_OWN = (C.CONTACT, C.QUIET, C.OPEN, C.PROMISE)
REGISTRARS_OWN = (C.CODE, C.REGION, C.STEWARD, C.QUIET, C.STATUS)
OFFICES_OWN = (C.OWNER, C.STEWARD, C.QUIET, C.OPEN)


@dataclass(slots=True)
class Listed:
    """One enterprise in words: what the desk says of it, and the further columns."""

    firm: desk.Firm
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """One page with the cursors of its neighbours. ``count`` is None where nobody has counted, up to COUNTED + 1."""

    lines: Sequence[Listed]
    previous: Cursor | None
    next: Cursor | None
    count: int | None


def listed(
    actor: Actor, wanted: EnterpriseFilter, *, tab: str = "all", place: Place = TOP, is_counted: bool = False
) -> Found:
    """One page of the enterprises that the actor may open and that answer to the filter: one statement, one more when
    it is to be counted."""
    now = clock.now()
    matching = narrowed(actor, wanted, now, tab=tab, columns=(Enterprise.id, Enterprise.quiet_since))
    inner = cut(matching, Enterprise.quiet_since, Enterprise.id, size=SHOWN, place=place).subquery()
    order = (inner.c.quiet_since, inner.c.id)
    rows = _told(actor, inner).order_by(*(key.desc() if place.before else key for key in order))
    page = page_of(list(db.session.execute(rows, desk.tab_lines(now))), size=SHOWN, place=place)
    is_all = not (page.previous or page.next)
    return Found(
        [_line(row, now) for row in page.rows], page.previous, page.next,
        len(page.rows) if is_all else count(actor, wanted, tab=tab) if is_counted else None,
    )


def count(actor: Actor, wanted: EnterpriseFilter, *, tab: str = "all") -> int:
    """How many there are, up to COUNTED + 1."""
    now = clock.now()
    some = narrowed(actor, wanted, now, tab=tab, columns=(Enterprise.id,)).limit(COUNTED + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some), desk.tab_lines(now)) or 0


def narrowed(
    actor: Actor, wanted: EnterpriseFilter, now: datetime, *, tab: str = "all", columns: Sequence[Any] = (Enterprise,)
) -> Select[Any]:
    """The list as a statement without an order. Parameters: ``desk.tab_lines(now)``."""
    rows = enterprises(actor, wanted, now, *columns)
    if tab == "all":
        return rows
    held = select(Ticket.id).where(
        Ticket.enterprise_id == Enterprise.id, Ticket.closed_at.is_(None), ticket_scope(actor)
    ).exists()
    return rows.where(desk.firm_tabs(held)[tab])


def columns_for(actor: Actor) -> tuple[Column, ...]:
    """The columns that the actor may choose from: what becomes of demands is not the registrars' business."""
    hidden = () if enterprise_page.hears(actor) else (C.OPEN, C.PROMISE)
    return tuple(one for one in Column if one not in hidden)


def usual_columns(actor: Actor) -> tuple[Column, ...]:
    """What the list shows to who has chosen nothing."""
    if actor.holds(Role.STEWARD):
        return STEWARDS_OWN
    return OFFICES_OWN if enterprise_page.hears(actor) else REGISTRARS_OWN


def _told(actor: Actor, page: Any) -> Select[*tuple[Any, ...]]:
    """The columns of the page's rows; the tickets are those the actor may open."""
    may_open = ticket_scope(actor)
    open_tickets = select(func.count()).where(
        Ticket.enterprise_id == Enterprise.id, Ticket.closed_at.is_(None), may_open
    )
    return _FACTS.add_columns(
        open_tickets.scalar_subquery().label("open_count"), *desk.lights(Enterprise.id, may_open),
        page.c.quiet_since.label("page_moment"), page.c.id.label("page_id"),
    ).join(page, page.c.id == Enterprise.id)


def _line(row: Any, now: datetime) -> Listed:
    cells = {
        C.CODE: row.credit_code or "未登记", C.CATEGORY: row.category.label, C.REGION: row.region,
        C.OWNER: row.owner or "未指定", C.STEWARD: row.steward or "没有", C.STATUS: row.status.label,
        C.SIZE: row.size.label, C.TAGS: row.tags or "",
    }
    return Listed(desk.firm_of(row, now=now), {str(name): words for name, words in cells.items()})


_STEWARD = (
    select(User.name).join(Stewardship, Stewardship.steward_id == User.id)
    .where(Stewardship.enterprise_id == Enterprise.id, Stewardship.kind == StewardshipKind.MAIN,
           Stewardship.ended_at.is_(None))
    .limit(1)
)
_TAGS = select(func.aggregate_strings(Tag.label, "、")).where(Tag.enterprise_id == Enterprise.id, Tag.ended_at.is_(None))
_FACTS = (
    select(
        *desk.FIRM_COLUMNS, Enterprise.credit_code, Enterprise.status, Enterprise.size, Region.name.label("region"),
        Organisation.short_name.label("owner"), _STEWARD.scalar_subquery().label("steward"),
        _TAGS.scalar_subquery().label("tags"), desk.how_spoken(Enterprise.id),
    )
    .join(Region, Region.id == Enterprise.region_id)
    .outerjoin(Organisation, Organisation.id == Enterprise.owner_unit_id)
)
