"""事项—办件—评价 完整性: of the cases that ended in a period, how many are rated, may still be, or never were.

It asks the cases of the period what became of them whenever that was, so its parts add up; the wall counts ratings on
their own day. Which case has no rating tells who has given one, also without a name: only offices above the units read
this, nobody of the house that did the work, and no line says what was said, or whether by name.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, true, union_all
from sqlalchemy.orm import aliased

from models import clock
from models.access import Post, Role
from models.base import LabelledEnum, db
from models.clocks import Clock
from models.counted_follow_ups import CountedCall, CountedFollowUp
from models.directory import Organisation, Region
from models.follow_ups import FollowUpDraw
from models.hall import CountedCase
from models.rating_wall import RatingRound
from models.ratings import FollowUp, Rating
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.wall_scope import overseen_grounds, overseen_units
from operations.access.withholding import open_to
from operations.clocks import rulebook
from operations.insight import wall
from operations.insight.keyset import TOP, Place, cut
from operations.insight.period import Period
from operations.insight.wall_lists import PAGE, WITHOUT_A_WINDOW, Entries, entries
from operations.tickets.musts import BAD


class Part(LabelledEnum):
    """What a figure counts, and what its list holds."""

    FINISHED = "finished", "办结"
    RATED = "rated", "已评价"
    OPEN = "open", "待评价"
    LAPSED = "lapsed", "未评价"
    UNCALLED = "uncalled", "缺回访"


@dataclass(frozen=True, slots=True)
class Ground:
    """A region of the report. ``is_own``: one of the reader's own, whose line holds what belongs to no region below."""

    region_id: int
    path: str
    name: str
    is_own: bool

    @property
    def label(self) -> str:
        """As its line calls it."""
        return f"{self.name}本级" if self.is_own else self.name

    @property
    def condition(self) -> ColumnElement[bool]:
        """On ``regions``."""
        return Region.path == self.path if self.is_own else Region.path.startswith(self.path, autoescape=True)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A period and perhaps one region, one unit, or both."""

    period: Period
    ground: Ground | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One region or unit; ``key`` is what its lists are narrowed by."""

    label: str
    key: Mapping[str, int]
    counts: Mapping[Part, int]

    @property
    def rate(self) -> wall.Rate:
        """主动评价率 of the cases of the period."""
        return wall.Rate("主动评价率", wall.Part.RATED, wall.Part.CASES, self.counts[Part.RATED],
                         self.counts[Part.FINISHED])


@dataclass(frozen=True, slots=True)
class Checks:
    """Of the whole site: what must be nothing, as the database's own constraints refuse both; and how many 差评 by name
    cannot be put right because nobody knows whose case it was (``adrift``)."""

    without_case: int
    rated_twice: int
    adrift: int


@dataclass(frozen=True, slots=True)
class _Source:
    """Cases of one kind: the rows with all columns of a list, and each part as a condition on them."""

    rows: Any
    moment: Any
    page_id: Any
    unit_id: Any
    parts: Mapping[Part, ColumnElement[bool]]


def grounds(actor: Actor) -> list[Ground]:
    """The regions that the reader oversees and those one step below them, in the order of their codes."""
    own, paths = aliased(Region), overseen_grounds(actor)
    rows = select(Region.id, Region.path, Region.name).outerjoin(own, own.id == Region.parent_id)
    found = db.session.execute(rows.where(or_(Region.path.in_(paths), own.path.in_(paths))).order_by(Region.code))
    return [Ground(row.id, row.path, row.name, row.path in paths) for row in found]


def lines(actor: Actor, narrowing: Narrowing, among: Sequence[Ground]) -> list[Line]:
    """A line for each region of ``among``, or with a region chosen for each of its units, in an order without ranks."""
    counts = _counted(actor, narrowing)
    rows: Any = select(Organisation.id, Organisation.short_name, Region.path).join(
        Region, Region.id == Organisation.region_id).where(Organisation.id.in_(counts))
    units = db.session.execute(rows.order_by(Organisation.short_name, Organisation.id)).all()
    if narrowing.ground is not None:
        return [Line(row.short_name, {"unit": row.id}, counts[row.id]) for row in units]
    sums: dict[int, Counter[Part]] = {ground.region_id: Counter() for ground in among}
    for row in units:
        nearest = max((one for one in among if row.path.startswith(one.path)), key=lambda one: len(one.path))
        sums[nearest.region_id].update(counts[row.id])
    return [Line(one.label, {"region": one.region_id}, sums[one.region_id]) for one in among
            if sums[one.region_id][Part.FINISHED]]


def total(rows: Sequence[Line], label: str) -> Line:
    """All lines together."""
    return Line(label, {}, {part: sum(row.counts[part] for row in rows) for part in Part})


def count(actor: Actor, part: Part, narrowing: Narrowing) -> int:
    """How many a part holds, as the report shows it."""
    return sum(counts[part] for counts in _counted(actor, narrowing).values())


def cases(actor: Actor, part: Part, narrowing: Narrowing, *, place: Place = TOP) -> Entries:
    """The cases of a part, the latest first: one page from each source, then both together."""
    pages = [
        select(cut(one.rows.where(one.parts[part]), one.moment, one.page_id, size=PAGE, place=place,
                   is_descending=True).subquery())
        for one in _sources(actor, narrowing)
    ]
    both = union_all(*pages).subquery()
    rows: Any = select(both)
    return entries(cut(rows, both.c.page_moment, both.c.page_id, size=PAGE, place=place, is_descending=True),
                   actor, place)


def checks(span: Period) -> Checks:
    """Of the ratings given in a period: those of no case that counts, the cases that have two of them, and the 差评 by
    name of a case whose enterprise is unknown."""
    given, nothing = (Rating.rated_at >= span.since, Rating.rated_at < span.until), select(func.count())
    of_case = nothing.select_from(Rating).join(CountedCase, CountedCase.id == Rating.counted_case_id).where(*given)
    lost = (
        nothing.select_from(Rating).where(*given, Rating.ticket_id.is_(None), Rating.counted_case_id.is_(None)),
        of_case.where(CountedCase.withdrawn_at.is_not(None)),
    )
    twice = (
        nothing.select_from(select(key[0]).where(*given, key[0].is_not(None)).group_by(*key)
                            .having(func.count() > 1).subquery())
        for key in ((Rating.ticket_id, Rating.round), (Rating.counted_case_id,))
    )
    adrift = of_case.where(Rating.grade.in_(BAD), Rating.is_anonymous.is_(False), CountedCase.enterprise_id.is_(None))
    found = db.session.execute(select(*(one.scalar_subquery() for one in (*lost, *twice, adrift)))).one()
    return Checks(found[0] + found[1], found[2] + found[3], found[4])


def _counted(actor: Actor, narrowing: Narrowing) -> dict[int, Counter[Part]]:
    """Every part by unit: a statement for each source, and one for what nobody has called about.

    As a mere column beside others the calls of each case would be sought one by one.
    """
    found: dict[int, Counter[Part]] = {}
    for source in _sources(actor, narrowing):
        seen = [part for part in Part if part is not Part.UNCALLED]
        sums = [func.count().filter(source.parts[part]) for part in seen]
        uncalled = source.parts[Part.UNCALLED]
        for parts, counts, condition in ((seen, sums, true()), ([Part.UNCALLED], [func.count()], uncalled)):
            rows = source.rows.with_only_columns(source.unit_id, *counts, maintain_column_froms=True)
            for unit_id, *told in db.session.execute(rows.where(condition).group_by(source.unit_id)):
                found.setdefault(unit_id, Counter()).update(dict(zip(parts, told, strict=True)))
    return found


def _sources(actor: Actor, narrowing: Narrowing) -> tuple[_Source, _Source]:
    units = _units(actor, narrowing)
    return _halls(narrowing.period, units), _loop(actor, narrowing.period, units)


def _halls(span: Period, units: Sequence[int]) -> _Source:
    """Counted cases. Called about is only what a plan has drawn or a 差评 by name has queued."""
    case, queued, now = CountedCase, CountedFollowUp, clock.now()
    rows: Any = (
        select(case.finished_at.label("page_moment"), (case.id * 2).label("page_id"), case.number, case.item,
               literal(wall.NONE).label("ticket_id"), case.unit_id, case.window_id, case.officer_id)
        .select_from(case).outerjoin(Rating, Rating.counted_case_id == case.id)
        .outerjoin(queued, queued.counted_case_id == case.id)
        .where(case.recorded_at <= (wall.counted_at() or now), case.withdrawn_at.is_(None),
               *_within(span, case.finished_at), case.unit_id.in_(units))
    )
    since = now - timedelta(days=rulebook.current().policy("window_rating")["days"])
    uncalled = and_(queued.counted_case_id.is_not(None), queued.ended_at.is_(None),
                    ~exists().where(CountedCall.counted_case_id == case.id))
    return _Source(rows, case.finished_at, case.id * 2, case.unit_id,
                   _parts(may_be_rated=case.finished_at > since, uncalled=uncalled))


def _loop(actor: Actor, span: Period, units: Sequence[int]) -> _Source:
    """Rounds of tickets that came to their rating. Spared by a draw is as good as called; so is called in vain."""
    came, nobody = RatingRound, WITHOUT_A_WINDOW
    rows: Any = (
        select(came.came_at.label("page_moment"), (came.clock_id * 2 + 1).label("page_id"), Ticket.number,
               Ticket.subject.label("item"), came.ticket_id, came.unit_id, nobody.label("window_id"),
               nobody.label("officer_id"))
        .select_from(came).join(Ticket, Ticket.id == came.ticket_id).join(Clock, Clock.id == came.clock_id)
        .outerjoin(Rating, and_(Rating.ticket_id == came.ticket_id, Rating.round == came.round))
        .where(came.is_dropped.is_(False), open_to(actor, came.ticket_id),
               *_within(span, came.came_at), came.unit_id.in_(units))
    )
    # The fence keeps the few clerks a list, which is made once.
    is_clerk = FollowUp.called_by_id.in_(select(Post.user_id).where(Post.role == Role.CLERK).offset(0))
    called = exists().where(FollowUp.ticket_id == came.ticket_id, FollowUp.round == came.round, is_clerk)
    spared = exists().where(FollowUpDraw.ticket_id == came.ticket_id, FollowUpDraw.round == came.round,
                            FollowUpDraw.is_drawn.is_(False), FollowUpDraw.is_must.is_(False))
    return _Source(rows, came.came_at, came.clock_id * 2 + 1, came.unit_id,
                   _parts(may_be_rated=Clock.stopped_at.is_(None), uncalled=and_(~called, ~spared)))


def _parts(*, may_be_rated: ColumnElement[bool], uncalled: ColumnElement[bool]) -> dict[Part, ColumnElement[bool]]:
    unrated = Rating.id.is_(None)
    return {Part.FINISHED: true(), Part.RATED: Rating.id.is_not(None), Part.OPEN: unrated & may_be_rated,
            Part.LAPSED: unrated & ~may_be_rated, Part.UNCALLED: uncalled}


def _within(span: Period, moment: Any) -> tuple[ColumnElement[bool], ...]:
    return moment >= span.since, moment < span.until


def _units(actor: Actor, narrowing: Narrowing) -> Sequence[int]:
    """As a plain list: of a subquery the planner expects one unit, and would look up a year's ratings one by one."""
    units = select(Organisation.id).where(overseen_units(actor))
    if narrowing.ground is not None:
        units = units.where(Organisation.region_id.in_(select(Region.id).where(narrowing.ground.condition)))
    if narrowing.unit_id is not None:
        units = units.where(Organisation.id == narrowing.unit_id)
    return db.session.scalars(units).all()
