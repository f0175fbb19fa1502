"""From what arrived to what is counted, a set at a time: new cases come in, unrated ones take their later version.

The source is the staged rows of a file or the cases that wait; both have the same columns. Everything runs inside the
one transaction of whoever calls. An empty field says nothing and leaves what stands there.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, exists, func, or_, select

from models import clock
from models.base import db
from models.bulk import among
from models.directory import Organisation, Region
from models.hall import CountedCase
from models.hall_intake import CaseVersion, HallSystem
from models.ratings import Rating
from operations.base import insert_ignoring

C, V, H = CountedCase.__table__, CaseVersion.__table__, HallSystem.__table__
SURE = ("channel", "item", "unit_id", "finished_at")
MAYBE = ("window_id", "officer_id", "enterprise_id")
OR_EMPTY = ("item_code", "visitor")
FACTS = (*SURE, *MAYBE, *OR_EMPTY)
BY_HAND = "window-"


@dataclass(frozen=True, slots=True)
class Settled:
    """How many cases came in, and how many that were there took a later version."""

    new: int = 0
    changed: int = 0


def settle(source: sa.Table, condition: Any, *, batch_id: Any, actor_id: int | None, ready: int) -> Settled:
    """Count the ``ready`` rows of ``source`` that ``condition`` names; ``batch_id`` may be a column of it."""
    asked = and_(condition, source.c.is_ready)
    _take_over(source, asked)
    fresh = _insert(source, asked, batch_id=batch_id, actor_id=actor_id)
    if fresh == ready:
        return Settled(fresh)
    back, changed = _renew(source, asked, batch_id)
    return Settled(fresh + back, changed)


def differs(source: sa.Table) -> Any:
    """Whether the row says something else than the case of its number."""
    sure = (source.c[name].is_distinct_from(C.c[name]) for name in SURE)
    maybe = (and_(source.c[name].is_not(None), source.c[name].is_distinct_from(C.c[name])) for name in MAYBE)
    said = (and_(source.c[name] != "", source.c[name] != C.c[name]) for name in OR_EMPTY)
    return or_(*sure, *maybe, *said)


def same_case(source: sa.Table) -> Any:
    """The case of the row's number, its system joined."""
    return and_(H.c.id == source.c.system_id, C.c.system == H.c.code, C.c.number == source.c.number)


def is_rated() -> Any:
    """Whether the case has its rating: then it stays as it was rated."""
    return exists().where(Rating.counted_case_id == C.c.id)


def _take_over(source: sa.Table, asked: Any) -> None:
    """A case that its officer noted by hand is the hall's own from now on: one case, one number, one rating."""
    by_hand = select(C.c.id).where(C.c.system >= BY_HAND, C.c.system < BY_HAND[:-1] + chr(ord(BY_HAND[-1]) + 1))
    if db.session.scalar(by_hand.limit(1)) is None:
        return
    known = C.alias("known")
    at_window = sa.literal(BY_HAND) + sa.cast(source.c.window_id, sa.String)
    noted = and_(C.c.system == at_window, C.c.number == source.c.number)
    there = exists().where(known.c.system == H.c.code, known.c.number == source.c.number)
    taking = sa.update(C).where(asked, H.c.id == source.c.system_id, noted, ~there)
    db.session.execute(taking.values(system=H.c.code))


def _insert(source: sa.Table, asked: Any, *, batch_id: Any, actor_id: int | None) -> int:
    now, place = clock.now(), Organisation.__table__
    values: dict[str, Any] = {"system": H.c.code, "number": source.c.number}
    values |= {name: source.c[name] for name in FACTS}
    values |= {
        "region_path": Region.__table__.c.path, "recorded_at": sa.literal(now, C.c.recorded_at.type),
        "recorded_by_id": sa.literal(actor_id, sa.Integer), "batch_id": _column(batch_id),
    }
    rows = (
        select(*values.values())
        .select_from(source)
        .join(H, H.c.id == source.c.system_id)
        .join(place, place.c.id == func.coalesce(source.c.window_id, source.c.unit_id))
        .join(Region.__table__, Region.__table__.c.id == place.c.region_id)
        .where(asked)
        .order_by(source.c.number)  # two that meet wait for one another, and never in a circle
    )
    inserting = insert_ignoring(C).from_select(list(values), rows)
    made: Any = db.session.execute(inserting, execution_options={"preserve_rowcount": True})
    return int(made.rowcount)


def _renew(source: sa.Table, asked: Any, batch_id: Any) -> tuple[int, int]:
    """What stood there is kept as a version, then the cases take the later one; withdrawn ones count again.

    The rows are held first: whoever rates one of them meanwhile waits, or has rated it, and then it stays.
    """
    changes = or_(C.c.withdrawn_at.is_not(None), and_(differs(source), ~is_rated()))
    rows = select(C.c.id, C.c.withdrawn_at).select_from(source).join(H, H.c.id == source.c.system_id).join(
        C, and_(C.c.system == H.c.code, C.c.number == source.c.number))
    held = db.session.execute(rows.where(asked, changes).order_by(C.c.id).with_for_update(of=C)).all()
    if not held:
        return 0, 0
    ids = {"held": [row.id for row in held]}
    still = and_(among(C.c.id, "held"), or_(C.c.withdrawn_at.is_not(None), ~is_rated()))
    kept = [name for name in V.c.keys() if name in C.c and name not in ("id", "batch_id")]
    by_batch = sa.literal(batch_id if isinstance(batch_id, int) else None, sa.Integer)
    before = select(C.c.id, by_batch, sa.literal(clock.now(), V.c.replaced_at.type),
                    *(C.c[name] for name in kept)).where(still, C.c.withdrawn_at.is_(None))
    db.session.execute(sa.insert(V).from_select(["case_id", "batch_id", "replaced_at", *kept], before), ids)
    place, region = Organisation.__table__, Region.__table__
    renewing = sa.update(C).where(
        same_case(source), asked, still, place.c.id == func.coalesce(source.c.window_id, source.c.unit_id),
        region.c.id == place.c.region_id,
    )
    done: Any = db.session.execute(renewing.values(_said(source, batch_id)), ids)
    back = sum(1 for row in held if row.withdrawn_at is not None)
    return back, max(0, int(done.rowcount) - back)


def _column(value: Any) -> Any:
    return value if isinstance(value, sa.ColumnElement) else sa.literal(value, sa.Integer)


def _said(source: sa.Table, batch_id: Any) -> dict[str, Any]:
    values: dict[str, Any] = {name: source.c[name] for name in SURE}
    values |= {name: func.coalesce(source.c[name], C.c[name]) for name in MAYBE}
    values |= {name: func.coalesce(func.nullif(source.c[name], ""), C.c[name]) for name in OR_EMPTY}
    came_by = sa.case((C.c.withdrawn_at.is_not(None), _column(batch_id)), else_=C.c.batch_id)
    anew = sa.case((C.c.withdrawn_at.is_not(None), sa.literal(clock.now(), C.c.recorded_at.type)),
                   else_=C.c.recorded_at)
    values |= {"recorded_at": anew}
    return values | {"region_path": Region.__table__.c.path, "batch_id": came_by, "withdrawn_at": sa.null()}
