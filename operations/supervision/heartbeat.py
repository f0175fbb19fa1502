"""心跳: when the sweep last ran, for everybody who relies on it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, select

from models import clock
from models.base import db
from models.clock_stops import ClockStop
from models.job_runs import JobRun

SWEEP = "sweep"
STALE_AFTER_SECONDS = 300  # security.md R6: an escalation is never more than five minutes late


# What a statement must read for ``told``; every page of those above has it beside its unread messages.
COLUMNS: tuple[ColumnElement[Any], ...] = (
    select(JobRun.finished_at)
    .where(JobRun.name == SWEEP, JobRun.finished_at.is_not(None))
    .order_by(JobRun.finished_at.desc())
    .limit(1)
    .scalar_subquery()
    .label("swept_at"),
    exists().where(ClockStop.confirmed_at.is_(None)).label("is_halted"),
)
LATE = "时限巡检没有按时运行，灯色可能不是最新的。"
HALTED = "服务器时间跳变，等系统管理员确认；在此之前不会督办任何人，灯色可能不对。"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The sentence shown, whether it is alarming, and then what it means; ``seconds`` since, None for never."""

    words: str
    stale: bool
    advice: str = LATE
    seconds: int | None = None


def of_the_sweep() -> Heartbeat:
    """上次巡检 38 秒前; alarming when it is older than five minutes, has never been, or the time cannot be trusted."""
    return told(db.session.execute(select(*COLUMNS)).one())


def told(last: Any) -> Heartbeat:
    """The heartbeat that a row with ``COLUMNS`` tells of."""
    seconds = None if last.swept_at is None else max(0, int((clock.now() - last.swept_at).total_seconds()))
    if last.is_halted:
        return Heartbeat("时钟异常，督办已停", True, HALTED, seconds)
    if seconds is None:
        return Heartbeat("还没有巡检过", True)
    return Heartbeat(f"上次巡检 {_words(seconds)}前", seconds > STALE_AFTER_SECONDS, seconds=seconds)


def _words(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} 秒"
    return f"{seconds // 60} 分钟" if seconds < 3600 else f"{seconds // 3600} 小时"
