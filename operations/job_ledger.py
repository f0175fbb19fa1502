"""作业台账: every slot of a recurring job is claimed once, by whoever comes first, and tells what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Row, and_, func, or_, select

from models import clock
from models.base import db
from models.job_runs import JobRun
from operations.base import insert_ignoring, operation
from operations.protection import even_when_protected

KEPT_FOR = timedelta(days=90)
IDLE_KEPT_FOR = timedelta(days=7)
ERROR_SHOWN = 2000
HELD = "held"


@dataclass(frozen=True, slots=True)
class Tally:
    """What one run did: looked at, done, how late the latest was, what is left, and what went wrong by the way."""

    scanned: int = 0
    done: int = 0
    latest_seconds: int = 0
    remaining: int = 0
    error: str = ""


@operation
def claim(name: str, slot: str, *, worker: str) -> int | None:
    """认领：the id of the run when this slot is ours, None when somebody else has it."""
    row = _row(name, slot, worker)
    return db.session.scalar(insert_ignoring(JobRun).values(row).returning(JobRun.id))


@operation
@even_when_protected
def hold(name: str, slot: str, *, worker: str, reason: str) -> None:
    """挂起：the slot passes without a run, and the ledger says why. It is no heartbeat: nothing finished."""
    row = _row(name, slot, worker) | {"error": f"{HELD}: {reason}"}
    db.session.execute(insert_ignoring(JobRun).values(row))


@operation
def finish(run_id: int, tally: Tally) -> JobRun:
    """记账：the run has ended and did this. Returns the line of the ledger."""
    run = db.session.get_one(JobRun, run_id)
    run.finished_at = clock.now()
    run.scanned, run.done = tally.scanned, tally.done
    run.latest_seconds, run.remaining = tally.latest_seconds, tally.remaining
    run.error = tally.error[:ERROR_SHOWN]
    return run


@operation
def fail(run_id: int, error: str) -> JobRun:
    """失败：the run broke off. It has no end, so that it counts as no heartbeat either."""
    run = db.session.get_one(JobRun, run_id)
    run.error = error[:ERROR_SHOWN]
    return run


def latest() -> Sequence[JobRun]:
    """The newest run of every job that ever ran, by name."""
    newest = select(func.max(JobRun.id)).group_by(JobRun.name)
    return db.session.scalars(select(JobRun).where(JobRun.id.in_(newest)).order_by(JobRun.name)).all()


def history(name: str | None = None, *, before: int | None = None, limit: int = 50) -> Sequence[JobRun]:
    """The runs of one job or of all, newest first, at most ``limit``, older than the run ``before``."""
    rows = select(JobRun).order_by(JobRun.id.desc()).limit(limit)
    if name is not None:
        rows = rows.where(JobRun.name == name)
    if before is not None:
        rows = rows.where(JobRun.id < before)
    return db.session.scalars(rows).all()


@operation
def forget_old() -> int:
    """清理：runs older than 90 days, or 7 when they found nothing to do, are dropped. Returns how many.

    Never a job's last finished one: the heartbeat reads it.
    """
    now, started = clock.now(), JobRun.started_at
    idle = and_(JobRun.finished_at.is_not(None), JobRun.scanned == 0, JobRun.error == "")
    old = or_(started < now - KEPT_FOR, and_(idle, started < now - IDLE_KEPT_FOR))
    last = [row.id for row in _last_finished()]
    return db.session.query(JobRun).filter(old, JobRun.id.not_in(last)).delete(synchronize_session=False)


def _last_finished() -> Sequence[Row[int]]:
    newest = (
        select(JobRun.name, func.max(JobRun.finished_at).label("at"))
        .where(JobRun.finished_at.is_not(None))
        .group_by(JobRun.name)
        .subquery()
    )
    same = and_(JobRun.name == newest.c.name, JobRun.finished_at == newest.c.at)
    return db.session.execute(select(JobRun.id).join(newest, same)).all()


def _row(name: str, slot: str, worker: str) -> dict[str, object]:
    return {
        "name": name,
        "slot": slot,
        "worker": worker[:80],
        "started_at": clock.now(),
        "finished_at": None,
        "scanned": 0,
        "done": 0,
        "latest_seconds": 0,
        "remaining": 0,
        "error": "",
    }
