"""The rules in force: the working calendar and the policies, read once and kept until a row is added."""

import functools
import time
from dataclasses import dataclass
from datetime import date
from datetime import time as time_of_day
from typing import Any, NamedTuple

from sqlalchemy import DateTime, bindparam, func, select, type_coerce

from models import clock
from models.base import db
from models.clocks import CalendarDay, CalendarYear, ClockKind, Policy
from models.tickets import Difficulty
from operations.clocks import policies
from operations.clocks.calendar import Limit, Override, WorkCalendar
from operations.clocks.office_time import OfficeHours

LATELY_SECONDS = 1.0


@dataclass(frozen=True, eq=False, slots=True)
class Rulebook:
    """One version of the rules. ``version`` is written into events so that an inspector can ask which rules held."""

    version: str
    calendar: WorkCalendar
    values: dict[str, dict[str, Any]]

    def policy(self, name: str) -> dict[str, Any]:
        """The values of one policy, defaults included."""
        return self.values[name]

    def limit(self, kind: ClockKind, difficulty: Difficulty | None = None) -> Limit:
        """The limit of a clock; the case clock's and the assisting units' go by difficulty (domain.md §4)."""
        if kind in (ClockKind.HANDLING, ClockKind.ASSISTING):
            return Limit.stored(self.values["handling_limits"][difficulty or Difficulty.ORDINARY])
        return Limit.stored(self.values["stage_limits"][kind])

    def rung_limit(self, name: str) -> Limit:
        """A limit of the ladder: ``sign``, ``answer``, ``unread``, ``same_stage``."""
        return Limit.stored(self.values["ladder"][name])


def current() -> Rulebook:
    """The rules that hold now: one small statement per transaction; read whole only when a row was added."""
    known: Rulebook | None = db.session.info.get("rulebook")
    if known is None:
        known = db.session.info["rulebook"] = _look_up()
    return known


def lately() -> Rulebook:
    """The rules of at most a second ago, for how much time is left in the words of a page: no statement on most pages.

    Whoever reckons a date, and every page on the rules themselves, asks `current`.
    """
    if "rulebook" in db.session.info:
        return current()
    asked_at, seen = time.monotonic(), _Lately.seen
    if seen is None or seen.engine is not db.engine or asked_at - seen.asked_at >= LATELY_SECONDS:
        _Lately.seen = seen = Seen(asked_at, db.engine, current())
    return seen.rules


def keep_hours(hours: OfficeHours) -> None:
    """办公时间：the setting of the site; a policy row goes before it from its day on."""
    kept = {"hours": [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in hours]}
    if kept != policies.DEFAULTS["office"]:
        policies.DEFAULTS["office"] = kept
        forget()


def forget() -> None:
    """Drop what was read: for whoever replaces the database under a running process (a restore, the tests)."""
    _read.cache_clear()
    _Lately.seen = None


class Seen(NamedTuple):
    """When somebody in this process asked of which database, and the answer."""

    asked_at: float
    engine: Any
    rules: Rulebook


class _Lately:
    """What was asked last."""

    seen: Seen | None = None


# Built once: every page and every act asks it.
_VERSIONS = select(
    select(func.coalesce(func.max(CalendarDay.id), 0)).scalar_subquery(),
    select(func.count(CalendarYear.year)).scalar_subquery(),
    select(func.count(Policy.id)).where(Policy.effective_at <= bindparam("now")).scalar_subquery(),
    select(func.max(type_coerce(Policy.set_at, DateTime()))).scalar_subquery(),
)


def _look_up() -> Rulebook:
    asked = db.session.connection().execute(_VERSIONS, {"now": clock.now()})
    version = "/".join(str(part or 0) for part in asked.one())
    return _read(str(db.engine.url), version)


@functools.lru_cache(maxsize=64)
def _read(_database: str, version: str) -> Rulebook:
    days = db.session.scalars(select(CalendarDay).order_by(CalendarDay.id))
    overrides = {row.day: Override(row.is_working, row.like_weekday, row.reason) for row in days}
    years = frozenset(db.session.scalars(select(CalendarYear.year)))
    in_force = select(Policy).where(Policy.effective_at <= clock.now()).order_by(Policy.effective_at, Policy.id)
    values: dict[str, dict[str, Any]] = {}
    for row in db.session.scalars(in_force):
        values[row.name] = {**values.get(row.name, {}), **row.value}
    merged = policies.merged(values)
    office = merged["office"]["hours"]
    hours = tuple((time_of_day.fromisoformat(opens), time_of_day.fromisoformat(closes)) for opens, closes in office)
    return Rulebook(version, _calendar(tuple(overrides.items()), hours, years), merged)


@functools.lru_cache(maxsize=8)
def _calendar(overrides: tuple[tuple[date, Override], ...], hours: OfficeHours, years: frozenset[int]) -> WorkCalendar:
    """Made anew only when a day changes: a new policy alone leaves the days as they are."""
    return WorkCalendar(dict(overrides), office_hours=hours, confirmed_years=years)
