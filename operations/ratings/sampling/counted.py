"""Counted cases into the queue of follow-ups: those a plan draws, and those rated badly by name, plan or no plan.

A job draws what was recorded since it last did, each case by the plan that held then; what was finished longer ago than
CALLED_WITHIN, as when a past year is imported, is not called about any more and not drawn. Only what has an enterprise
can be called: of a visitor nothing is kept by which they could be found. An anonymous rating calls nobody: the call
would tell that somebody knows.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists, func, insert, literal, select

from models import clock
from models.base import UTCDateTime, db
from models.bulk import insert_rows
from models.clocks import ClockKind
from models.counted_follow_ups import CountedFollowUp
from models.follow_ups import FollowUpDraw, FollowUpPlan
from models.hall import CountedCase
from models.ratings import Rating
from operations.base import be_patient, operation
from operations.clocks import rulebook
from operations.ratings.sampling import plans
from operations.ratings.sampling.drawing import is_drawn, value_of
from operations.tickets.musts import BAD

BATCH, MOST, CALLED_WITHIN = 5000, 100_000, timedelta(days=60)
C, T = CountedCase, CountedFollowUp


def queue_due() -> int:
    """Draw what has come, up to MOST, and queue what must be called. Returns how many were queued."""
    queued = queue_badly_rated()
    for _ in range(MOST // BATCH):
        drawn, more = draw_next()
        queued += more
        if drawn < BATCH:
            break
    return queued


@operation
def queue_badly_rated() -> int:
    """Every counted case that was badly rated by name, while its enterprise is known. Returns how many."""
    now, moment = clock.now(), UTCDateTime()
    due = _due(now)
    rows = (
        select(C.id, C.region_path, literal(True), literal(now, moment), literal(due, moment))
        .join(Rating, Rating.counted_case_id == C.id)
        .where(Rating.rated_at > now - CALLED_WITHIN, Rating.grade.in_(BAD), Rating.is_anonymous.is_(False),
               C.enterprise_id.is_not(None),
               ~exists().where(T.counted_case_id == C.id))
    )
    into = insert(T).from_select(["counted_case_id", "region_path", "is_must", "opened_at", "due_at"], rows)
    return len(db.session.connection().execute(into.returning(T.counted_case_id)).all())


@operation
def draw_next() -> tuple[int, int]:
    """Draw the next cases. Returns how many were drawn for, and how many of them are queued."""
    be_patient()
    known = _plans()
    rows = _undrawn() if known else []
    now = clock.now()
    draws, tasks = [], []
    due = _due(now)
    for row in rows:
        draw = _draw(row, known, now)
        draws.append(draw)
        if draw["is_drawn"] and row.enterprise_id is not None and not row.is_queued:
            tasks.append({"counted_case_id": row.id, "region_path": row.region_path, "is_must": False,
                          "opened_at": now, "due_at": due, "ended_at": None, "outcome": None})
    insert_rows(db.session.connection(), FollowUpDraw.__table__, draws, ignoring=True)
    insert_rows(db.session.connection(), T.__table__, tasks, ignoring=True)
    return len(draws), len(tasks)


def _due(now: datetime) -> datetime:
    """Two working days, as for a ticket."""
    rules = rulebook.current()
    return rules.calendar.due(now, rules.limit(ClockKind.FOLLOW_UP)).due_at


def _undrawn() -> Sequence[Row[Any]]:
    """The next cases that some plan was in force for when they were recorded, and that have no draw."""
    planned = exists().where(C.region_path.startswith(FollowUpPlan.region_path),
                             FollowUpPlan.begins_at <= C.recorded_at)
    drawn = exists().where(FollowUpDraw.counted_case_id == C.id)
    queued = exists().where(T.counted_case_id == C.id).label("is_queued")
    rows: Any = select(C.id, C.system, C.number, C.unit_id, C.region_path, C.enterprise_id, C.recorded_at, queued)
    rows = rows.where(C.finished_at > clock.now() - CALLED_WITHIN, planned, ~drawn)
    return db.session.execute(rows.order_by(C.finished_at, C.id).limit(BATCH)).all()


def _plans() -> list[tuple[FollowUpPlan, plans.Shares]]:
    """Every plan, the narrowest region first, the latest of a region before the others."""
    rows = db.session.scalars(select(FollowUpPlan).order_by(
        func.length(FollowUpPlan.region_path).desc(), FollowUpPlan.begins_at.desc())).all()
    shares = plans.shares_of(plan.id for plan in rows)
    return [(plan, shares[plan.id]) for plan in rows]


def _draw(row: Any, known: Sequence[tuple[FollowUpPlan, plans.Shares]], now: datetime) -> dict[str, Any]:
    plan, shares = next((plan, shares) for plan, shares in known
                        if row.region_path.startswith(plan.region_path) and plan.begins_at <= row.recorded_at)
    percent, value = shares.of_counted(unit_id=row.unit_id), value_of(plan.seed, f"{row.system}/{row.number}")
    return {"plan_id": plan.id, "ticket_id": None, "round": None, "counted_case_id": row.id, "percent": percent,
            "value": value, "is_drawn": is_drawn(value, percent), "is_must": False, "drawn_at": now}
