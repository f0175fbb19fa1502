"""补对应后入库: cases that waited for a code come in as soon as every code that they name is matched."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, func, or_, select

from models.base import db
from models.bulk import among, update_rows
from models.hall_intake import ArrivedCase, HallCode, HallCodeKind, HallSystem, IntakeWay
from operations.base import be_patient, operation
from operations.hall import days, settling
from operations.hall.days import Counts

A = ArrivedCase.__table__
# What somebody who matches a code waits for; the rest is for the job, a portion at a time.
AT_ONCE, PORTION = 1000, 20_000
CODES = {HallCodeKind.UNIT: A.c.unit_code, HallCodeKind.WINDOW: A.c.window_code, HallCodeKind.OFFICER: A.c.officer_code}


@operation
def let_in(system_id: int, *, most: int = PORTION) -> int:
    """Count at most so many of the cases that wait for nothing any more; returns how many."""
    be_patient()
    unit, window, officer = (_set(kind) for kind in CODES)
    ready = (
        select(A.c.id, unit.c.organisation_id.label("unit_id"), window.c.organisation_id.label("window_id"),
               officer.c.user_id.label("officer_id"))
        .join(unit, _means(unit, A.c.unit_code))
        .outerjoin(window, _means(window, A.c.window_code))
        .outerjoin(officer, _means(officer, A.c.officer_code))
        .where(A.c.system_id == system_id, or_(A.c.window_code == "", window.c.id.is_not(None)),
               or_(A.c.officer_code == "", officer.c.id.is_not(None)))
        .order_by(A.c.id).limit(most).with_for_update(of=A, skip_locked=True)
    )
    found = [dict(row) for row in db.session.execute(ready).mappings()]
    if not found:
        return 0
    ids = [row["id"] for row in found]
    update_rows(db.session.connection(), A, [{**row, "is_ready": True} for row in found])
    taken = among(A.c.id, "taken", ids=ids)
    settled = settling.settle(A, taken, batch_id=A.c.batch_id, actor_id=None, ready=len(ids))
    db.session.execute(sa.delete(A).where(taken))
    days.add(system_id, IntakeWay.CODES, Counts(
        new=settled.new, changed=settled.changed, repeated=len(ids) - settled.new - settled.changed))
    return len(ids)


def let_in_all() -> int:
    """The job: of every system, portion by portion; returns how many cases came in."""
    done = 0
    for system_id in db.session.scalars(select(HallSystem.id).order_by(HallSystem.id)).all():
        while count := let_in(system_id):
            done += count
    return done


def waiting_count(system_id: int) -> int:
    """How many cases of a system wait."""
    return db.session.scalar(select(func.count()).select_from(A).where(A.c.system_id == system_id)) or 0


def _set(kind: HallCodeKind) -> Any:
    rows = select(HallCode).where(HallCode.kind == kind, HallCode.set_at.is_not(None), HallCode.ended_at.is_(None))
    return rows.subquery(kind.value)


def _means(code: Any, said: Any) -> Any:
    return and_(code.c.system_id == A.c.system_id, code.c.code == said)
