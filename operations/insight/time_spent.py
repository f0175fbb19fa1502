"""用时: who used the days – office time between the start and the stop of clocks, less pauses, by stage and unit.

A city's year has a million clocks, so the database reckons them: it is told how much office time lies before each day
(`models/office_time.py`), and adds up (domain.md §9).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, literal, null, or_, select, true

from models.base import db
from models.clocks import Clock, ClockKind, ClockPause
from models.directory import Organisation
from models.office_time import Positions, office_position, shanghai_second
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.clocks import rulebook, shanghai
from operations.clocks.calendar import WorkCalendar
from operations.clocks.statutory import FIRST_DAY
from operations.clocks.wording import spent
from operations.insight.figures import DESKS, UNITS, Figure, Narrowing, rows_of

_EPOCH = date(1970, 1, 1)
_UNIT = func.coalesce(Clock.unit_id, Ticket.lead_unit_id)
_IS_SOMEBODYS = or_(Clock.kind.in_(DESKS), Clock.kind.in_(UNITS) & _UNIT.is_not(None))
_ALL = Figure("spent", "用时", "stopped", true(), "", _IS_SOMEBODYS)


@dataclass(frozen=True, slots=True)
class Spent:
    """How many clocks of one stage stopped, and the office time they ran, in seconds."""

    kind: ClockKind
    count: int
    seconds: int
    average: str


@dataclass(frozen=True, slots=True)
class Line:
    """What one unit used, or, without a unit, stewards and the centre, by stage."""

    unit_id: int | None
    label: str
    spent: Sequence[Spent]

    def of(self, kind: ClockKind) -> Spent | None:
        """What was used of one stage; None where no such clock stopped."""
        return next((one for one in self.spent if one.kind is kind), None)


def lines(actor: Actor, narrowing: Narrowing) -> list[Line]:
    """Whose time went where among the clocks that stopped in the period: the desks first, then units by name."""
    calendar = rulebook.current().calendar
    ran = db.session.execute(_sums(actor, narrowing, (Clock.started_at, Clock.stopped_at), calendar)).all()
    pauses = _sums(actor, narrowing, (ClockPause.started_at, ClockPause.ended_at), calendar)
    stood = {(row.unit_id, row.kind): row.seconds for row in db.session.execute(pauses)}
    found: dict[int | None, list[Spent]] = {}
    for row in ran:
        used = int(row.seconds - stood.get((row.unit_id, row.kind), 0))
        found.setdefault(row.unit_id, []).append(
            Spent(row.kind, row.clocks, used, spent(used // row.clocks, calendar.day_seconds)))
    named = _names([unit_id for unit_id in found if unit_id is not None])
    rows = [Line(unit_id, named.get(unit_id, "管家和服务中心"), sorted(of, key=lambda one: [*DESKS, *UNITS].index(one.kind)))
            for unit_id, of in found.items()]
    return sorted(rows, key=lambda line: (line.unit_id is not None, line.label))


def tables(found: Sequence[Line]) -> list[tuple[Sequence[ClockKind], list[Line]]]:
    """`lines` in two: the stages of the desks with their line, the stages of the units with theirs."""
    desks, units = [[line for line in found if (line.unit_id is None) is are_desks] for are_desks in (True, False)]
    return [(DESKS, desks), (UNITS, units)]


def _sums(actor: Actor, narrowing: Narrowing, span: tuple[Any, Any], calendar: WorkCalendar) -> Any:
    """For each stage and unit: how many clocks or pauses ended, and the office seconds from ``span`` to ``span``."""
    unit = case((Clock.kind.in_(UNITS), _UNIT), else_=null())
    began, ended = (shanghai_second(moment) for moment in span)
    rows = rows_of(_ALL, actor, narrowing, Clock.kind, unit.label("unit_id"), began.label("began"),
                   ended.label("ended"))
    if span[0].class_ is ClockPause:
        rows = rows.join(ClockPause, ClockPause.clock_id == Clock.id).where(ClockPause.ended_at.is_not(None))
    # Without the fence both engines would reckon the seconds of a moment anew wherever they stand.
    one = rows.offset(0).subquery()
    # Nothing ends after today, and a list of numbers is sent as long as it is.
    before = literal(calendar.positions(min(narrowing.period.ends, shanghai.today())), Positions())
    passed = (office_position(second, before, (FIRST_DAY - _EPOCH).days, calendar.office_hours)
              for second in (one.c.ended, one.c.began))
    seconds = func.sum(next(passed) - next(passed))
    found: Any = select(one.c.kind, one.c.unit_id, func.count().label("clocks"), seconds.label("seconds"))
    return found.group_by(one.c.kind, one.c.unit_id)


def _names(unit_ids: Sequence[int]) -> dict[int | None, str]:
    rows = select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(unit_ids))
    return {row.id: row.short_name for row in db.session.execute(rows)}
