"""简报: five numbers, the worst tickets, the oldest unread orders, the units with most red. One page, bounded reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, func, select

from models import clock
from models.base import db
from models.directory import Enterprise, Organisation
from models.supervision import Level
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.scope import supervision_scope
from operations.clocks import rulebook
from operations.insight import queue, search
from operations.insight.lines import CALLED, COLUMNS, UNIT, Line, line_of
from operations.insight.queue import Narrowing, S, Sorting
from operations.insight.queue_lines import QueueLine, queue_line
from operations.insight.search import TicketFilter, View
from operations.supervision.receipts import Receipt

SHOWN = 5
OPEN, OVERDUE = TicketFilter(), TicketFilter(is_overdue=True)


@dataclass(slots=True)
class Brief:
    """Each number equals the list it leads to: the ticket list's, or the escalation queue's."""

    open: int
    overdue: int
    first: int
    second: int
    unread: int
    worst: list[Line]
    unread_orders: list[QueueLine]
    units: list[Row[Any]]


def brief(actor: Actor) -> Brief:
    """The brief of the actor's region in five statements."""
    now, calendar = clock.now(), rulebook.lately().calendar
    open_count, overdue = _tickets(actor, now)
    first, second, unread = _orders(actor)
    oldest = queue.page_of(actor, Narrowing(receipts=(Receipt.UNOPENED,), sorting=Sorting.UNREAD)).rows[:SHOWN]
    return Brief(
        open=open_count,
        overdue=overdue,
        first=first,
        second=second,
        unread=unread,
        worst=[line_of(row, now=now, calendar=calendar) for row in _worst(actor, now)],
        unread_orders=[queue_line(row, now=now, calendar=calendar) for row in oldest],
        units=_units(actor, now),
    )


def _tickets(actor: Actor, now: datetime) -> tuple[int, int]:
    late = and_(*search.conditions(TicketFilter(view=View.ALL, is_overdue=True), actor, now))
    counted = search.tickets(actor, OPEN, now, func.count(), func.count(case((late, 1))))
    total, overdue = db.session.execute(counted).one()
    return total, overdue


def _orders(actor: Actor) -> tuple[int, int, int]:
    first, second = func.count(case((S.level == Level.FIRST, 1))), func.count(case((S.level == Level.SECOND, 1)))
    unread = func.count(case((queue.receipt() == Receipt.UNOPENED, 1)))
    counted = select(first, second, unread).where(supervision_scope(actor), S.ended_at.is_(None))
    row = db.session.execute(counted).one()
    return row[0], row[1], row[2]


def _worst(actor: Actor, now: datetime) -> list[Row[Any]]:
    rows = (
        search.tickets(actor, OVERDUE, now, *COLUMNS, CALLED, UNIT)
        .join(Enterprise, Enterprise.id == Ticket.enterprise_id)
        .outerjoin(Organisation, Organisation.id == Ticket.lead_unit_id)
    )
    return list(db.session.execute(rows.order_by(Ticket.due_at, Ticket.id).limit(SHOWN)))


def _units(actor: Actor, now: datetime) -> list[Row[Any]]:
    """The units that lead most overdue tickets."""
    count = func.count().label("late")
    rows = search.tickets(actor, OVERDUE, now, Organisation.name, Organisation.short_name, count)
    rows = rows.select_from(Ticket).join(Organisation, Organisation.id == Ticket.lead_unit_id)
    return list(db.session.execute(rows.group_by(Organisation.id).order_by(count.desc(), Organisation.id).limit(SHOWN)))
