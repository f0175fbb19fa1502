"""时限预算: who used how much of the working time that was promised to the enterprise. Pure: spans in, shares out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from operations.clocks.calendar import WorkCalendar
from operations.clocks.wording import spent

COORDINATION, LEFT, OVER = "协调和改派", "剩余", "超出"


@dataclass(frozen=True, slots=True)
class Span:
    """Somebody held the case from ``since`` until ``until``; None is still."""

    who: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseClock:
    """The case clock as the budget needs it; ``pauses`` are the intervals in which it stood still."""

    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None
    pauses: Sequence[tuple[datetime, datetime | None]] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """One part of the bar: where it begins and how long it is, in office seconds; ``percent`` is of the limit."""

    who: str
    since: int
    seconds: int
    percent: int


@dataclass(frozen=True, slots=True)
class Budget:
    """The limit in office seconds, extensions included, its shares in order of time, and what stood outside it."""

    limit: int
    shares: list[Share]
    paused: int
    over: int

    @property
    def used(self) -> int:
        """What has been used, beyond the limit too."""
        return sum(share.seconds for share in self.shares if share.who != LEFT)


def budget(calendar: WorkCalendar, case: CaseClock, leads: Iterable[Span], *, now: datetime) -> Budget:
    """Who used the limit, each stretch apart: what no unit led is 协调和改派. A pause after the due date excuses nothing."""
    end = case.stopped_at or now
    pauses = [(since, min(until or end, end)) for since, until in case.pauses if since <= case.due_at]
    standing = next((since for since, until in case.pauses if until is None and since <= case.due_at), None)
    stretches = list(_stretches(case.started_at, end, leads))
    held = [(who, _running(calendar, since, until, pauses)) for who, since, until in stretches]
    used, reached = sum(seconds for _, seconds in held), standing or end
    left, over = calendar.office_seconds(reached, case.due_at), calendar.office_seconds(case.due_at, reached)
    limit = used + (left if reached <= case.due_at else -over)
    return Budget(
        limit=limit,
        shares=_placed([*held, (LEFT, left if reached <= case.due_at else 0)], max(limit, 1)),
        paused=sum(calendar.office_seconds(since, until) for since, until in pauses),
        over=over if reached > case.due_at else 0,
    )


def held(calendar: WorkCalendar, span: Span, case: CaseClock, *, now: datetime) -> int:
    """How many office seconds of the running case clock somebody had something to do beside the lead unit."""
    end = case.stopped_at or now
    since, until = max(span.since, case.started_at), min(span.until or end, end)
    return _running(calendar, since, until, case.pauses)


def words(seconds: int, calendar: WorkCalendar) -> str:
    """``1.5 天``, ``3 小时``; nothing is 0."""
    return spent(seconds, calendar.day_seconds) if seconds else "0 小时"


def _stretches(begin: datetime, end: datetime, leads: Iterable[Span]) -> Iterable[tuple[str, datetime, datetime]]:
    at = begin
    for lead in sorted(leads, key=lambda one: one.since):
        since, until = max(lead.since, at), min(lead.until or end, end)
        if until <= since:
            continue
        if since > at:
            yield COORDINATION, at, since
        yield lead.who, since, until
        at = until
    if at < end:
        yield COORDINATION, at, end


def _running(calendar: WorkCalendar, since: datetime, until: datetime,
             pauses: Sequence[tuple[datetime, datetime | None]]) -> int:
    if until <= since:
        return 0
    stood = 0
    for paused, resumed in pauses:
        first, last = max(paused, since), min(resumed or until, until)
        stood += calendar.office_seconds(first, last) if last > first else 0
    return calendar.office_seconds(since, until) - stood


def _placed(held: Sequence[tuple[str, int]], limit: int) -> list[Share]:
    shares, at = [], 0
    for who, seconds in held:
        if seconds:
            shares.append(Share(who, at, seconds, round(seconds * 100 / limit)))
            at += seconds
    return shares
