"""时限钟: the clock that governs the ticket now, in figures, in segments and in a sentence that explains its date."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from models.clocks import ClockKind, ClockOutcome
from models.supervision import Level
from models.tickets import ProposalKind
from operations.clocks import shanghai
from operations.clocks.calendar import SHANGHAI, Limit
from operations.clocks.clocks import GOVERNING
from operations.clocks.lights import Light, light_of
from operations.clocks.wording import moment, short_day, spent
from operations.insight.ticket_page.dossier import Dossier
from operations.insight.ticket_page.rail import times_sent_back
from operations.insight.ticket_page.records import Paper
from operations.supervision import ladder

MOST_SEGMENTS = 30
AT_ZERO = {ClockKind.SUPPLEMENT: "视为撤回", ClockKind.RATING: "记为未评价并结案"}
RUNG_WORDS = {Level.FIRST: "自动发出一次督办", Level.REMINDER: "自动提醒责任人"}
OUTCOMES = {ClockOutcome.MET: "按时", ClockOutcome.LATE: "超时", ClockOutcome.DROPPED: "终止"}


@dataclass(frozen=True, slots=True)
class Segment:
    """One working day of the limit: how much of it is used, in per cent, and whether it lies in the yellow zone."""

    w: int
    warn: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """What the deadline panel shows; ``light`` is the colour, ``big`` the time left in words."""

    kind: str
    light: Light
    light_words: str
    big: str
    due_words: str
    segments: list[Segment]
    scale: list[str]
    facts: list[tuple[str, str]]
    explanation: str
    provisional: bool


def panel(d: Dossier) -> Panel | None:
    """The governing clock; of a ticket that has ended the last promise and how it was kept; None before all clocks."""
    running = governing(d)
    if running is None:
        kept = [one for one in d.all_clocks if one.kind is ClockKind.HANDLING and one.round == d.ticket.round]
        return _ended(d, kept[-1]) if kept else None
    light, calendar = light_of(d.ticket, d.now), d.rules.calendar
    left = calendar.remaining_words(d.now, running.due_at)
    return Panel(
        kind=running.kind.label,
        light=light,
        light_words=light.label,
        big=f"停在{calendar.remaining_words(running.paused_at, running.due_at)}" if running.paused_at else left,
        due_words="等恢复计时" if running.paused_at else f"{moment(running.due_at)} 到期（按工作时间）",
        segments=list(_segments(d, running)),
        scale=_scale(d, running),
        facts=list(_facts(d, running)),
        explanation=explained(d, running),
        provisional=running.is_provisional,
    )


def governing(d: Dossier) -> Any:
    """The clock that the lists show, too: the first to lapse of the ticket's own."""
    return min((one for one in d.clocks if one.kind in GOVERNING), key=lambda one: one.due_at, default=None)


def explained(d: Dossier, clock: Any) -> str:
    """The due date in plain Chinese, and what has moved it since."""
    words = d.rules.calendar.explain(clock.started_at, Limit.stored(clock.limit))
    return words if clock.due_at == clock.original_due_at else f"{words}\n因延期或暂停，现为 {moment(clock.due_at)}"


def _ended(d: Dossier, clock: Any) -> Panel:
    late = clock.outcome is ClockOutcome.LATE
    stopped_at = clock.stopped_at or d.now
    calendar = d.rules.calendar
    over = spent(calendar.office_seconds(clock.due_at, stopped_at), calendar.day_seconds)
    used = spent(calendar.office_seconds(clock.started_at, stopped_at), calendar.day_seconds)
    return Panel(
        kind=clock.kind.label,
        light=Light.NONE,
        light_words="已停",
        big=f"超时 {over} 办结" if late else f"{OUTCOMES.get(clock.outcome, '')}办结，用 {used}" if clock.outcome else "",
        due_words=f"{moment(stopped_at)} 停止，期限 {moment(clock.due_at)}",
        segments=[],
        scale=[],
        facts=list(_facts(d, clock)),
        explanation=explained(d, clock),
        provisional=clock.is_provisional,
    )


def _facts(d: Dossier, clock: Any) -> Iterator[tuple[str, str]]:
    yield "总时限", Limit.stored(clock.limit).label
    if clock.kind is ClockKind.HANDLING and clock.round == 1 and d.ticket.promised_on:
        yield "会议议定", f"{short_day(d.ticket.promised_on)}前办结"
    yield "起算", moment(clock.started_at)
    yield "暂停", f"{clock.pauses} 次" + (f"（{clock.paused_for.label}）" if clock.pauses else "")
    if clock.kind is ClockKind.HANDLING or times_sent_back(d):
        yield "退回", f"{times_sent_back(d)} 次，不重新计时"
    extension = next((one for one in d.papers(Paper.EXTENSION) if one.round == clock.round), None)
    if clock.kind is ClockKind.HANDLING and extension is not None and extension.ended_at:
        yield "延期", f"原到期 {moment(extension.ended_at)}"
    if ProposalKind.EXTENSION in d.proposals:
        yield "延期申请", d.proposals[ProposalKind.EXTENSION].stage.label
    if d.open_supervision is not None:
        yield "督办", d.open_supervision.level.label
    elif clock.stopped_at is None and d.now <= clock.due_at:
        yield "到期后", _at_zero(d, clock)


def _at_zero(d: Dossier, clock: Any) -> str:
    if clock.kind in AT_ZERO:
        return AT_ZERO[clock.kind]
    rung = ladder.rung_of_clock(d.rules, clock.kind, lapsed=True)
    return RUNG_WORDS.get(rung[0], rung[0].label) if rung else "转红灯，计入超时"


def _segments(d: Dossier, clock: Any) -> Iterator[Segment]:
    calendar, until = d.rules.calendar, clock.paused_at or d.now
    days = _days(d, clock)
    for day in days if len(days) <= MOST_SEGMENTS else []:
        opens, closes = _midnight(day), _midnight(day + timedelta(days=1))
        whole = calendar.office_seconds(max(opens, clock.started_at), min(closes, clock.due_at)) or calendar.day_seconds
        used = calendar.office_seconds(max(opens, clock.started_at), min(until, closes, clock.due_at))
        yield Segment(min(100, round(used * 100 / whole)), min(closes, clock.due_at) > clock.warn_at)


def _days(d: Dossier, clock: Any) -> list[date]:
    """The working days that are counted: not the day of receipt, unless the limit ends on it."""
    first, last = shanghai.day_of(clock.started_at), shanghai.day_of(clock.due_at)
    if first != last and not clock.limit.endswith("h"):
        first += timedelta(days=1)
    span = ((first + timedelta(days=n)) for n in range(min((last - first).days + 1, 400)))
    return [day for day in span if d.rules.calendar.is_working_day(day)]


def _scale(d: Dossier, clock: Any) -> list[str]:
    days = _days(d, clock)
    if not days or len(days) > MOST_SEGMENTS:
        return []
    marks = [days[0], days[len(days) // 2], days[-1]] if len(days) > 2 else days
    today = shanghai.day_of(d.now)
    return ["今天" if day == today else short_day(day) for day in dict.fromkeys(marks)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), SHANGHAI)
