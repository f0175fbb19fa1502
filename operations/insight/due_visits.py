"""待走访 on the workbench: the steward's enterprises that are to be visited, the first to fall due first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select

from models import clock
from models.directory import Enterprise
from models.engagement import Obligation
from operations.access.actor import Actor
from operations.access.scope import stewarded_by
from operations.clocks import shanghai
from operations.insight.duties import LIGHTS, State, left_in_words
from operations.insight.lines import NOW, plain_rows

SHOWN = 6
_DUE = (
    select(
        Obligation.enterprise_id, func.min(Obligation.due_at).label("due_at"),
        func.min(Obligation.ends_on).label("ends_on"), func.max(Obligation.warned_at).label("warned_at"),
        func.count().over().label("all_count"),
    )
    .where(Obligation.enterprise_id.in_(stewarded_by(bindparam("person"), NOW)), Obligation.fulfilled_at.is_(None),
           Obligation.lapsed_at.is_(None))
    .group_by(Obligation.enterprise_id)
    .order_by(func.min(Obligation.due_at), Obligation.enterprise_id)
    .limit(SHOWN)
    .subquery()
)
_ROWS = (
    select(*_DUE.c, Enterprise.name, Enterprise.next_contact_on)
    .join(Enterprise, Enterprise.id == _DUE.c.enterprise_id)
    .order_by(_DUE.c.due_at, _DUE.c.enterprise_id)
)


@dataclass(frozen=True, slots=True)
class DueVisit:
    """One enterprise to be visited, in words."""

    enterprise_id: int
    name: str
    light: str
    left: str
    ends_on: date
    planned: date | None
    is_missed: bool


@dataclass(frozen=True, slots=True)
class DueVisits:
    """The first few, and how many there are."""

    rows: Sequence[DueVisit]
    count: int


def of(actor: Actor) -> DueVisits:
    """待走访：one statement."""
    now = clock.now()
    rows = plain_rows(_ROWS, {"person": actor.user_id, "now": now})
    return DueVisits([_visit(row, now) for row in rows], rows[0].all_count if rows else 0)


def _visit(row: Any, now: Any) -> DueVisit:
    state = State.WARNED if row.warned_at else State.DUE
    planned = row.next_contact_on
    is_missed = planned is not None and planned < shanghai.day_of(now)
    return DueVisit(row.enterprise_id, row.name, LIGHTS[state], left_in_words(row.ends_on, state, now), row.ends_on,
                    planned, is_missed)
