"""A running clock reckoned anew under another calendar: start, limit, pauses and extensions, in the order they came."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from models.base import db
from models.clocks import Clock, ClockKind, ClockPause
from models.tickets import DeadlineExtension, Ticket
from operations.clocks.calendar import SHANGHAI, Limit, WorkCalendar
from operations.clocks.clocks import SILENT_BEFORE_DUE
from operations.clocks.explanation import counted_days
from operations.clocks.office_time import local_time

BATCH = 1000
DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Moved:
    """One running clock before and after a change. A clock whose date stays but is no longer 暂按 has equal dates.

    ``due_version``: of the promise as it is afterwards.
    """

    clock_id: int
    ticket_id: int
    round: int
    number: str
    kind: ClockKind
    before: datetime
    after: datetime
    warn_at: datetime
    fire_at: datetime | None
    is_provisional: bool
    due_version: int

    @property
    def is_moved(self) -> bool:
        """Whether the due date is another one."""
        return self.after != self.before


def midnight(day: date) -> datetime:
    """The moment at which a Shanghai day begins."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def running_clocks(*conditions: Any) -> Any:
    """The running clocks under these conditions with their ticket's number, in the order of their ids."""
    columns = (Clock.id, Clock.ticket_id, Clock.round, Clock.kind, Clock.limit, Clock.started_at, Clock.due_at,
               Clock.warn_at, Clock.fire_at, Clock.paused_at, Clock.is_provisional, Clock.due_version,
               Ticket.number)
    rows = select(*columns).join(Ticket, Ticket.id == Clock.ticket_id)
    return rows.where(Clock.stopped_at.is_(None), *conditions).order_by(Clock.id)


def histories(clock_ids: Sequence[int]) -> dict[int, list[Any]]:
    """The ended pauses and granted extensions of these clocks, each clock's in the order they came: two statements."""
    steps: dict[int, list[tuple[Any, Any]]] = {}
    pauses = select(ClockPause).where(ClockPause.clock_id.in_(clock_ids), ClockPause.ended_at.is_not(None))
    for pause in db.session.scalars(pauses):
        steps.setdefault(pause.clock_id, []).append((pause.ended_at, pause))
    for extension in db.session.scalars(select(DeadlineExtension).where(DeadlineExtension.clock_id.in_(clock_ids))):
        steps.setdefault(extension.clock_id, []).append((extension.granted_at, extension))
    for found in steps.values():
        found.sort(key=lambda pair: pair[0])
    return {clock_id: [step for _, step in found] for clock_id, found in steps.items()}


def due_again(calendar: WorkCalendar, running: Any, history: Iterable[Any]) -> datetime:
    """The due date that start, limit and history lead to. An extension names a day; off, the next working one holds."""
    due_at = calendar.due(running.started_at, Limit.stored(running.limit)).due_at
    for step in history:
        if isinstance(step, ClockPause) and step.ended_at is not None:
            due_at = calendar.resume_due(step.started_at, due_at, step.ended_at)
        else:
            due_at = calendar.close_of_same_day(step.due_after - A_SECOND)
    return due_at


def reckon(before: WorkCalendar, after: WorkCalendar, *, running: Any, history: Sequence[Any], now: datetime) -> Moved:
    """One clock under the changed calendar. Nobody becomes late by the very act: such a date stays as it was."""
    due_at = due_again(after, running, history)
    if due_again(before, running, history) == due_at and not running.is_provisional:
        due_at = running.due_at
    if due_at <= now < running.due_at:
        due_at = running.due_at
    limit = Limit.stored(running.limit)
    warn_at = running.warn_at
    if due_at != running.due_at:
        warn_at = max(after.warn_at(running.started_at, due_at, limit), running.started_at)
    first, last = counted_days(local_time(running.started_at), local_time(due_at), limit)
    return Moved(
        clock_id=running.id,
        ticket_id=running.ticket_id,
        round=running.round,
        number=running.number,
        kind=running.kind,
        before=running.due_at,
        after=due_at,
        warn_at=warn_at,
        fire_at=_fires(running, due_at, warn_at=warn_at, now=now),
        is_provisional=bool(after.unpublished_between(first, last)),
        due_version=running.due_version + (due_at != running.due_at),
    )


def carried_over(before: WorkCalendar, after: WorkCalendar, *, limit_at: datetime, day: date) -> datetime:
    """A limit of working days that runs across ``day``: as much office time after the day's beginning as it had."""
    origin = midnight(day)
    return after.add_office_seconds(origin, before.office_seconds(origin, limit_at))


def _fires(running: Any, due_at: datetime, *, warn_at: datetime, now: datetime) -> datetime | None:
    """When the sweep must look. A warning that has come nearer than now is still given, by the next sweep."""
    if running.paused_at is not None:
        return None
    if due_at == running.due_at:
        return running.fire_at
    has_warned = running.warn_at <= now
    return due_at if running.kind in SILENT_BEFORE_DUE or (has_warned and warn_at <= now) else warn_at
