"""回访覆盖率: of the tickets closed in a month, how many the service centre called back about (facts.md §1.4).

Denominator: tickets that ended in a month as 已办结, in the round in which they ended. Numerator: those of which that
round has a call by the centre, answered or not; nobody else's calls count, which a trigger holds and the condition asks
again for rows from before it. What a plan has spared stays in the denominator and is told beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from models.access import Post, Role
from models.base import LabelledEnum, db
from models.directory import Organisation, Region
from models.follow_ups import FollowUpDraw
from models.ratings import FollowUp
from models.tickets import IS_DEMAND, Status, Ticket
from operations.access.actor import Actor
from operations.access.scope import REGIONAL
from operations.access.withholding import open_to
from operations.clocks.shanghai import month_bounds
from operations.insight.keyset import TOP, Page, Place, paged

PAGE = 25


class Part(LabelledEnum):
    """What a figure is made of."""

    CLOSED = "closed", "办结"
    CALLED = "called", "已回访"
    REACHED = "reached", "接通"
    SPARED = "spared", "抽样免访"
    MISSED = "missed", "没有回访"


class By(LabelledEnum):
    """What the lines are."""

    REGION = "region", "按区域"
    UNIT = "unit", "按单位"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A month and perhaps one region (its path) or one unit; unit 0: answered without a unit."""

    month: date
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
        """应访率: called of what no plan has spared."""
        return rate(self.counts[Part.CALLED], self.counts[Part.CLOSED] - self.counts[Part.SPARED])


def rate(count: int, of: int) -> str:
    """In per cent; a dash where there is nothing to divide by."""
    return f"{100 * count / of:.1f}%" if of else "—"


def condition(part: Part) -> ColumnElement[bool]:
    """A part as a condition on closed ``tickets``."""
    # The fence keeps the few clerks a list, which is made once.
    is_clerk = FollowUp.called_by_id.in_(select(Post.user_id).where(Post.role == Role.CLERK).offset(0))
    call = (FollowUp.ticket_id == Ticket.id, FollowUp.round == Ticket.round, is_clerk)
    called, reached = exists().where(*call), exists().where(*call, FollowUp.was_reached.is_(True))
    spared = exists().where(FollowUpDraw.ticket_id == Ticket.id, FollowUpDraw.round == Ticket.round,
                            FollowUpDraw.is_drawn.is_(False), FollowUpDraw.is_must.is_(False))
    return {Part.CLOSED: true(), Part.CALLED: called, Part.REACHED: reached, Part.SPARED: and_(spared, ~called),
            Part.MISSED: and_(~spared, ~called)}[part]


def rows(actor: Actor, narrowing: Narrowing, *, by: By) -> tuple[Row, Sequence[Row]]:
    """The sum and a line for each region below the actor's, or each unit; one statement and one for names."""
    key: Any = Ticket.region_path if by is By.REGION else Ticket.lead_unit_id
    parts = select(key.label("key"), *(condition(part).label(part.value) for part in Part)).where(
        *_within(actor, narrowing)).subquery()
    sums = [func.count().filter(parts.c[part.value]).label(part.value) for part in Part]
    found: Any = db.session.execute(select(parts.c.key, *sums).group_by(parts.c.key)).all()
    names = _regions(actor) if by is By.REGION else _units([row.key for row in found])
    counts: dict[str, dict[Part, int]] = {}
    for row in found:
        held = counts.setdefault(_group(row.key, names), dict.fromkeys(Part, 0))
        for part in Part:
            held[part] += getattr(row, part.value)
    lines = [Row(group, names.get(group, "没有派单"), held) for group, held in counts.items()]
    total = Row("", "合计", {part: sum(line.counts[part] for line in lines) for part in Part})
    return total, sorted(lines, key=lambda line: (-line.counts[Part.CLOSED], line.name))


def page_of(actor: Actor, narrowing: Narrowing, *, part: Part, place: Place = TOP) -> Page:
    """One page of the tickets behind a figure, the latest first."""
    listed: Any = (
        select(Ticket.id, Ticket.number, Ticket.subject, Ticket.closed_at, Ticket.round,
               Organisation.short_name.label("unit"), *(condition(one).label(one.value) for one in Part))
        .outerjoin(Organisation, Organisation.id == Ticket.lead_unit_id)
        .where(condition(part), *_within(actor, narrowing))
    )
    return paged(listed, Ticket.closed_at, Ticket.id, size=PAGE, place=place, is_descending=True)


def _within(actor: Actor, narrowing: Narrowing) -> list[ColumnElement[bool]]:
    begins, ends = month_bounds(narrowing.month)
    posts = (post for post in actor.posts_as(*REGIONAL) if post.region_path)
    ground = [Ticket.region_path.startswith(post.region_path, autoescape=True) for post in posts]
    found = [Ticket.closed_at >= begins, Ticket.closed_at < ends, Ticket.status == Status.CLOSED, IS_DEMAND,
             or_(*ground), open_to(actor, Ticket.id)]
    if narrowing.region_path:
        found.append(Ticket.region_path.startswith(narrowing.region_path, autoescape=True))
    if narrowing.unit_id is not None:
        found.append(Ticket.lead_unit_id == narrowing.unit_id if narrowing.unit_id else Ticket.lead_unit_id.is_(None))
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
