"""时钟异常: when the time cannot be trusted nobody is supervised, until an administrator says that it is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.clock_stops import ClockBeat, ClockStop, ClockStopKind
from models.notices import Notice, NoticeKind
from operations import log
from operations.access.actor import SYSTEM, Actor
from operations.base import insert_ignoring, operation
from operations.errors import BadInput, NotAllowed, Refused
from operations.protection import even_when_protected

TOLERATED = timedelta(seconds=120)
REASON_LIMIT = 200
CONFIRMED = "confirmed"  # in place of a start of a machine


@dataclass(frozen=True, slots=True)
class Reading:
    """The clocks as one process reads them: the wall clock, and seconds of the steady one since the start ``boot``."""

    wall: datetime
    steady_seconds: float
    boot: str


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong with the time: by how many seconds it is off, since what trusted moment."""

    kind: ClockStopKind
    seconds: int
    trusted_at: datetime

    @classmethod
    def stepped(cls, seconds: float, *, wall: datetime) -> "Found":
        """The wall clock has stepped by so much while somebody was watching."""
        kind = ClockStopKind.FORWARD if seconds > 0 else ClockStopKind.BACK
        return cls(kind, round(seconds), wall - timedelta(seconds=seconds))


@dataclass(frozen=True, slots=True)
class State:
    """Whether anything is to be confirmed, and the newest confirmation there was."""

    is_halted: bool
    confirmed: int


def state() -> State:
    """One small statement: every slot of every job asks it."""
    confirmed, waiting = db.session.execute(
        select(func.max(ClockStop.id).filter(ClockStop.confirmed_at.is_not(None)),
               func.count().filter(ClockStop.confirmed_at.is_(None)))
    ).one()
    return State(bool(waiting), confirmed or 0)


def waiting() -> Sequence[ClockStop]:
    """What nobody has confirmed yet, the oldest first."""
    return db.session.scalars(select(ClockStop).where(ClockStop.confirmed_at.is_(None)).order_by(ClockStop.id)).all()


def history(limit: int = 20) -> Sequence[tuple[ClockStop, str]]:
    """What was confirmed, the newest first, with the name of who did."""
    rows = select(ClockStop, User.name).join(User, User.id == ClockStop.confirmed_by_id)
    return [(stop, name) for stop, name in db.session.execute(rows.order_by(ClockStop.id.desc()).limit(limit))]


def examine(reading: Reading, *, longest_gap: timedelta) -> Found | None:
    """What a process that starts must object to: a step since the last beat, or a gap that nothing explains.

    Within one start of the machine the steady clock decides, however long nothing ran. After a restart, or on another
    machine, time may have stood still in between: then a step back shows, and forward only more than ``longest_gap``.
    """
    beat = db.session.get(ClockBeat, reading.boot) if reading.boot else None
    if beat is not None:
        passed = timedelta(seconds=reading.steady_seconds - beat.steady_seconds)
        drift = reading.wall - beat.seen_at - passed
        wrong = abs(drift) > TOLERATED
        return Found.stepped(drift.total_seconds(), wall=reading.wall) if wrong else None
    last = db.session.scalar(select(func.max(ClockBeat.seen_at)))
    if last is None:
        return None
    gap = reading.wall - last
    kind = ClockStopKind.BACK if gap < -TOLERATED else ClockStopKind.GAP if gap > longest_gap else None
    return Found(kind, round(gap.total_seconds()), last) if kind else None


@operation
def beat(reading: Reading) -> None:
    """心跳：the clocks agree at this moment. Not to be called while anything is to be confirmed."""
    values = {"steady_seconds": reading.steady_seconds, "seen_at": reading.wall}
    renewed = update(ClockBeat).where(ClockBeat.boot == reading.boot).values(values)
    if not db.session.execute(renewed).rowcount:  # type: ignore[attr-defined]
        db.session.execute(insert_ignoring(ClockBeat).values({"boot": reading.boot} | values))


@operation
@even_when_protected
def halt(found: Found, *, wall: datetime, worker: str) -> str:
    """停摆：nothing runs from now on; the administrators are told at once. Of many who find it the first writes it.

    Returns the key of the alarm's notices for whoever was first, and is to sound it outside; empty for the others.
    """
    row = {"kind": found.kind, "seconds": found.seconds, "trusted_at": found.trusted_at, "found_at": wall,
           "worker": worker[:80], "reason": ""}
    stop_id = db.session.scalar(insert_ignoring(ClockStop).values(row).returning(ClockStop.id))
    if stop_id is None:
        return ""
    log.record("halt_clock", object_type="clock_stop", object_id=stop_id, actor=SYSTEM, standing=SYSTEM.posts[0],
               details={"kind": found.kind, "seconds": found.seconds, "trusted_at": found.trusted_at.isoformat()})
    _alarm(stop_id, found)
    return f"clock_stop.{stop_id}"


@operation
def confirm(*, actor: Actor, reason: str) -> int:
    """确认时间正确：the jobs go on by the clock as it is now. Returns how many stops this ends.

    Raises NotAllowed for others than system administrators, Refused when nothing waits, BadInput without a reason.
    """
    posts = actor.posts_as(Role.SYSTEM_ADMINISTRATOR)
    if not posts:
        raise NotAllowed
    if not reason.strip() or len(reason) > REASON_LIMIT:
        raise BadInput(f"请写明怎样核对的时间，{REASON_LIMIT} 字以内。")
    now = clock.now()
    ended = update(ClockStop).where(ClockStop.confirmed_at.is_(None)).returning(ClockStop.id)
    ids = list(db.session.scalars(ended.values(confirmed_at=now, confirmed_by_id=actor.user_id, reason=reason)))
    if not ids:
        raise Refused("时钟没有待确认的异常，可能已经有人确认过。")
    # What was seen before was seen on another clock: the next process to start reckons from this moment.
    db.session.execute(delete(ClockBeat))
    db.session.add(ClockBeat(boot=CONFIRMED, steady_seconds=0.0, seen_at=now))
    for stop_id in ids:
        log.record("confirm_clock", object_type="clock_stop", object_id=stop_id, actor=actor, standing=posts[0],
                   words=reason)
    return len(ids)


def said(kind: ClockStopKind, seconds: int) -> str:
    """What happened, as people read it: 时钟向前跳了 1 天 2 小时."""
    span = _span(abs(seconds))
    return f"系统停了 {span}" if kind is ClockStopKind.GAP else f"{kind.label}了 {span}"


def _span(seconds: int) -> str:
    days, hours, minutes = seconds // 86_400, seconds % 86_400 // 3600, seconds % 3600 // 60
    parts = [(days, "天"), (hours, "小时"), (minutes, "分钟")]
    told = [f"{count} {unit}" for count, unit in parts if count][:2]
    return " ".join(told) or f"{seconds} 秒"


def _alarm(stop_id: int, found: Found) -> None:
    """To every system administrator, in the application at once: an alarm keeps no quiet hours and waits for no job."""
    now = clock.now()
    holders = select(Post.user_id).where(Post.role == Role.SYSTEM_ADMINISTRATOR, Post.ended_at.is_(None)).distinct()
    words = f"{said(found.kind, found.seconds)}。巡检和其他作业已停止，没有人会因此被督办。请核对服务器时间，到“作业”页确认。"
    rows = [
        {"user_id": user_id, "kind": NoticeKind.SYSTEM, "ticket_id": None, "subject": "时钟异常，督办已停",
         "words": words, "dedup_key": f"clock_stop.{stop_id}.{user_id}", "created_at": now, "not_before": now,
         "delivered_at": now}
        for user_id in db.session.scalars(holders)
    ]
    if rows:
        db.session.execute(insert_ignoring(Notice), rows)
