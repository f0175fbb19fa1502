"""The list of tickets: one page of what somebody may open and looks for, by keyset, in two statements at most."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, literal_column, select, tuple_

from models import clock
from models.base import LabelledEnum, UTCDateTime, db
from models.directory import Enterprise, Organisation
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.clocks import rulebook
from operations.insight import search
from operations.insight.keyset import TOP, Place
from operations.insight.lines import CALLED, COLUMNS, EPOCH, UNIT, Cursor, Line, line_of, plain_rows
from operations.insight.search import TicketFilter

PAGE = 25
COUNTED = 1000  # nobody counts further, and only who asks: a page must not cost more the more there is


class Order(LabelledEnum):
    """How the list is sorted."""

    DUE = "due", "剩余时间"
    NEW = "new", "最新提交"


@dataclass(frozen=True, slots=True)
class Found:
    """One page with the cursors of its neighbours, None where there is none.

    ``count`` is None where nobody has counted, and goes up to COUNTED + 1.
    """

    lines: list[Line]
    previous: Cursor | None
    next: Cursor | None
    count: int | None


def tickets(
    actor: Actor, wanted: TicketFilter, *, order: Order = Order.DUE, place: Place = TOP, is_counted: bool = False
) -> Found:
    """One page of the tickets that the actor may open and that answer to the filter.

    A list of one page is counted by itself; a longer one only when ``is_counted`` is asked for.
    """
    now, is_back, cursor = clock.now(), place.before is not None, place.before or place.after
    matching = search.tickets(actor, wanted, now, *COLUMNS, Ticket.round, Ticket.closed_at, CALLED, UNIT)
    named = matching.join(Enterprise, Enterprise.id == Ticket.enterprise_id).outerjoin(
        Organisation, Organisation.id == Ticket.lead_unit_id
    )
    rows = plain_rows(_ordered(named, order, cursor, is_back=is_back).limit(PAGE + 1), {})
    has_more, shown = len(rows) > PAGE, list(reversed(rows[:PAGE])) if is_back else rows[:PAGE]
    calendar = rulebook.lately().calendar
    return Found(
        lines=[line_of(row, now=now, calendar=calendar) for row in shown],
        previous=_cursor(shown[0]) if shown and (has_more if is_back else cursor) else None,
        next=_cursor(shown[-1]) if shown and (has_more or is_back) else None,
        count=len(shown) if not (has_more or cursor) else _count(actor, wanted, now) if is_counted else None,
    )


def neighbours(
    actor: Actor, wanted: TicketFilter, ticket: Ticket, *, order: Order = Order.DUE
) -> tuple[str | None, str | None]:
    """The numbers before and after a ticket in the list it was opened from: one statement."""
    here, base = Cursor(ticket.due_at or EPOCH, ticket.id), search.tickets(actor, wanted, clock.now(), Ticket.number)
    before, after = (
        _ordered(base, order, here, is_back=is_back).limit(1).scalar_subquery() for is_back in (True, False)
    )
    found = db.session.execute(select(before, after)).one()
    return found[0], found[1]


def _ordered(rows: Select[Any], order: Order, cursor: Cursor | None, *, is_back: bool) -> Select[Any]:
    if order is Order.NEW:
        rows = rows.order_by(Ticket.id.asc() if is_back else Ticket.id.desc())
        return rows.where(_beyond(Ticket.id, literal(cursor.row_id), not is_back)) if cursor else rows
    rows = rows.order_by(*(part.desc() if is_back else part.asc() for part in (Ticket.due_at, Ticket.id)))
    if cursor is None:
        return rows
    there = tuple_(literal(cursor.moment, UTCDateTime()), literal(cursor.row_id))
    return rows.where(_beyond(tuple_(Ticket.due_at, Ticket.id), there, is_back))


def _beyond(key: Any, there: Any, is_downward: bool) -> ColumnElement[bool]:
    return key < there if is_downward else key > there


def _cursor(row: Row[Any]) -> Cursor:
    return Cursor(row.due_at or EPOCH, row.id)


def _count(actor: Actor, wanted: TicketFilter, now: datetime) -> int:
    most: ColumnElement[int] = literal_column(str(COUNTED + 1))  # a plan that is kept would not know that it is few
    some = search.tickets(actor, wanted, now, Ticket.id).limit(most).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0
