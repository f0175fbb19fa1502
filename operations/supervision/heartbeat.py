"""心跳: when the sweep last ran, for everybody who relies on it."""

from dataclasses import dataclass

from sqlalchemy import select

from models import clock
from models.base import db
from models.job_runs import JobRun

SWEEP = "sweep"
STALE_AFTER_SECONDS = 300  # security.md R6: an escalation is never more than five minutes late


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The sentence shown and whether it is alarming."""

    words: str
    stale: bool


def of_the_sweep() -> Heartbeat:
    """上次巡检 38 秒前; alarming when it is older than five minutes or has never been."""
    last = db.session.scalar(
        select(JobRun.finished_at)
        .where(JobRun.name == SWEEP, JobRun.finished_at.is_not(None))
        .order_by(JobRun.finished_at.desc())
        .limit(1)
    )
    if last is None:
        return Heartbeat("还没有巡检过", True)
    seconds = max(0, int((clock.now() - last).total_seconds()))
    return Heartbeat(f"上次巡检 {_words(seconds)}前", seconds > STALE_AFTER_SECONDS)


def _words(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} 秒"
    return f"{seconds // 60} 分钟" if seconds < 3600 else f"{seconds // 3600} 小时"
