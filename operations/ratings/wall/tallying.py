"""评价计数: the days that have changed are counted anew; the wall adds up what stands here and says until when.

One transaction places, groups and counts, so that a figure and the list behind it always tell the same.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    text,
    union_all,
)

from models import clock
from models.base import UTCDateTime, db
from models.days import shanghai_day
from models.hall import CountedCase
from models.hall_intake import CaseVersion
from models.rating_wall import Cut, RatingGroup, RatingPlace, RatingRound, RatingSum, RatingTally
from models.ratings import Grade, RatingOccasion
from operations.base import be_patient, operation
from operations.clocks import shanghai
from operations.clocks.reckoning import midnight
from operations.ratings.wall import grouping, placing, sums
from operations.ratings.wall.sums import COUNTS

# The planner takes tables that fill up meanwhile for empty, and would go through them once for every rating.
IN_SETS = ("SET LOCAL enable_nestloop = off", "SET LOCAL work_mem = '64MB'")
# Whatever was being written while the last count ran is looked at again.
AGAIN = timedelta(hours=1)
OF_CUT = {Cut.UNIT: ("unit_id",), Cut.DESK: ("unit_id", "window_id", "officer_id"),
          Cut.ITEM: ("unit_id", "occasion", "item")}


@operation
def recount(*, everything: bool = False) -> int:
    """统计评价：what came since the last count, or all. Returns how many ratings were placed."""
    be_patient()
    now, tally = clock.now(), db.session.get(RatingTally, 1, with_for_update=True)
    since = None if tally is None or everything else min(tally.counted_at, now) - AGAIN
    placing.place_rounds(since)
    for setting in IN_SETS if db.session.get_bind().dialect.name == "postgresql" else ():
        db.session.execute(text(setting))
    placed = placing.place()
    days = {*placing.exclude(), *placing.drop_rounds(since), *grouping.form(now, shanghai.today())}
    count(None if since is None else days | _changed(since), now)
    db.session.merge(RatingTally(id=1, counted_at=now))
    return placed


def count(days: Collection[date] | None, until: datetime) -> None:
    """Write the sums of these days and of their months anew, of all days for None: cases known by ``until``, and every
    placed rating."""
    if days is not None and not days:
        return
    table = RatingSum.__table__
    db.session.execute(delete(table) if days is None else delete(table).where(table.c.counts_on.in_(days)))
    for cut, keys in OF_CUT.items():
        both = union_all(*(_counted(source, keys, days) for source in _sources(days, until))).subquery()
        item = {} if "item" in keys else {"item": literal("")}
        by = {name: both.c[name] for name in ("counts_on", *keys)}
        counts = {name: func.sum(both.c[name]) for name in COUNTS}
        columns = {"cut": literal(cut, table.c.cut.type), **item, **by, **counts}
        db.session.execute(
            insert(table).from_select(list(columns), select(*columns.values()).group_by(*by.values())))
    sums.add_up(None if days is None else {day.replace(day=1) for day in days})


def _sources(days: Collection[date] | None, until: datetime) -> list[Any]:
    """Cases of windows, rounds of tickets, named ratings, groups: each with its day, its place and what it counts.

    From the first of the days to the last, as their indexes have it.
    """
    cases, rounds, named, groups = _window_cases(until), _ticket_rounds(), _named(), _groups()
    if days is not None:
        begins, ends = midnight(min(days)), midnight(max(days) + timedelta(days=1))
        cases = cases.where(CountedCase.finished_at >= begins, CountedCase.finished_at < ends)
        rounds = rounds.where(RatingRound.came_at >= begins, RatingRound.came_at < ends)
        named = named.where(RatingPlace.rated_at >= begins, RatingPlace.rated_at < ends)
    return [cases, rounds, named, groups]


def _window_cases(until: datetime) -> Any:
    return select(
        shanghai_day(CountedCase.finished_at).label("counts_on"), CountedCase.unit_id, CountedCase.window_id,
        CountedCase.officer_id, _occasion(RatingOccasion.WINDOW), CountedCase.item, *_counts(cases=literal(1)),
    ).where(CountedCase.recorded_at <= until, CountedCase.withdrawn_at.is_(None))


def _ticket_rounds() -> Any:
    nobody = cast(null(), Integer)
    return select(
        shanghai_day(RatingRound.came_at).label("counts_on"), RatingRound.unit_id, nobody.label("window_id"),
        nobody.label("officer_id"), _occasion(RatingOccasion.ONLINE), RatingRound.item, *_counts(cases=literal(1)),
    ).where(RatingRound.is_dropped.is_(False))


def _occasion(occasion: RatingOccasion) -> ColumnElement[Any]:
    return literal(occasion, RatingPlace.occasion.type).label("occasion")


def _named() -> Any:
    place, excluded = RatingPlace, RatingPlace.is_excluded
    grades = {grade.value: case(((place.grade == grade) & ~excluded, 1), else_=0) for grade in Grade}
    return select(
        place.counts_on, place.unit_id, place.window_id, place.officer_id, place.occasion, place.item,
        *_counts(excluded=case((excluded, 1), else_=0), **grades),
    ).where(place.is_anonymous.is_(False))


def _groups() -> Any:
    group: Any = RatingGroup
    grades = {grade.value: getattr(group, grade.value) for grade in Grade}
    return select(group.counts_on, group.unit_id, group.window_id, group.officer_id, group.occasion, group.item,
                  *_counts(**grades))


def _counts(**given: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [given.get(name, literal(0)).label(name) for name in COUNTS]


def _counted(source: Any, keys: tuple[str, ...], days: Collection[date] | None) -> Select[Any]:
    rows = source.subquery()
    by = [rows.c.counts_on, *(rows.c[key] for key in keys)]
    found: Any = select(*by, *(func.sum(rows.c[name]).label(name) for name in COUNTS)).group_by(*by)
    return found if days is None else found.where(rows.c.counts_on.in_(days))


def _changed(since: datetime) -> set[date]:
    """The days of which cases or ratings have come after ``since``, or to and from which a later version moved one."""
    mark = literal(since, UTCDateTime())
    moved: Any = select(CaseVersion.case_id).where(CaseVersion.replaced_at >= mark)
    asked = (
        select(shanghai_day(CountedCase.finished_at)).where(CountedCase.recorded_at >= mark),
        select(shanghai_day(CountedCase.finished_at)).where(CountedCase.withdrawn_at >= mark),
        select(shanghai_day(CountedCase.finished_at)).where(CountedCase.id.in_(moved)),
        select(shanghai_day(CaseVersion.finished_at)).where(CaseVersion.replaced_at >= mark),
        select(shanghai_day(RatingRound.came_at)).where(RatingRound.came_at >= mark),
        select(RatingPlace.counts_on).where(RatingPlace.rated_at >= mark),
    )
    return {day for rows in asked for day in db.session.scalars(rows.distinct())}
