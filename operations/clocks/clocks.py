"""Starting, stopping, pausing and moving the clocks of a ticket. The only writer of ``clocks`` besides the sweep."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from models import clock as time
from models.base import db
from models.clocks import Clock, ClockKind, ClockOutcome, ClockPause, PauseReason
from models.tickets import Ticket
from operations.clocks import rulebook
from operations.clocks.calendar import Limit
from operations.clocks.limits import limit_of

# The clocks of the ticket itself; the others belong to one unit or one instruction and govern no list.
GOVERNING = frozenset(
    {
        ClockKind.ACCEPTANCE,
        ClockKind.SUPPLEMENT,
        ClockKind.COORDINATION,
        ClockKind.HANDLING,
        ClockKind.REPLY,
        ClockKind.FOLLOW_UP,
        ClockKind.COUNTERSIGN,
        ClockKind.RATING,
    }
)
# These warn by lapsing only (domain.md §7: "or signing/contact lapsed") or end a waiting time by lapsing.
SILENT_BEFORE_DUE = frozenset({
    ClockKind.SIGNING, ClockKind.CONTACT, ClockKind.SUPPLEMENT, ClockKind.RATING, ClockKind.RECTIFICATION_CONTACT,
})

_RUNNING = select(Clock).where(Clock.ticket_id == bindparam("ticket"), Clock.stopped_at.is_(None))


def running(ticket: Ticket) -> list[Clock]:
    """The clocks of a ticket that have not stopped, paused ones included; read once per transaction."""
    known = db.session.info.setdefault("running_clocks", {})
    if ticket.id not in known:
        known[ticket.id] = list(db.session.scalars(_RUNNING, {"ticket": ticket.id}))
    return known[ticket.id]


def none_running(ticket: Ticket) -> None:
    """A ticket just made has no clocks: nobody need look."""
    db.session.info.setdefault("running_clocks", {})[ticket.id] = []


def find(ticket: Ticket, kind: ClockKind, unit_id: int | None = None) -> Clock | None:
    """The running clock of a kind, and of a unit where units have their own."""
    return next((c for c in running(ticket) if c.kind is kind and c.unit_id == unit_id), None)


def start(ticket: Ticket, kind: ClockKind, *, unit_id: int | None = None, limit: Limit | None = None) -> Clock:
    """Start a clock now. One that runs already goes on: the case clock never starts anew within a round."""
    going = None if kind is ClockKind.INSTRUCTION else find(ticket, kind, unit_id)
    if going is not None:
        return going
    rules = rulebook.current()
    limit = limit or limit_of(ticket, kind, round_number=ticket.round)
    now = time.now()
    due = rules.calendar.due(now, limit)
    warn_at = rules.calendar.warn_at(now, due.due_at, limit)
    begun = Clock(
        ticket_id=ticket.id,
        round=ticket.round,
        kind=kind,
        unit_id=unit_id,
        limit=str(limit),
        started_at=now,
        original_due_at=due.due_at,
        due_at=due.due_at,
        warn_at=warn_at,
        is_provisional=due.provisional,
        due_version=1,
        fire_at=due.due_at if kind in SILENT_BEFORE_DUE else warn_at,
    )
    running(ticket).append(begun)
    db.session.add(begun)
    return begun


def stop(ticket: Ticket, kinds: Iterable[ClockKind], *, unit_id: int | None = None, dropped: bool = False) -> None:
    """Stop the running clocks of these kinds (of one unit, or of all). Late is what ends after its due date."""
    wanted = frozenset(kinds)
    for going in list(running(ticket)):
        if going.kind in wanted and unit_id in (None, going.unit_id):
            stop_clock(ticket, going, dropped=dropped)


def stop_clock(ticket: Ticket, going: Clock, *, dropped: bool = False) -> None:
    """Stop one clock; an open pause ends with it."""
    now = time.now()
    if going.paused_at is not None:
        _end_pause(going, now)
    going.stopped_at = now
    going.outcome = ClockOutcome.DROPPED if dropped else ClockOutcome.LATE if now > going.due_at else ClockOutcome.MET
    going.fire_at = None
    running(ticket).remove(going)


def stop_all(ticket: Ticket) -> None:
    """Drop every running clock: the ticket has left the line."""
    for going in list(running(ticket)):
        stop_clock(ticket, going, dropped=True)


def pause(ticket: Ticket, reason: PauseReason, *, kinds: Iterable[ClockKind] | None = None) -> None:
    """Let the clocks stand still from now on. A clock past its due date is not rescued by a pause."""
    now = time.now()
    wanted = None if kinds is None else frozenset(kinds)
    for going in running(ticket):
        if going.paused_at is None and (wanted is None or going.kind in wanted):
            going.paused_at = now
            going.fire_at = None
            db.session.add(ClockPause(clock_id=going.id, reason=reason, started_at=now))


def resume(ticket: Ticket) -> None:
    """Let paused clocks go on: each due date moves by the office time that was left when it was stopped."""
    rules, now = rulebook.current(), time.now()
    for going in running(ticket):
        if going.paused_at is None:
            continue
        paused_at = going.paused_at
        _end_pause(going, now)
        due_at = rules.calendar.resume_due(paused_at, going.due_at, now)
        if due_at != going.due_at:
            move(going, due_at)
        else:
            going.fire_at = next_fire(going, now)


def move(going: Clock, due_at: datetime, *, is_provisional: bool | None = None) -> None:
    """Give a clock another due date: a granted extension, an ended pause, a published calendar; nothing else may."""
    rules, now = rulebook.current(), time.now()
    going.due_at = due_at
    going.warn_at = max(rules.calendar.warn_at(going.started_at, due_at, Limit.stored(going.limit)), going.started_at)
    going.due_version += 1
    if is_provisional is not None:
        going.is_provisional = is_provisional
    going.fire_at = None if going.paused_at else next_fire(going, now)


def next_fire(going: Clock, now: datetime) -> datetime:
    """When the sweep must look: at the warning, or at the due date when that has passed."""
    silent = going.kind in SILENT_BEFORE_DUE or now >= going.warn_at
    return going.due_at if silent else going.warn_at


def refresh(ticket: Ticket) -> None:
    """Repeat the governing clock on the ticket's own row, for lists."""
    for name, value in shown_on_ticket(running(ticket)).items():
        setattr(ticket, name, value)


def shown_on_ticket(clocks: Iterable[Any]) -> dict[str, Any]:
    """What lists show of running clocks: the governing one's dates; unsigned or uncontacted counts as 黄 (§5)."""
    known = list(clocks)
    governing = min((c for c in known if c.kind in GOVERNING), key=lambda c: c.due_at, default=None)
    if governing is None:
        return {"due_at": None, "warn_at": None, "paused_at": None, "is_provisional": False}
    unmet = [c.due_at for c in known if c.kind in (ClockKind.SIGNING, ClockKind.CONTACT)]
    return {
        "due_at": governing.due_at,
        "warn_at": min([governing.warn_at, *unmet]),
        "paused_at": governing.paused_at,
        "is_provisional": governing.is_provisional,
    }


def _end_pause(going: Clock, now: datetime) -> None:
    pauses = select(ClockPause).where(ClockPause.clock_id == going.id, ClockPause.ended_at.is_(None))
    db.session.scalars(pauses).one().ended_at = now
    going.paused_at = None
