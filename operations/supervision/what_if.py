"""推演: what other rules would have done to the last 90 days: who warned, supervised, told. Reads, never writes.

Each clock that began in the window is lived through again under the rules as they are and as they would be: its due
date by the new limit, moved by the working time that its pauses and extensions moved it; the rungs by the new ladder.
How a unit answers is taken from the order there was; where there was none, it counts as unanswered and unread.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from models.access import Post, Role
from models.base import db
from models.clocks import Clock, ClockKind
from models.directory import Organisation
from models.supervision import Level, Supervision
from models.tickets import Difficulty, Ticket
from operations.clocks import shanghai
from operations.clocks.calendar import Limit, WorkCalendar
from operations.clocks.clocks import SILENT_BEFORE_DUE
from operations.clocks.limits import BY_DIFFICULTY
from operations.clocks.rulebook import Rulebook
from operations.supervision import ladder
from operations.supervision.sweep import WINDOWS

WINDOW = timedelta(days=90)
FETCHED = 10_000
# Warned, supervised first, supervised second, messages.
Counts = tuple[int, int, int, int]
# Which clocks run by another limit, with the one that they have now.
Changed = dict[tuple[ClockKind, Difficulty | None], str]


@dataclass(slots=True)
class Side:
    """The rules of one side and what they come to, by unit; None is whoever keeps a clock that no unit keeps."""

    rules: Rulebook
    warned: Counter[int | None] = field(default_factory=Counter)
    first: Counter[int | None] = field(default_factory=Counter)
    second: Counter[int | None] = field(default_factory=Counter)
    _ends: dict[Any, datetime] = field(default_factory=dict)

    def end_of(self, start: datetime, name: str) -> datetime:
        """When a limit of the ladder that begins at ``start`` ends."""
        return self.due(start, self.rules.rung_limit(name))

    def due(self, start: datetime, limit: Limit) -> datetime:
        """The end of a limit; one of working days is the same for every start on one day."""
        key = (limit, shanghai.day_of(start) if limit.unit == "d" and not limit.is_same_day else start)
        if key not in self._ends:
            self._ends[key] = self.rules.calendar.due(start, limit).due_at
        return self._ends[key]

    def counts(self, unit: int | None, people: int, heads: int) -> Counts:
        """Warned, first, second and the messages that these are to so many people."""
        warned, first, second = self.warned[unit], self.first[unit], self.second[unit]
        return warned, first, second, warned * people + (first + second) * (heads or people)


@dataclass(frozen=True, slots=True)
class _Answered:
    """How the first order of a clock was received: working seconds from its opening, None for not at all."""

    read: int | None
    answered: int | None
    rejected: int


def estimate(now: Rulebook, then: Rulebook, *, at: datetime) -> dict[str, Any]:
    """The figures of both sides over the 90 days before ``at``, as plain data that a draft can keep."""
    since = at - WINDOW
    old, new = Side(now), Side(then)
    changed = _changed_limits(now, then)
    answers = _answers(since, now.calendar)
    looked_at = 0
    for row in _clocks(since, at, changed):
        looked_at += 1
        unit = ladder.receiver_of(row.kind, row.unit_id, row.lead_unit_id)
        answer = answers.get(row.id)
        ended_at = row.ended_at or at
        _live(old, row, unit, due_at=row.due_at, warn_at=row.warn_at, ended_at=ended_at, answer=answer)
        due_at, warn_at = _under(new, row, changed)
        _live(new, row, unit, due_at=due_at, warn_at=warn_at, ended_at=ended_at, answer=answer)
    return {
        "since": since.isoformat(), "clocks": looked_at, "actual": _actual(since),
        "old": _total(old), "new": _total(new), "units": _by_unit(old, new),
    }


def _live(
    side: Side, row: Any, unit: int | None, *, due_at: datetime, warn_at: datetime, ended_at: datetime,
    answer: _Answered | None,
) -> None:
    """One clock under one side's rules."""
    rules = side.rules.policy("ladder")
    lapsed = due_at < ended_at
    if (warn_at < ended_at and row.kind not in SILENT_BEFORE_DUE) or (
        lapsed and row.kind in rules["reminded_when_lapsed"]
    ):
        side.warned[unit] += 1
    if lapsed and row.kind in rules["clocks"]:
        side.first[unit] += 1
        if _second_at(side, due_at, answer) < ended_at:
            side.second[unit] += 1


def _second_at(side: Side, opened_at: datetime, answer: _Answered | None) -> datetime:
    """When a first order opened then would have climbed, had the ticket stayed where it was."""
    rules, calendar = side.rules.policy("ladder"), side.rules.calendar
    answered_at, read_at = (
        calendar.add_office_seconds(opened_at, seconds) if seconds is not None else None
        for seconds in ((answer.answered, answer.read) if answer else (None, None))
    )
    ways = [side.end_of(opened_at, "same_stage")]
    for reached_at, name in ((answered_at, "answer"), (read_at, "unread")):
        limit_at = side.end_of(opened_at, name)
        counts = name == "answer" or rules["unread_climbs"]
        if counts and (reached_at is None or reached_at > limit_at):
            ways.append(limit_at)
    if answer and answer.rejected >= rules["rejections"]:
        ways.append(answered_at or opened_at)
    return min(ways)


def _under(side: Side, row: Any, changed: Changed) -> tuple[datetime, datetime]:
    """The clock's due date and warning under the rules of a side; one whose limit was set for it alone keeps it."""
    key = (row.kind, row.difficulty if row.kind in BY_DIFFICULTY else None)
    if changed.get(key) != row.limit:
        return row.due_at, row.warn_at
    limit, calendar = side.rules.limit(row.kind, row.difficulty), side.rules.calendar
    due_at = side.due(row.started_at, limit)
    if row.due_at > row.original_due_at:
        due_at = calendar.add_office_seconds(due_at, calendar.office_seconds(row.original_due_at, row.due_at))
    return due_at, max(calendar.warn_at(row.started_at, due_at, limit), row.started_at)


def _changed_limits(now: Rulebook, then: Rulebook) -> Changed:
    """Which clocks run by another limit then, with the limit that they have now."""
    keys: list[tuple[ClockKind, Difficulty | None]] = [
        (kind, difficulty) for kind in BY_DIFFICULTY for difficulty in Difficulty
    ]
    keys += [(kind, None) for kind in ClockKind if kind in now.policy("stage_limits")]
    return {key: str(now.limit(*key)) for key in keys if now.limit(*key) != then.limit(*key)}


def _clocks(since: datetime, at: datetime, changed: Iterable[tuple[ClockKind, Any]]) -> Iterable[Any]:
    """The clocks that began in the window and may have warned on one of the sides; the others came to nothing."""
    ended_at: ColumnElement[datetime | None] = func.coalesce(Clock.stopped_at, Clock.paused_at)
    rows = (
        select(Clock.id, Clock.kind, Clock.unit_id, Clock.limit, Clock.started_at, Clock.original_due_at, Clock.due_at,
               Clock.warn_at, ended_at.label("ended_at"), Ticket.lead_unit_id, Ticket.difficulty)
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .where(Clock.started_at >= since, Clock.started_at < at, Clock.kind.not_in(WINDOWS))
        .where(or_(ended_at.is_(None), ended_at > Clock.warn_at, Clock.kind.in_({kind for kind, _ in changed})))
    )
    return db.session.execute(rows.execution_options(yield_per=FETCHED))


def _answers(since: datetime, calendar: WorkCalendar) -> dict[int, _Answered]:
    """How the first orders of the window were received."""
    s = Supervision
    rows = select(s.clock_id, s.opened_at, s.read_at, s.signed_at, s.answered_at, s.rejected_count).where(
        s.level == Level.FIRST, s.opened_at >= since
    )

    def after(opened_at: datetime, *moments: datetime | None) -> int | None:
        known = [moment for moment in moments if moment is not None]
        return calendar.office_seconds(opened_at, max(opened_at, min(known))) if known else None

    return {
        row.clock_id: _Answered(after(row.opened_at, row.read_at, row.signed_at), after(row.opened_at, row.answered_at),
                                row.rejected_count)
        for row in db.session.execute(rows.order_by(s.id))
    }


def _actual(since: datetime) -> list[int]:
    """Reminders, first and second orders that there really were: what the old side is to be compared with."""
    rows = select(Supervision.level, func.count()).join(Clock, Clock.id == Supervision.clock_id)
    counted = db.session.execute(rows.where(Clock.started_at >= since).group_by(Supervision.level))
    found = {level: count for level, count in counted}
    return [found.get(level, 0) for level in (Level.REMINDER, Level.FIRST, Level.SECOND)]


def _total(side: Side) -> list[int]:
    return [counted.total() for counted in (side.warned, side.first, side.second)]


def _by_unit(old: Side, new: Side) -> list[dict[str, Any]]:
    """Each unit's counts before and after with its messages, where they differ most first."""
    units = set().union(*(set(counted) for side in (old, new) for counted in (side.warned, side.first, side.second)))
    names, people = _names(units), _people()
    rows: list[dict[str, Any]] = []
    for unit in units:
        many = people.get(unit, (1, 1))
        rows.append({"unit": names.get(unit, "企业管家和服务中心"), "old": old.counts(unit, *many),
                     "new": new.counts(unit, *many)})
    rows.sort(key=lambda row: (-abs(row["new"][3] - row["old"][3]), -row["new"][3], row["unit"]))
    return [row | {"old": list(row["old"]), "new": list(row["new"])} for row in rows]


def _names(units: Iterable[int | None]) -> dict[int | None, str]:
    rows = select(Organisation.id, Organisation.name).where(Organisation.id.in_([unit for unit in units if unit]))
    return {unit: name for unit, name in db.session.execute(rows)}


def _people() -> dict[int | None, tuple[int, int]]:
    """How many of each unit read reminders, and how many of them orders: its leaders."""
    leads = func.count().filter(Post.role == Role.UNIT_LEADER)
    held = and_(Post.ended_at.is_(None), Post.role.in_([Role.CASE_OFFICER, Role.UNIT_LEADER]))
    rows = select(Post.organisation_id, func.count(), leads).where(held).group_by(Post.organisation_id)
    return {unit: (everybody, heads) for unit, everybody, heads in db.session.execute(rows)}
