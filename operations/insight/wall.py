"""评价墙: what was counted of each unit, window, officer or item in a period, as rates with numerator and denominator.

A rate of fewer than FEWEST is none (样本不足), and beside one of fewer than FEW stands its Wilson interval. Nothing is
ranked: the rows are no peer group. What an appeal has excluded stands beside the rates and in none of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from models import clock
from models.access import User
from models.base import LabelledEnum, db, written
from models.directory import Organisation
from models.rating_wall import SMALLEST_GROUP, Cut, RatingPlace, RatingTally
from models.ratings import Grade, RatingOccasion
from models.rectifications import Rectification
from operations.access.actor import Actor
from operations.access.wall_scope import rated_units
from operations.insight import rectifications
from operations.insight.period import Period
from operations.ratings.campaigns.counting import wilson
from operations.ratings.wall import sums

FEWEST, FEW, NONE = SMALLEST_GROUP, 100, 0
SATISFIED = (Grade.VERY_SATISFIED, Grade.SATISFIED, Grade.FAIRLY_SATISFIED)
BAD = (Grade.DISSATISFIED, Grade.VERY_DISSATISFIED)
NO_WINDOW, NO_ITEM = "不分窗口（诉求，和几个窗口合成一组的匿名评价）", "不分事项（没有写明，和几个事项合成一组的匿名评价）"


class By(LabelledEnum):
    """By what the rows are told apart."""

    UNIT = "unit", "按单位"
    WINDOW = "window", "按窗口"
    OFFICER = "officer", "按人员"
    ITEM = "item", "按事项"


class Part(LabelledEnum):
    """What a figure counts, and what its list holds."""

    CASES = "cases", "可评价"
    RATED = "rated", "已评价"
    VALID = "valid", "有效评价"
    SATISFIED = "satisfied", "满意"
    BAD = "bad", "差评"
    EXCLUDED = "excluded", "已剔除"
    DUE = "due", "应整改"
    ON_TIME = "on_time", "按时整改"


def in_per_cent(count: int, of: int) -> str:
    """A rate as it is read: a dash of nothing, and no rate of fewer than FEWEST."""
    if not of:
        return "—"
    return f"{100 * count / of:.1f}%" if of >= FEWEST else "样本不足"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    label: str
    part: Part
    whole: Part
    count: int
    of: int

    @property
    def words(self) -> str:
        """In per cent; a dash of nothing."""
        return in_per_cent(self.count, self.of)

    @property
    def band(self) -> str:
        """The Wilson 95 % interval where there are few; empty otherwise, and where more were counted than could be."""
        if not FEWEST <= self.of < FEW or self.count > self.of:
            return ""
        lowest, highest = wilson(self.count, self.of)
        return f"{lowest / 100:.1f}%–{highest / 100:.1f}%"


@dataclass(frozen=True, slots=True)
class Line:
    """One unit, window, officer or item; ``key`` is what its lists are narrowed by.

    What belongs to no window or item has a line too: rounds of tickets, and anonymous groups that are of several.
    """

    label: str
    note: str = ""
    key: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[Part, int] = field(default_factory=dict)

    @property
    def rates(self) -> list[Rate]:
        """The four rates of the wall."""
        return [Rate(label, part, whole, self.counts.get(part, 0), self.counts.get(whole, 0))
                for label, part, whole in RATES]


RATES = (
    ("满意率", Part.SATISFIED, Part.VALID), ("主动评价率", Part.RATED, Part.CASES), ("差评率", Part.BAD, Part.VALID),
    ("差评按时整改率", Part.ON_TIME, Part.DUE),
)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the wall is narrowed to; a window, officer or item only within a unit, NONE for what belongs to none.

    An item goes with its occasion, and both are empty for what is of several.
    """

    period: Period
    unit_id: int | None = None
    by: By = By.UNIT
    window_id: int | None = None
    officer_id: int | None = None
    occasion: RatingOccasion | None = None
    item: str | None = None


def counted_at() -> datetime | None:
    """Until when everything has been counted; None before the first count."""
    return db.session.scalar(select(RatingTally.counted_at).where(RatingTally.id == 1))


def lines(actor: Actor, narrowing: Narrowing) -> list[Line]:
    """One line for each, in an order that ranks nobody; each adds up whole groups of anonymous ratings."""
    counted, rectified = _counted(actor, narrowing), _rectified(actor, narrowing)
    keys = {**counted, **rectified}
    named = _named(narrowing.by, list(keys))
    found = [Line(*named[key], {**counted.get(key, {}), **rectified.get(key, {})}) for key in keys]
    return sorted(found, key=lambda line: (line.note, line.label))


def total(rows: Sequence[Line], label: str) -> Line:
    """All lines together."""
    counts = {part: sum(row.counts.get(part, 0) for row in rows) for part in Part}
    return Line(label, counts=counts)


def _counted(actor: Actor, narrowing: Narrowing) -> dict[tuple[Any, ...], dict[Part, int]]:
    found = sums.of_period(narrowing.period.begins, narrowing.period.ends, cut=CUTS[narrowing.by],
                           where=lambda rows: [rows.unit_id.in_(_units(actor, narrowing))]).c
    keys = [found[key] for key in KEYS[narrowing.by]]
    grades = {part: sum(found[grade.value] for grade in of) for part, of in
              {Part.SATISFIED: SATISFIED, Part.BAD: BAD}.items()}
    wanted: Any = {Part.CASES: found.cases, **grades, Part.EXCLUDED: found.excluded}
    counted: dict[tuple[Any, ...], dict[Part, int]] = {}
    for row in db.session.execute(select(*keys, *(func.sum(what) for what in wanted.values())).group_by(*keys)):
        counts = dict(zip(wanted, row[len(keys):], strict=True))
        counts[Part.VALID] = counts[Part.SATISFIED] + counts[Part.BAD]
        counts[Part.RATED] = counts[Part.VALID] + counts[Part.EXCLUDED]
        counted[tuple(row[:len(keys)])] = counts
    return counted


def _rectified(actor: Actor, narrowing: Narrowing) -> dict[tuple[Any, ...], dict[Part, int]]:
    """应整改 and 按时整改 of the 差评 of the period, from the rows themselves: they are few."""
    now, keys = clock.now(), [getattr(RatingPlace, key) for key in KEYS[narrowing.by]]
    rows = rectified(select(*keys, *(
        func.coalesce(func.sum(case((rectifications.condition(STATES[part], now), 1), else_=0)), 0) for part in STATES
    )).select_from(Rectification)).where(
        RatingPlace.unit_id.in_(_units(actor, narrowing)), *of_period(narrowing.period)
    ).group_by(*keys)
    return {tuple(row[:len(keys)]): dict(zip(STATES, row[len(keys):], strict=True)) for row in db.session.execute(rows)}


STATES = {Part.DUE: rectifications.State.DUE, Part.ON_TIME: rectifications.State.ON_TIME}
KEYS = {By.UNIT: ("unit_id",), By.WINDOW: ("window_id",), By.OFFICER: ("window_id", "officer_id"),
        By.ITEM: ("occasion", "item")}
# As the partial index has it: none but 差评 are rectified, which the planner cannot know.
_IS_BAD = RatingPlace.grade.in_(written(BAD))
CUTS = {By.UNIT: Cut.UNIT, By.WINDOW: Cut.DESK, By.OFFICER: Cut.DESK, By.ITEM: Cut.ITEM}


def rectified(rows: Any) -> Any:
    """Rectifications with the clock and the place of their rating; STATES ask for no other clock."""
    fix = rectifications.FIX
    return (rows.join(fix, fix.id == Rectification.fix_clock_id)
            .join(RatingPlace, (RatingPlace.rating_id == Rectification.rating_id) & _IS_BAD))


def of_period(period: Period) -> tuple[ColumnElement[bool], ...]:
    """The condition on the places of named ratings, by the moment on which their index is."""
    return RatingPlace.rated_at >= period.since, RatingPlace.rated_at < period.until


def _named(by: By, keys: Sequence[tuple[Any, ...]]) -> dict[tuple[Any, ...], tuple[str, str, dict[str, Any]]]:
    """Label, note and list key of each line."""
    if by is By.ITEM:
        return {key: _item(*key) for key in keys}
    places = {key[0] for key in keys}
    rows = select(Organisation.id, Organisation.name, Organisation.short_name, Organisation.kind)
    found = {row.id: row for row in db.session.execute(rows.where(Organisation.id.in_(places)))}
    if by is By.UNIT:
        return {(one,): (found[one].short_name, found[one].kind.label, {"unit": one}) for one, in keys}
    windows = {key: found[key[0]].name if key[0] else NO_WINDOW for key in keys}
    if by is By.WINDOW:
        return {key: (windows[key], "", {"window": key[0] or NONE}) for key in keys}
    people = dict(db.session.execute(select(User.id, User.name).where(User.id.in_({key[1] for key in keys}))).all())
    return {key: (people.get(key[1], "不分人员"), windows[key], {"window": key[0] or NONE, "officer": key[1] or NONE})
            for key in keys}


def _item(occasion: RatingOccasion | None, item: str) -> tuple[str, str, dict[str, Any]]:
    note = occasion.label if occasion else "几类合计"
    return item or NO_ITEM, note, {"occasion": occasion.value if occasion else "", "item": item}


def _units(actor: Actor, narrowing: Narrowing) -> Any:
    rows = select(Organisation.id).where(rated_units(actor))
    return rows if narrowing.unit_id is None else rows.where(Organisation.id == narrowing.unit_id)
