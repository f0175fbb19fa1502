"""What stands behind a figure of the wall: named ratings and cases line by line, anonymous ratings as one sum.

Of an anonymous rating no line exists, and which case has one is told by no list: the list of the cases says of none
whether it was rated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, literal, select, true, union_all

from models import clock
from models.access import User
from models.base import db
from models.directory import Organisation
from models.hall import CountedCase
from models.rating_wall import RatingGroup, RatingPlace, RatingRound
from models.ratings import Grade, Rating, RatingChannel, RatingOccasion
from models.rectifications import Rectification
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.scope import ticket_scope
from operations.access.wall_scope import rated_units
from operations.insight import rectifications, wall
from operations.insight.keyset import TOP, Place, cut, page_of
from operations.insight.lines import Cursor
from operations.insight.wall import BAD, NONE, SATISFIED, Narrowing, Part
from operations.ratings.wall import sums

PAGE = 25
GRADES: dict[Part, Sequence[Grade]] = {Part.SATISFIED: SATISFIED, Part.BAD: BAD, Part.VALID: tuple(Grade),
                                       Part.RATED: tuple(Grade)}
# A line counts also where its ticket is not its reader's: a complaint about the reader's own house, say.
NOT_YOURS = {"title": "不在您的查看范围内", "number": ""}
WITHOUT_A_WINDOW = literal(None, CountedCase.window_id.type)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a named rating, or a case. ``ticket`` is the number of one that its reader may open."""

    title: str
    number: str
    ticket: str
    unit: str
    window: str
    officer: str
    moment: datetime
    grade: Grade | None = None
    channel: RatingChannel | None = None
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Entries:
    """A page of lines with the cursors of its neighbours."""

    rows: Sequence[Entry]
    previous: Cursor | None
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Anonymous:
    """The anonymous ratings of a list: how many, in how many groups, by grade."""

    count: int
    groups: int
    grades: Sequence[tuple[Grade, int]]


def named(actor: Actor, part: Part, narrowing: Narrowing, *, place: Place = TOP) -> Entries:
    """Named ratings of a part, the latest first."""
    moment, rating_id = RatingPlace.rated_at, RatingPlace.rating_id
    rows: Any = select(
        rating_id, moment.label("page_moment"), rating_id.label("page_id"), RatingPlace.unit_id, RatingPlace.window_id,
        RatingPlace.officer_id, RatingPlace.is_excluded,
    )
    if part in wall.STATES:
        state = rectifications.condition(wall.STATES[part], clock.now())
        rows = wall.rectified(rows.select_from(Rectification)).where(state)
    rows = rows.where(RatingPlace.is_anonymous.is_(False), _of_part(part), *wall.of_period(narrowing.period),
                      *_placed(RatingPlace, actor, narrowing))
    return entries(cut(rows, moment, rating_id, size=PAGE, place=place, is_descending=True), actor, place)


def anonymous(actor: Actor, part: Part, narrowing: Narrowing) -> Anonymous:
    """The sum of the groups that count in a part."""
    group: Any = RatingGroup
    grades = GRADES.get(part, ())
    if not grades:
        return Anonymous(0, 0, ())
    rows = select(func.count(), *(func.coalesce(func.sum(getattr(group, grade.value)), 0) for grade in grades)).where(
        group.counts_on >= narrowing.period.begins, group.counts_on <= narrowing.period.ends,
        *_placed(group, actor, narrowing),
    )
    groups, *counts = db.session.execute(rows).one()
    return Anonymous(sum(counts), groups, [pair for pair in zip(grades, counts, strict=True) if pair[1]])


def cases(actor: Actor, narrowing: Narrowing, *, place: Place = TOP) -> Entries:
    """The cases of windows and the rounds of tickets that came to be rated, the latest first.

    One from each source cut to a page, then both together. ``page_id`` keeps the sources apart.
    """
    until = wall.counted_at() or clock.now()
    from_hall: Any = select(
        CountedCase.finished_at.label("page_moment"), (CountedCase.id * 2).label("page_id"), CountedCase.number,
        CountedCase.item, literal(NONE).label("ticket_id"), CountedCase.unit_id, CountedCase.window_id,
        CountedCase.officer_id,
    ).where(CountedCase.recorded_at <= until, CountedCase.finished_at >= narrowing.period.since,
            CountedCase.finished_at < narrowing.period.until, CountedCase.withdrawn_at.is_(None),
            *_placed(CountedCase, actor, narrowing))
    from_loop: Any = select(
        RatingRound.came_at.label("page_moment"), (RatingRound.clock_id * 2 + 1).label("page_id"), Ticket.number,
        Ticket.subject.label("item"), RatingRound.ticket_id, RatingRound.unit_id, WITHOUT_A_WINDOW.label("window_id"),
        WITHOUT_A_WINDOW.label("officer_id"),
    ).join(Ticket, Ticket.id == RatingRound.ticket_id).where(
        RatingRound.is_dropped.is_(False), RatingRound.came_at >= narrowing.period.since,
        RatingRound.came_at < narrowing.period.until, *_placed(RatingRound, actor, narrowing))
    parts = [
        cut(from_hall, CountedCase.finished_at, CountedCase.id * 2, size=PAGE, place=place, is_descending=True),
        cut(from_loop, RatingRound.came_at, RatingRound.clock_id * 2 + 1, size=PAGE, place=place, is_descending=True),
    ]
    both = union_all(*(select(part.subquery()) for part in parts)).subquery()
    rows: Any = select(both)
    return entries(
        cut(rows, both.c.page_moment, both.c.page_id, size=PAGE, place=place, is_descending=True), actor, place)


def count(actor: Actor, part: Part, narrowing: Narrowing) -> int:
    """How many a part holds, as the wall shows it: what the lines and the anonymous sum of its list come to."""
    if part in wall.STATES:
        state = rectifications.condition(wall.STATES[part], clock.now())
        rows: Any = wall.rectified(select(func.count()).select_from(Rectification)).where(
            state, *wall.of_period(narrowing.period), *_placed(RatingPlace, actor, narrowing))
    else:
        columns = {Part.CASES: ("cases",), Part.EXCLUDED: ("excluded",), Part.RATED: (*map(str, Grade), "excluded")}
        wanted = columns.get(part) or [str(grade) for grade in GRADES[part]]
        found = sums.of_period(narrowing.period.begins, narrowing.period.ends, cut=wall.CUTS[narrowing.by],
                               where=lambda counted: _placed(counted, actor, narrowing))
        rows = select(func.coalesce(func.sum(sum(found.c[name] for name in wanted)), 0))
    return db.session.scalar(rows) or 0


def _of_part(part: Part) -> ColumnElement[bool]:
    """A part as a condition on the places of ratings."""
    if part is Part.EXCLUDED:
        return RatingPlace.is_excluded.is_(True)
    if part is Part.RATED or part in wall.STATES:
        return true()
    counts = RatingPlace.is_excluded.is_(False)
    return counts if part is Part.VALID else counts & RatingPlace.grade.in_(GRADES[part])


def _placed(columns: Any, actor: Actor, narrowing: Narrowing) -> list[ColumnElement[bool]]:
    """Where it counts: of the actor's units, and of the window, officer or item that was asked for."""
    units = select(Organisation.id).where(rated_units(actor))
    if narrowing.unit_id is not None:
        units = units.where(Organisation.id == narrowing.unit_id)
    found = [columns.unit_id.in_(units)]
    for name, wanted in (("window_id", narrowing.window_id), ("officer_id", narrowing.officer_id)):
        if wanted is not None:
            column = getattr(columns, name, WITHOUT_A_WINDOW)
            found.append(column.is_(None) if wanted == NONE else column == wanted)
    if narrowing.item is not None:
        found += [columns.item == narrowing.item, *_of_occasion(columns, narrowing)]
    return found


def entries(statement: Any, actor: Actor, place: Place) -> Entries:
    """The lines of a page: what they are called by is read for the page alone."""
    page = page_of(list(db.session.execute(statement)), size=PAGE, place=place)
    made = _of_ratings(page.rows) if page.rows and hasattr(page.rows[0], "rating_id") else _of_cases(page.rows)
    names = _names(page.rows)
    may_open = _openable(actor, {ticket_id for _, ticket_id, _ in made})
    rows = [
        Entry(**(told if not ticket_id or ticket_id in may_open else {**told, **NOT_YOURS}),
              ticket=told["number"] if ticket_id in may_open else "", unit=names.get((0, row.unit_id), ""),
              window=names.get((0, row.window_id), ""), officer=names.get((1, row.officer_id), ""),
              moment=row.page_moment)
        for row, ticket_id, told in made
    ]
    return Entries(rows, page.previous, page.next)


def _of_occasion(columns: Any, narrowing: Narrowing) -> list[ColumnElement[bool]]:
    if not hasattr(columns, "occasion"):  # cases of windows and rounds of tickets are all of one
        own = RatingOccasion.WINDOW if columns is CountedCase else RatingOccasion.ONLINE
        return [] if narrowing.occasion is own else [false()]
    wanted = narrowing.occasion
    return [columns.occasion.is_(None) if wanted is None else columns.occasion == wanted]


def _of_ratings(rows: Sequence[Any]) -> list[tuple[Any, int | None, dict[str, Any]]]:
    """Each line with its ticket and what is told of its rating."""
    asked: Any = (
        select(Rating.id, Rating.grade, Rating.channel, Rating.ticket_id,
               func.coalesce(Ticket.number, CountedCase.number).label("number"),
               func.coalesce(Ticket.subject, CountedCase.item).label("title"))
        .outerjoin(Ticket, Ticket.id == Rating.ticket_id)
        .outerjoin(CountedCase, CountedCase.id == Rating.counted_case_id)
        .where(Rating.id.in_([row.rating_id for row in rows]))
    )
    found = {row.id: row for row in db.session.execute(asked)}
    told = [(row, found[row.rating_id]) for row in rows]
    return [(row, one.ticket_id, {"title": one.title, "number": one.number, "grade": one.grade,
                                  "channel": one.channel, "is_excluded": row.is_excluded}) for row, one in told]


def _of_cases(rows: Sequence[Any]) -> list[tuple[Any, int | None, dict[str, Any]]]:
    return [(row, row.ticket_id, {"title": row.item, "number": row.number}) for row in rows]


def _names(rows: Sequence[Any]) -> dict[tuple[int, int | None], str]:
    """The names of units and windows under (0, id), of officers under (1, id)."""
    places = {one for row in rows for one in (row.unit_id, row.window_id) if one}
    people = {row.officer_id for row in rows if row.officer_id}
    asked = union_all(
        select(literal(0).label("kind"), Organisation.id, Organisation.short_name).where(Organisation.id.in_(places)),
        select(literal(1), User.id, User.name).where(User.id.in_(people)),
    )
    return {(kind, row_id): name for kind, row_id, name in db.session.execute(asked)}


def _openable(actor: Actor, ids: set[int | None]) -> set[int]:
    wanted = [one for one in ids if one]
    return set(db.session.scalars(select(Ticket.id).where(Ticket.id.in_(wanted), ticket_scope(actor))))
