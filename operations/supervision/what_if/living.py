"""One clock lived through again under the rules of one side.

A limit of days ends at the same moment for whatever began on one day, and an order that nobody answers climbs at the
same moment for whatever fell due at one: what is reckoned is kept, so that a hundred thousand clocks take a second.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from models.clocks import ClockKind
from models.tickets import Difficulty
from operations.clocks import shanghai
from operations.clocks.calendar import Limit
from operations.clocks.clocks import SILENT_BEFORE_DUE
from operations.clocks.limits import BY_DIFFICULTY
from operations.clocks.reckoning import midnight
from operations.clocks.rulebook import Rulebook

RUNGS = ("sign", "answer", "unread", "same_stage")
DAY = timedelta(days=1)
# The unit that keeps a clock, None for whoever keeps one that no unit keeps; and the path of the ticket's region.
Place = tuple[int | None, str]
# Which clocks run by another limit, with the one that they have now.
Changed = dict[tuple[ClockKind, Difficulty | None], str]


@dataclass(frozen=True, slots=True)
class Answered:
    """How the first order of a clock was received: working seconds from its opening, None for not at all."""

    read: int | None
    answered: int | None
    rejected: int


@dataclass(slots=True)
class Side:
    """The rules of one side and what they come to, by place."""

    rules: Rulebook
    warned: Counter[Place] = field(default_factory=Counter)
    first: Counter[Place] = field(default_factory=Counter)
    second: Counter[Place] = field(default_factory=Counter)
    _limits: dict[Any, Limit] = field(default_factory=dict)
    _ends: dict[Any, datetime] = field(default_factory=dict)
    _climbs: dict[datetime, datetime] = field(default_factory=dict)
    _warnings: dict[Any, tuple[datetime, datetime]] = field(default_factory=dict)

    def live(self, row: Any, place: Place, *, due_at: datetime, answer: Answered | None) -> None:
        """Count what becomes of a clock that has warned; it lapsed if it ran beyond its due date."""
        ladder = self.rules.policy("ladder")
        lapsed = due_at < row.ended_at
        if row.kind not in SILENT_BEFORE_DUE or (lapsed and row.kind in ladder["reminded_when_lapsed"]):
            self.warned[place] += 1
        if lapsed and row.kind in ladder["clocks"]:
            self.first[place] += 1
            if self._second_at(due_at, answer) < row.ended_at:
                self.second[place] += 1

    def under(self, row: Any, changed: Changed) -> tuple[datetime, bool]:
        """The clock's due date and whether it warned; a limit that was set for it alone it keeps."""
        key = (row.kind, row.difficulty if row.kind in BY_DIFFICULTY else None)
        if changed.get(key) != row.limit:
            return row.due_at, row.warn_at < row.ended_at
        limit, calendar = self._limit(key), self.rules.calendar
        day = shanghai.day_of(row.started_at)
        due_at = self._due(row.started_at, limit, day)
        if row.due_at > row.original_due_at:
            due_at = calendar.add_office_seconds(due_at, calendar.office_seconds(row.original_due_at, row.due_at))
        return due_at, due_at < row.ended_at or self._warns(row, due_at, limit, day)

    def _warns(self, row: Any, due_at: datetime, limit: Limit, day: date) -> bool:
        """Whether it ran into its warning: of most clocks of a day that can be said without their minute."""
        key = (due_at, limit, day)
        if key not in self._warnings:
            begins = midnight(day)
            self._warnings[key] = (self.rules.calendar.warn_at(begins, due_at, limit),
                                   self.rules.calendar.warn_at(begins + DAY, due_at, limit))
        soonest, latest = self._warnings[key]
        if row.ended_at <= soonest or row.ended_at > latest:
            return bool(row.ended_at > max(soonest, row.started_at))
        return bool(max(self.rules.calendar.warn_at(row.started_at, due_at, limit), row.started_at) < row.ended_at)

    def _due(self, start: datetime, limit: Limit, day: date) -> datetime:
        key = (limit, day if limit.unit == "d" and not limit.is_same_day else start)
        if key not in self._ends:
            self._ends[key] = self.rules.calendar.due(start, limit).due_at
        return self._ends[key]

    def _limit(self, key: Any) -> Limit:
        if key not in self._limits:
            self._limits[key] = self.rules.rung_limit(key) if key in RUNGS else self.rules.limit(*key)
        return self._limits[key]

    def _second_at(self, opened_at: datetime, answer: Answered | None) -> datetime:
        """When a first order opened then would have climbed, had the ticket stayed where it was."""
        if answer is not None:
            return self._climbs_at(opened_at, answer)
        if opened_at not in self._climbs:
            self._climbs[opened_at] = self._climbs_at(opened_at, None)
        return self._climbs[opened_at]

    def _climbs_at(self, opened_at: datetime, answer: Answered | None) -> datetime:
        ladder, calendar = self.rules.policy("ladder"), self.rules.calendar
        answered_at, read_at = (
            calendar.add_office_seconds(opened_at, seconds) if seconds is not None else None
            for seconds in ((answer.answered, answer.read) if answer else (None, None))
        )
        ways = [self._rung_end(opened_at, "same_stage")]
        for reached_at, name in ((answered_at, "answer"), (read_at, "unread")):
            limit_at = self._rung_end(opened_at, name)
            counts = name == "answer" or ladder["unread_climbs"]
            if counts and (reached_at is None or reached_at > limit_at):
                ways.append(limit_at)
        if answer and answer.rejected >= ladder["rejections"]:
            ways.append(answered_at or opened_at)
        return min(ways)

    def _rung_end(self, start: datetime, name: str) -> datetime:
        return self._due(start, self._limit(name), shanghai.day_of(start))
