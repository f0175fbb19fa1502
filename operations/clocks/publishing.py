"""工作日历变更: a published day or year, and every running clock that it moves, in one transaction (domain.md §5).

The due date of a ticket moves by a granted extension, an ended pause or by this, and by nothing else (§4, invariant 3);
``original_due_at`` stays what was first promised.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import case, func, or_, select, update

from models import clock
from models.base import db
from models.bulk import update_rows
from models.clocks import CalendarDraft, Clock
from models.supervision import Level, Supervision, SupervisionEnd
from models.tickets import Ticket
from operations import log
from operations.access.actor import Actor, Standing
from operations.clocks.calendar import WorkCalendar
from operations.clocks.changes import Change, DayChange, change_of
from operations.clocks.clocks import shown_on_ticket
from operations.clocks.reckoning import BATCH, Moved, carried_over, histories, midnight, reckon, running_clocks

KEPT_IN_EVENT = 1000


def preview(change: Change) -> list[Moved]:
    """What publishing the change would move now; nothing is written. Raises BadInput as publishing would."""
    before, after = change.calendars()
    return [moved for batch in _reckoned(before, after, change.touched()) for moved in batch if moved.is_moved]


def publish(draft: CalendarDraft, *, actor: Actor, standing: Standing) -> list[Moved]:
    """公布 what two people want, in the running operation: write it, move the clocks whose run it touches.

    Answers what was moved, before and after.
    """
    change = change_of(draft)
    before, after = change.calendars()
    number = change.write(draft)
    moved = _apply(before, after, change.touched(), actor=actor, standing=standing, calendar_id=number)
    if isinstance(change, DayChange):
        _carry_orders(before, after, change.day)
    details = {**draft.facts, "draft": draft.id, "moved": len(moved),
               "clocks": [_told(one) for one in islice(moved, KEPT_IN_EVENT)]}
    log.record("publish_calendar", object_type="calendar", object_id=number, actor=actor, standing=standing,
               words=draft.reason, details=details)
    return moved


def _reckoned(
    before: WorkCalendar, after: WorkCalendar, touched: tuple[Any, ...], *, lock: bool = False
) -> Iterator[list[Moved]]:
    """Batch by batch, the clocks whose date or 暂按 the change alters; rows are locked in the order of their ids."""
    last, now = 0, clock.now()
    while True:
        wanted = running_clocks(*touched, Clock.id > last).limit(BATCH)
        rows = db.session.execute(wanted.with_for_update(of=(Clock, Ticket)) if lock else wanted).all()
        if not rows:
            return
        last, known = rows[-1].id, histories([row.id for row in rows])
        flags = {row.id: row.is_provisional for row in rows}
        found = [reckon(before, after, running=row, history=known.get(row.id, ()), now=now) for row in rows]
        yield [moved for moved in found if moved.is_moved or moved.is_provisional is not flags[moved.clock_id]]


def _apply(
    before: WorkCalendar, after: WorkCalendar, touched: tuple[Any, ...], *, actor: Actor, standing: Standing,
    calendar_id: int,
) -> list[Moved]:
    all_moved: list[Moved] = []
    for batch in _reckoned(before, after, touched, lock=True):
        if not batch:
            continue
        moved = [one for one in batch if one.is_moved]
        _set_clocks(batch)
        _end_orders([one.clock_id for one in moved])
        _refresh_tickets(sorted({one.ticket_id for one in batch}))
        _record_tickets(moved, actor, standing, calendar_id)
        all_moved += moved
    return all_moved


def _set_clocks(batch: list[Moved]) -> None:
    table: Any = Clock.__table__
    update_rows(db.session.connection(), table, [
        {"id": m.clock_id, "due_at": m.after, "warn_at": m.warn_at, "fire_at": m.fire_at,
         "is_provisional": m.is_provisional, "due_version": m.due_version} for m in batch
    ])


def _end_orders(clock_ids: list[int]) -> None:
    """The promise is another one: orders that pressed the old date end, as they do when a ticket moves on."""
    table: Any = Supervision.__table__
    heeded = or_(table.c.level == Level.REMINDER, table.c.accepted_at.is_not(None))
    how = case((heeded, SupervisionEnd.LIFTED), else_=SupervisionEnd.MOVED_ON)
    standing = update(table).where(table.c.clock_id.in_(clock_ids), table.c.ended_at.is_(None))
    db.session.connection().execute(standing.values(ended_at=clock.now(), ended_as=how, fire_at=None))


def _refresh_tickets(ticket_ids: list[int]) -> None:
    """Repeat the clocks on the tickets' own rows, and the highest standing rung where there was one."""
    running: dict[int, list[Any]] = {ticket_id: [] for ticket_id in ticket_ids}
    columns = select(Clock.ticket_id, Clock.kind, Clock.due_at, Clock.warn_at, Clock.paused_at, Clock.is_provisional)
    for row in db.session.execute(columns.where(Clock.ticket_id.in_(ticket_ids), Clock.stopped_at.is_(None))):
        running[row.ticket_id].append(row)
    table: Any = Ticket.__table__
    dates = [{"id": ticket_id, **shown_on_ticket(clocks)} for ticket_id, clocks in running.items()]
    update_rows(db.session.connection(), table, dates)
    s = Supervision
    rung = case(*((s.level == level, level.rung) for level in Level), else_=0)
    standing = select(func.coalesce(func.max(rung), 0)).where(s.ticket_id == table.c.id, s.ended_at.is_(None))
    pressed = update(table).where(table.c.id.in_(ticket_ids), table.c.rung > 0)
    db.session.connection().execute(pressed.values(rung=standing.scalar_subquery()))


def _carry_orders(before: WorkCalendar, after: WorkCalendar, day: date) -> None:
    """The limits of the open orders themselves are working days too; one issued on the day does not count it."""
    s, start = Supervision, midnight(day)
    names = ("sign_due_at", "due_at", "stage_due_at", "fire_at")
    rows = select(s.id, s.sign_due_at, s.due_at, s.stage_due_at, s.fire_at).where(
        s.ended_at.is_(None), s.opened_at < start, or_(*(getattr(s, name) >= start for name in names))
    )
    carried = [
        {"id": row.id} | {name: _carried(before, after, getattr(row, name), day=day) for name in names}
        for row in db.session.execute(rows)
    ]
    update_rows(db.session.connection(), s.__table__, carried)


def _carried(before: WorkCalendar, after: WorkCalendar, limit_at: datetime | None, *, day: date) -> datetime | None:
    if limit_at is None or limit_at < midnight(day):
        return limit_at
    return carried_over(before, after, limit_at=limit_at, day=day)


def _record_tickets(moved: Iterable[Moved], actor: Actor, standing: Standing, calendar_id: int) -> None:
    """One event on each ticket, so that its own history tells why its dates are others."""
    by_ticket: dict[int, list[Moved]] = {}
    for one in moved:
        by_ticket.setdefault(one.ticket_id, []).append(one)
    for ticket_id, ones in by_ticket.items():
        log.record("move_clocks", object_type="calendar", object_id=calendar_id, actor=actor, standing=standing,
                   ticket_id=ticket_id, round=ones[0].round, details={"clocks": [_told(one) for one in ones]})


def _told(one: Moved) -> dict[str, Any]:
    return {"clock": one.clock_id, "ticket": one.number, "kind": str(one.kind), "before": one.before.isoformat(),
            "after": one.after.isoformat()}
