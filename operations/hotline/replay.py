"""重放: real messages and their real replies walk once more, on a simulated clock, under the rules of today.

Nothing here reckons a date: the acts, the clocks and the sweep are the ones that run in the product.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import select

from models import clock
from models.base import db
from models.clocks import Clock, ClockKind
from models.supervision import Level, Supervision
from models.tickets import Channel, Difficulty, ProposalKind, ReplyMethod, ResultKind, Ticket
from operations.access.actor import SYSTEM
from operations.base import come_to_rest, finish_act, operation
from operations.clocks import clocks
from operations.clocks.calendar import SHANGHAI
from operations.hotline import stage
from operations.hotline.importing import reference
from operations.hotline.reading import Message
from operations.hotline.stage import Stage
from operations.supervision import sweep
from operations.tickets import aftercare, coordination, intake, proposals

LEVELS = (Level.FIRST, Level.SECOND, Level.TALK)
RESULT = proposals.Terms("已按原答复办理。", result_kind=ResultKind.SOLVED)
NEVER = datetime.max.replace(tzinfo=UTC)
TOGETHER = 200  # turns that share a transaction: nobody waits for a commit in a throw-away database
CALL = aftercare.Call(was_reached=True, is_solved=True, is_satisfied=True)


@dataclass(slots=True)
class Walk:
    """One message on its way: its ticket once it has one."""

    message: Message
    ticket_id: int = 0

    @property
    def replied_at(self) -> datetime:
        """When it closes; no message without a reply is walked."""
        assert self.message.replied_at is not None
        return self.message.replied_at


@dataclass(frozen=True, slots=True)
class Walked:
    """What became of one message."""

    number: str
    submitted_at: datetime
    due_at: datetime
    closed_at: datetime
    supervisions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def on_time(self) -> bool:
        """Closed at or before the due date."""
        return self.closed_at <= self.due_at


@dataclass(slots=True)
class Course:
    """A replay under way: nothing falls due before ``quiet_until``, so the sweep need not be asked at every turn."""

    on_stage: Stage
    quiet_until: datetime = NEVER


Turn: TypeAlias = tuple[datetime, bool, int, Walk]


def replay(messages: Sequence[Message], *, limit_days: int) -> list[Walked]:
    """Walk every message through the database of the running app, which must be empty. In the order given."""
    if not messages:
        return []
    course = Course(stage.build(messages, limit_days=limit_days))
    walks = [Walk(message) for message in messages]
    turns = _turns(walks)
    for first in range(0, len(turns), TOGETHER):
        _play(turns[first : first + TOGETHER], course)
    return _walked(walks)


def _turns(walks: Sequence[Walk]) -> list[Turn]:
    """Every arrival and every reply in the order of time; at equal times arrivals first, in the order of the file."""
    arrivals = ((walk.message.asked_at, False, place, walk) for place, walk in enumerate(walks))
    replies = ((walk.replied_at, True, place, walk) for place, walk in enumerate(walks))
    return sorted([*arrivals, *replies], key=lambda turn: turn[:3])


@operation
def _play(turns: Sequence[Turn], course: Course) -> None:
    """Many turns in one transaction, each with the sweeps before it. Every act still has its own event and moment."""
    for moment, is_closing, _, walk in turns:
        if course.quiet_until < moment:
            _sweep_before(moment, course)
        with clock.standing_at(moment):
            (_close if is_closing else _open)(walk, course)
            finish_act()


def _sweep_before(moment: datetime, course: Course) -> None:
    """Let the sweep fire at every moment at which something falls due before ``moment``, at its very second.

    What falls due at ``moment`` itself waits until the acts of that moment are done: closed at the due time is in time.
    """
    come_to_rest()
    while (fires_at := sweep.next_fire_at() or NEVER) < moment:
        with clock.standing_at(fires_at):
            sweep.sweep()
    course.quiet_until = fires_at


def _open(walk: Walk, course: Course) -> None:
    message, on_stage = walk.message, course.on_stage
    sender = on_stage.senders[reference(message)]
    demand = intake.Demand(sender, message.subject, message.content, channel=Channel.HOTLINE)
    ticket = intake.submit(demand, actor=SYSTEM)
    intake.accept(ticket, actor=on_stage.desk, category="12345", difficulty=Difficulty.ORDINARY)
    coordination.dispatch(ticket, actor=on_stage.desk, lead=on_stage.unit, basis="重放")
    walk.ticket_id = ticket.id
    course.quiet_until = min(course.quiet_until, *(running.fire_at or NEVER for running in clocks.running(ticket)))


def _close(walk: Walk, course: Course) -> None:
    on_stage = course.on_stage
    db.session.flush()
    ticket = db.session.get_one(Ticket, walk.ticket_id)
    asked = proposals.propose(ticket, ProposalKind.RESULT, actor=on_stage.officer, terms=RESULT)
    db.session.flush()
    proposals.grant(ticket, asked, actor=on_stage.leader)
    aftercare.reply(ticket, actor=on_stage.desk, method=ReplyMethod.PLATFORM, text=RESULT.reason)
    aftercare.follow_up(ticket, actor=on_stage.caller, call=CALL)


def _walked(walks: Sequence[Walk]) -> list[Walked]:
    orders: dict[int, list[dict[str, Any]]] = {}
    for ticket_id, level, opened_at, due_at in _orders():
        orders.setdefault(ticket_id, []).append({"level": str(level), "opened_at": opened_at, "due_at": due_at})
    handling = select(Clock.ticket_id, Clock.due_at, Clock.stopped_at).where(Clock.kind == ClockKind.HANDLING)
    promises = {ticket: (due_at, closed_at or NEVER) for ticket, due_at, closed_at in db.session.execute(handling)}
    return [
        Walked(walk.message.number, walk.message.asked_at, *promises[walk.ticket_id], orders.get(walk.ticket_id, []))
        for walk in walks
    ]


def _orders() -> Iterator[Any]:
    rows = select(Supervision.ticket_id, Supervision.level, Supervision.opened_at, Supervision.due_at)
    wanted = rows.where(Supervision.level.in_(LEVELS)).order_by(Supervision.opened_at, Supervision.id)
    return iter(db.session.execute(wanted))


def report(walked: Sequence[Walked], left_out: Sequence[Any]) -> dict[str, Any]:
    """The replay as one JSON document: a row for every message, the totals, and the rows left out."""
    levels = [supervision["level"] for walk in walked for supervision in walk.supervisions]
    on_time = sum(walk.on_time for walk in walked)
    return {
        "messages": [_as_json(walk) for walk in walked],
        "totals": {
            "messages": len(walked),
            "on_time": on_time,
            "late": len(walked) - on_time,
            "on_time_rate": round(on_time / len(walked), 4) if walked else None,
            **{str(level): levels.count(level) for level in LEVELS},
            "left_out": len(left_out),
        },
        "left_out": [{"row": row.row, "number": row.number, "reason": row.reason} for row in left_out],
    }


def _as_json(walk: Walked) -> dict[str, Any]:
    return {
        "number": walk.number,
        "submitted_at": _local(walk.submitted_at),
        "due_at": _local(walk.due_at),
        "closed_at": _local(walk.closed_at),
        "on_time": walk.on_time,
        "supervisions": [
            {"level": order["level"], "opened_at": _local(order["opened_at"]), "due_at": _local(order["due_at"])}
            for order in walk.supervisions
        ],
    }


def _local(moment: datetime | None) -> str | None:
    return moment.astimezone(SHANGHAI).isoformat() if moment else None
