"""回访覆盖率: of the cases that ended in a month, how many the service centre called back about (facts.md §1.4).

Of tickets: those that ended as 已办结, in the round in which they ended; called is what has a call of that round by the
centre, answered or not; nobody else's calls count, which a trigger holds and the condition asks again for rows from
before it. Of counted cases: those finished, called by the centre alone (a trigger, too). What a plan has spared, and
what nobody can be called about, stays in the denominator and is told beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from models.access import Post, Role
from models.base import LabelledEnum, db
from models.counted_follow_ups import CountedCall, CountedFollowUp
from models.directory import Organisation, Region
from models.follow_ups import FollowUpDraw
from models.hall import CountedCase
from models.ratings import FollowUp
from models.tickets import IS_DEMAND, Status, Ticket
from operations.access.actor import Actor
from operations.access.scope import REGIONAL
from operations.access.withholding import open_to
from operations.clocks.shanghai import month_bounds
from operations.insight.keyset import TOP, Page, Place, paged

PAGE = 25
C = CountedCase


class Part(LabelledEnum):
    """What a figure is made of."""

    CLOSED = "closed", "办结"
    CALLED = "called", "已回访"
    REACHED = "reached", "接通"
    SPARED = "spared", "抽样免访"
    UNKNOWN = "unknown", "不知企业"
    MISSED = "missed", "没有回访"


class Kind(LabelledEnum):
    """Of which cases."""

    TICKETS = "tickets", "诉求件"
    COUNTED = "counted", "窗口办件"

    @property
    def parts(self) -> list[Part]:
        """What its figures are made of: whose demand it is, is known of every ticket."""
        return [part for part in Part if self is Kind.COUNTED or part is not Part.UNKNOWN]


class By(LabelledEnum):
    """What the lines are."""

    REGION = "region", "按区域"
    UNIT = "unit", "按单位"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A month and perhaps one region (its path) or one unit; unit 0: answered without a unit."""

    month: date
    kind: Kind = Kind.TICKETS
    region_path: str = ""
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line: how many of each part; ``key`` narrows the list to it."""

    key: str
    name: str
    counts: Mapping[Part, int]

    @property
    def coverage(self) -> str:
        """回访覆盖率: called of closed."""
        return rate(self.counts[Part.CALLED], self.counts[Part.CLOSED])

    @property
    def owed(self) -> str:
        """应访率: called of what no plan has spared and somebody can be called about."""
        left_out = self.counts[Part.SPARED] + self.counts.get(Part.UNKNOWN, 0)
        return rate(self.counts[Part.CALLED], self.counts[Part.CLOSED] - left_out)


def rate(count: int, of: int) -> str:
    """In per cent; a dash where there is nothing to divide by."""
    return f"{100 * count / of:.1f}%" if of else "—"


def condition(part: Part) -> ColumnElement[bool]:
    """A part as a condition on closed ``tickets``."""
    return _conditions(Kind.TICKETS)[part]


def _asked_of_tickets() -> dict[str, ColumnElement[bool]]:
    # Said the other way round, the few clerks are a list that is made once; joined, they are sought for every call.
    is_clerk = FollowUp.called_by_id.not_in(select(Post.user_id).where(Post.role == Role.CLERK)).is_(False)
    call = (FollowUp.ticket_id == Ticket.id, FollowUp.round == Ticket.round, is_clerk)
    return {
        "called": exists().where(*call), "reached": exists().where(*call, FollowUp.was_reached.is_(True)),
        "spared": exists().where(FollowUpDraw.ticket_id == Ticket.id, FollowUpDraw.round == Ticket.round,
                                 FollowUpDraw.is_drawn.is_(False), FollowUpDraw.is_must.is_(False)),
    }


def _parts_of_tickets(row: Any) -> dict[Part, ColumnElement[bool]]:
    return {Part.CLOSED: true(), Part.CALLED: row.called, Part.REACHED: row.reached,
            Part.SPARED: and_(row.spared, ~row.called), Part.MISSED: and_(~row.spared, ~row.called)}


def _asked_of_counted() -> dict[str, ColumnElement[bool]]:
    """What was badly rated by name is not spared, whatever was drawn."""
    return {
        "called": exists().where(CountedCall.counted_case_id == C.id),
        "reached": exists().where(CountedCall.counted_case_id == C.id, CountedCall.was_reached.is_(True)),
        "spared": and_(exists().where(FollowUpDraw.counted_case_id == C.id, FollowUpDraw.is_drawn.is_(False)),
                       ~exists().where(CountedFollowUp.counted_case_id == C.id)),
        "known": C.enterprise_id.is_not(None),
    }


def _parts_of_counted(row: Any) -> dict[Part, ColumnElement[bool]]:
    return {Part.CLOSED: true(), Part.CALLED: row.called, Part.REACHED: row.reached,
            Part.UNKNOWN: and_(~row.known, ~row.called), Part.SPARED: and_(row.known, row.spared),
            Part.MISSED: and_(row.known, ~row.spared, ~row.called)}


@dataclass(frozen=True, slots=True)
class _Source:
    """Cases of one kind: when they ended, whose they are, what lists call them, what is ``asked`` of each in other
    tables, and how ``parts`` follow from the answers, whether these stand in a row or are asked on the spot."""

    table: Any
    ended_at: Any
    unit_id: Any
    subject: Any
    is_one: ColumnElement[bool]
    asked: Callable[[], dict[str, ColumnElement[bool]]]
    parts: Callable[[Any], dict[Part, ColumnElement[bool]]]


SOURCES = {
    Kind.TICKETS: _Source(Ticket, Ticket.closed_at, Ticket.lead_unit_id, Ticket.subject,
                          IS_DEMAND & (Ticket.status == Status.CLOSED), _asked_of_tickets, _parts_of_tickets),
    Kind.COUNTED: _Source(C, C.finished_at, C.unit_id, C.item, C.withdrawn_at.is_(None), _asked_of_counted,
                          _parts_of_counted),
}


def rows(actor: Actor, narrowing: Narrowing, *, by: By) -> tuple[Row, Sequence[Row]]:
    """The sum and a line for each region below the actor's, or each unit; one statement and one for names."""
    source, wanted = SOURCES[narrowing.kind], narrowing.kind.parts
    key = source.table.region_path if by is By.REGION else source.unit_id
    asked = (answer.label(name) for name, answer in source.asked().items())
    # The fence: each question is asked once of a case, not once for every part that follows from it.
    cases = select(key.label("key"), *asked).where(*_within(actor, narrowing)).offset(0).subquery()
    parts = source.parts(cases.c)
    sums = [func.count().filter(parts[part]).label(part.value) for part in wanted]
    found: Any = db.session.execute(select(cases.c.key, *sums).group_by(cases.c.key)).all()
    names = _regions(actor) if by is By.REGION else _units([row.key for row in found])
    counts: dict[str, dict[Part, int]] = {}
    for row in found:
        held = counts.setdefault(_group(row.key, names), dict.fromkeys(wanted, 0))
        for part in wanted:
            held[part] += getattr(row, part.value)
    lines = [Row(group, names.get(group, "没有派单"), held) for group, held in counts.items()]
    total = Row("", "合计", {part: sum(line.counts[part] for line in lines) for part in wanted})
    return total, sorted(lines, key=lambda line: (-line.counts[Part.CLOSED], line.name))


def page_of(actor: Actor, narrowing: Narrowing, *, part: Part, place: Place = TOP) -> Page:
    """One page of the cases behind a figure, the latest first."""
    source = SOURCES[narrowing.kind]
    parts = _conditions(narrowing.kind)
    told = (parts[one].label(one.value) for one in narrowing.kind.parts)
    listed: Any = (
        select(source.table.id, source.table.number, source.subject.label("subject"),
               source.ended_at.label("ended_at"), Organisation.short_name.label("unit"), *told)
        .select_from(source.table).outerjoin(Organisation, Organisation.id == source.unit_id)
        .where(parts[part], *_within(actor, narrowing))
    )
    return paged(listed, source.ended_at, source.table.id, size=PAGE, place=place, is_descending=True)


def _conditions(kind: Kind) -> dict[Part, ColumnElement[bool]]:
    """Each part as a condition on the table of this kind."""
    return SOURCES[kind].parts(SimpleNamespace(**SOURCES[kind].asked()))


def _within(actor: Actor, narrowing: Narrowing) -> list[ColumnElement[bool]]:
    source = SOURCES[narrowing.kind]
    path: Any = source.table.region_path
    begins, ends = month_bounds(narrowing.month)
    posts = (post for post in actor.posts_as(*REGIONAL) if post.region_path)
    ground = [path.startswith(post.region_path, autoescape=True) for post in posts]
    found = [source.ended_at >= begins, source.ended_at < ends, source.is_one, or_(*ground)]
    if narrowing.kind is Kind.TICKETS:
        found.append(open_to(actor, Ticket.id))
    if narrowing.region_path:
        found.append(path.startswith(narrowing.region_path, autoescape=True))
    if narrowing.unit_id is not None:
        found.append(source.unit_id == narrowing.unit_id if narrowing.unit_id else source.unit_id.is_(None))
    return found


def _regions(actor: Actor) -> dict[str, str]:
    """The regions one step below the actor's grounds, and these themselves, by path."""
    grounds = [post.region_path for post in actor.posts_as(*REGIONAL) if post.region_path]
    own = aliased(Region)
    near = or_(Region.path.in_(grounds), own.path.in_(grounds))
    listed: Any = select(Region.path, Region.name).outerjoin(own, own.id == Region.parent_id).where(near)
    return {row.path: row.name for row in db.session.execute(listed)}


def _units(ids: Sequence[int | None]) -> dict[str, str]:
    listed: Any = select(Organisation.id, Organisation.short_name).where(Organisation.id.in_([i for i in ids if i]))
    return {str(row.id): row.short_name for row in db.session.execute(listed)}


def _group(key: Any, names: Mapping[str, str]) -> str:
    """The region shown that holds this one, the nearest; the unit; ``0`` where no unit led."""
    if not isinstance(key, str):
        return str(key or 0)
    parts = [part for part in key.split("/") if part]
    above = ("/" + "/".join(parts[:count]) + "/" for count in range(len(parts), 0, -1))
    return next((path for path in above if path in names), key)
