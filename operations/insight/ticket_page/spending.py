"""时限预算 of a ticket: the case limit of its present round, and which unit used how many working hours of it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from models.clocks import ClockKind, ClockPause
from models.tickets import OrderRole
from operations.clocks.budget import LEFT, OVER, CaseClock, Share, Span, budget, held, words
from operations.insight.lines import plain_rows
from operations.insight.ticket_page.dossier import Dossier

PAUSES = (
    select(ClockPause.started_at, ClockPause.ended_at)
    .where(ClockPause.clock_id == bindparam("clock_id"))
    .order_by(ClockPause.id)
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: who, how long in words, where it lies in the bar and how long it is there, in hundredths of it."""

    who: str
    spent: str
    at: int
    width: int
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Spending:
    """The lines of the bar; ``beside`` are the assisting units, whose time ran at the same time."""

    limit: str
    about: str
    rows: list[Row]
    beside: list[tuple[str, str]]


def of(d: Dossier) -> Spending | None:
    """The budget of the round's case clock; None before it has started."""
    own = [one for one in d.all_clocks if one.kind is ClockKind.HANDLING and one.round == d.ticket.round]
    if not own:
        return None
    clock, calendar = own[-1], d.rules.calendar
    case = CaseClock(clock.started_at, clock.due_at, clock.stopped_at, _pauses(clock))
    orders = [(order.role, Span(unit.short_name, order.ordered_at, order.ended_at))
              for order, unit in d.orders if order.round == d.ticket.round]
    found = budget(calendar, case, [span for role, span in orders if role is OrderRole.LEAD], now=d.now)
    length = max(found.limit, found.used, 1)
    rows = [_row(share, length, words(share.seconds, calendar), f"{share.percent}%") for share in found.shares]
    if found.over:
        rows.append(Row(OVER, words(found.over, calendar), *_at(found.used - found.over, found.over, length), "red"))
    beside = [(span.who, words(held(calendar, span, case, now=d.now), calendar))
              for role, span in orders if role is OrderRole.ASSIST]
    paused = f"，另暂停 {words(found.paused, calendar)}不计" if found.paused else ""
    return Spending(words(found.limit, calendar), f"已用 {words(found.used, calendar)}{paused}", rows, beside)


def _pauses(clock: Any) -> list[tuple[Any, Any]]:
    if not clock.pauses:
        return []
    return [(row.started_at, row.ended_at) for row in plain_rows(PAUSES, {"clock_id": clock.id})]


def _row(share: Share, length: int, told: str, percent: str) -> Row:
    place = _at(share.since, share.seconds, length)
    return Row(share.who, f"{told}　{percent}", *place, "green" if share.who == LEFT else "")


def _at(since: int, seconds: int, length: int) -> tuple[int, int]:
    return round(since * 100 / length), max(1, round(seconds * 100 / length))
