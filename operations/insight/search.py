"""TicketFilter → conditions on ``tickets``: lists, exports, figures and the search box all look the same way."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import aliased

from models.access import Role
from models.base import LabelledEnum, db
from models.directory import Enterprise, Organisation, Region
from models.insight import EnterpriseSearch, TicketSearch
from models.supervision import Level
from models.tickets import Stage, Status, Ticket, TicketKind
from models.tickets.workflow import OPEN_STATUSES
from operations.access.actor import Actor
from operations.access.scope import ticket_scope
from operations.clocks.lights import Light
from operations.insight.matching import holding, within
from operations.insight.tokens import asked_of_names, asked_of_texts

NUMBER = re.compile(r"ZQ-\d{4}-\d{2}-\d{7}")
TAIL = re.compile(r"[-0-9]{0,11}\d{4}")
SECOND_RUNG = Level.SECOND.rung


class View(LabelledEnum):
    """Which tickets at all."""

    OPEN = "open", "在办"
    CLOSED = "closed", "已结"
    ALL = "all", "全部"


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """What somebody looks for. ``unit`` and ``region`` are names as people write them, or an id and a code.

    ``is_mine``: what waits for somebody in the asker's roles. Empty fields ask for nothing.
    """

    q: str = ""
    view: View = View.OPEN
    statuses: tuple[Status, ...] = ()
    stages: tuple[Stage, ...] = ()
    kinds: tuple[TicketKind, ...] = ()
    lights: tuple[Light, ...] = ()
    unit: str = ""
    region: str = ""
    is_overdue: bool = False
    is_mine: bool = False


# Which statuses wait for whom (domain.md §4, column "who must act").
WAITING_FOR: dict[Role, tuple[Status, ...]] = {
    Role.STEWARD: (Status.SUBMITTED, Status.COORDINATING, Status.HANDLED),
    Role.CASE_OFFICER: (Status.HANDLING,),
    Role.UNIT_LEADER: (Status.HANDLING,),
    Role.CLERK: (Status.COORDINATING, Status.REPLIED),
}


def tickets(actor: Actor, wanted: TicketFilter, now: datetime, *columns: Any) -> Select[Any]:
    """``columns`` of the tickets that the actor may open and that answer to the filter, in no order yet."""
    return select(*columns).where(ticket_scope(actor), *conditions(wanted, actor, now))


def conditions(wanted: TicketFilter, actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    """The filter as conditions that must all hold."""
    found: list[ColumnElement[bool]] = []
    if wanted.view is not View.ALL:
        found.append(Ticket.closed_at.is_(None) if wanted.view is View.OPEN else Ticket.closed_at.is_not(None))
    if wanted.q:
        found.append(_said(wanted.q))
    if wanted.statuses or wanted.stages:
        found.append(Ticket.status.in_([*wanted.statuses, *_standing_at(wanted.stages)]))
    if wanted.kinds:
        found.append(Ticket.kind.in_(wanted.kinds))
    if wanted.lights:
        found.append(or_(*(LIT[light](now) for light in wanted.lights)))
    if wanted.is_overdue:
        found.append(_is_overdue(now))
    if wanted.unit:
        found.append(_led_by(wanted.unit))
    if wanted.region:
        found.append(_within(wanted.region))
    if wanted.is_mine:
        found.append(Ticket.status.in_(waiting_for(actor)))
    return found


def waiting_for(actor: Actor) -> list[Status]:
    """The statuses in which a ticket waits for one of the actor's roles."""
    return sorted({status for role in actor.roles for status in WAITING_FOR.get(role, ())})


def named(text: str) -> ColumnElement[bool]:
    """Enterprises that ``text`` may mean: part of a name, of its initials, or the tail of a code or a phone."""
    asked = asked_of_names(text)
    return Enterprise.id.in_(within(EnterpriseSearch, asked)) if asked else false()


def numbered(text: str) -> ColumnElement[bool] | None:
    """Tickets of that number or of a number with that tail (four digits or more); None when it is no number."""
    said = text.upper().removeprefix("ZQ-") if not NUMBER.fullmatch(text.upper()) else text.upper()
    if NUMBER.fullmatch(said):
        return Ticket.number == said
    if TAIL.fullmatch(said):
        return and_(Ticket.tail == said[-4:], Ticket.number.endswith(said, autoescape=True))
    return None


def regions(text: str, *, most: int) -> list[str]:
    """Names of regions that hold ``text``: suggestions while somebody types."""
    rows = select(Region.name).where(Region.name.contains(text, autoescape=True)).distinct()
    return list(db.session.scalars(rows.order_by(Region.name).limit(most)))


def _said(text: str) -> ColumnElement[bool]:
    number, asked = numbered(text), asked_of_texts(text)
    said = [holding(TicketSearch, asked, Ticket.id)]
    if number is not None:
        said.append(number)
    elif asked:
        said.append(holding(EnterpriseSearch, asked_of_names(text), Ticket.enterprise_id))
    return or_(*said)


def _standing_at(stages: tuple[Stage, ...]) -> list[Status]:
    return [status for status in Status if status in OPEN_STATUSES and status.stage in stages]


def _is_overdue(now: datetime) -> ColumnElement[bool]:
    return and_(Ticket.due_at < now, Ticket.paused_at.is_(None))


def _runs() -> ColumnElement[bool]:
    return and_(Ticket.paused_at.is_(None), Ticket.rung < SECOND_RUNG)


# The same answers as ``operations.clocks.lights.light_of``, as conditions.
LIT: dict[Light, Callable[[datetime], ColumnElement[bool]]] = {
    Light.GREEN: lambda now: and_(_runs(), Ticket.warn_at > now),
    Light.AMBER: lambda now: and_(_runs(), Ticket.warn_at <= now, Ticket.due_at >= now),
    Light.RED: lambda now: and_(_runs(), Ticket.due_at < now),
    Light.DARK_RED: lambda _: and_(Ticket.due_at.is_not(None), Ticket.paused_at.is_(None), Ticket.rung >= SECOND_RUNG),
    Light.HOLD: lambda _: and_(Ticket.due_at.is_not(None), Ticket.paused_at.is_not(None)),
    Light.NONE: lambda _: Ticket.due_at.is_(None),
}


def _led_by(unit: str) -> ColumnElement[bool]:
    if unit.isdecimal():
        return Ticket.lead_unit_id == int(unit[:9])
    called = or_(Organisation.name == unit, Organisation.short_name == unit)
    return Ticket.lead_unit_id.in_(select(Organisation.id).where(called))


def _within(region: str) -> ColumnElement[bool]:
    top = aliased(Region)
    below = select(Region.id).join(top, Region.path.startswith(top.path))
    return Ticket.region_id.in_(below.where(or_(top.code == region, top.name == region)))


def the_ticket(actor: Actor, text: str) -> Ticket | None:
    """The one ticket of this number or tail that the actor may open; None when there is none, or several."""
    number = numbered(text.strip())
    if number is None:
        return None
    found = db.session.scalars(select(Ticket).where(ticket_scope(actor), number).limit(2)).all()
    return found[0] if len(found) == 1 else None
