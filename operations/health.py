"""运行状况: whether this process can serve, and whether the site keeps its promises, each with its figure.

A constant "up" tells nothing (security.md, a.1): what counts is when the last pass of the sweep ended, how long the
oldest message waits, and whether the newest links of the log are whole.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from models import clock
from models.base import db
from models.deliveries import Carrier, Delivery
from models.notices import Notice
from operations import months, scanning, verification
from operations.anchors import anchoring, shown
from operations.backup import nightly
from operations.clocks import shanghai
from operations.files import MIB
from operations.insight import replica
from operations.storage import places
from operations.supervision import heartbeat

NOTICES_WAIT_SECONDS, DELIVERIES_WAIT_SECONDS = 600, 1800
LINKS_READ = 200
MONTH_BEGINS_WITHIN = timedelta(days=1)
# Under the first nothing can be written any more; under the second somebody should make room.
LEAST_ROOM_MIB, LITTLE_ROOM_MIB = 64, 1024
LONG_LOG_MIB = 256  # a replicator brings four into the file at a time
_WAITED_FOR = text("SELECT current_setting('synchronous_standby_names')")
# Whoever may not read the statistics sees that there is one, and not what it is.
_RECEIVING = text("SELECT EXISTS (SELECT FROM pg_stat_replication"
                  " WHERE coalesce(sync_state, 'sync') IN ('sync', 'quorum'))")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; ``figure`` in ``unit``, None where there is nothing to count."""

    name: str
    label: str
    is_well: bool
    words: str
    figure: float | None
    unit: str


def checks(settings: Mapping[str, Any]) -> Sequence[Check]:
    """Everything looked at, by a handful of small statements; backups and anchors where the site makes them."""
    looked_at = [_disk(settings["VAR_DIR"]), _sweep(), _notices(), _deliveries(), _chain(), _month()]
    looked_at += [_texts(settings)] if settings["TEXTING"] != "off" else []
    looked_at += [_replica()] if replica.is_there() else []
    looked_at += _copier(settings)
    looked_at += [_attachments(settings)] if settings["ATTACHMENTS_BUCKET"] else []
    looked_at += [_scanner()] if settings["CLAMD_ADDRESS"] else []
    looked_at += [_anchor(anchoring.plan_of(settings))] if settings["ANCHORS"] else []
    return looked_at + ([_backup()] if settings["BACKUPS"] else [])


def can_write(room: Path) -> bool:
    """Whether what is sent here can be kept. All else is an alarm, but no reason to turn people away."""
    return _free_mib(room) >= LEAST_ROOM_MIB


def _free_mib(room: Path) -> int:
    room.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(room).free // MIB


def _disk(room: Path) -> Check:
    free = _free_mib(room)
    return Check("disk", "磁盘空间", free >= LITTLE_ROOM_MIB, f"剩余 {free:,} MB", free, "MiB")


def _sweep() -> Check:
    beat = heartbeat.of_the_sweep()
    return Check("sweep", "时限巡检", not beat.stale, beat.words, beat.seconds, "s")


def _notices() -> Check:
    waiting = select(func.min(Notice.not_before)).where(Notice.delivered_at.is_(None))
    age = _age(db.session.scalar(waiting))
    return Check("notices", "站内通知", age <= NOTICES_WAIT_SECONDS, _wait(age), age, "s")


def _deliveries() -> Check:
    waiting: Any = select(func.min(Delivery.next_try_at)).where(Delivery.ended_at.is_(None))
    age = _age(db.session.scalar(waiting))
    return Check("deliveries", "站外消息", age <= DELIVERIES_WAIT_SECONDS, _wait(age), age, "s")


def _texts(settings: Mapping[str, Any]) -> Check:
    """短信用量: whoever makes the site write to strangers shows here, however many numbers and addresses they use
    (security.md, 32). Nothing is held back: else they could keep everybody's codes from coming."""
    now, most = clock.now(), (settings["TEXTS_PER_HOUR"], settings["TEXTS_PER_DAY"])
    lately: Any = func.count().filter(Delivery.created_at > now - timedelta(hours=1))
    counted = select(lately, func.count()).where(
        Delivery.carrier == Carrier.SMS, Delivery.created_at > now - timedelta(days=1))
    in_hour, in_day = db.session.execute(counted).one()
    words = f"近 1 小时 {in_hour:,} 条，预算 {most[0]:,}；近 24 小时 {in_day:,} 条，预算 {most[1]:,}"
    return Check("texts", "短信用量", in_hour <= most[0] and in_day <= most[1], words, in_hour, "messages")


def _chain() -> Check:
    found = verification.verify_newest(LINKS_READ)
    words = f"最近 {found.events} 条相接" if found.is_whole else f"第 {found.findings[0].seq} 条：{found.findings[0].what}"
    return Check("chain", "日志链", found.is_whole, words, float(len(found.findings)), "findings")


def _month() -> Check:
    begun, present = months.latest(), months.present()
    is_well = begun >= present or clock.now() - shanghai.month_bounds(shanghai.today())[0] < MONTH_BEGINS_WITHIN
    words = f"{begun} 已开始" if begun >= present else f"{present} 还没有换月，日志仍记在{begun}的分区里"
    return Check("month", "换月", is_well, words, None, "")


def _replica() -> Check:
    age = replica.age()
    if age is None:
        return Check("replica", "报表备库", False, "没有应答，报表读主库", None, "s")
    seconds = int(age.total_seconds())
    words = f"落后 {seconds} 秒" if seconds else "与主库一致"
    return Check("replica", "报表备库", age <= replica.LATE, words, seconds, "s")


def _copier(settings: Mapping[str, Any]) -> list[Check]:
    """Who copies every commit elsewhere, where the site has one (docs/backup.md)."""
    if db.engine.dialect.name == "sqlite":
        return [_replicator()] if settings["SQLITE_REPLICATED"] else []
    return [_receiver()] if db.session.scalar(_WAITED_FOR) else []


def _receiver() -> Check:
    """PostgreSQL waits for it before it acknowledges anything."""
    is_there = bool(db.session.scalar(_RECEIVING))
    words = "同步接收，提交一笔收到一笔" if is_there else "没有连着，所有提交都在等它"
    return Check("receiver", "日志接收", is_there, words, None, "")


def _replicator() -> Check:
    """It alone empties SQLite's log: one that grows is one that nobody copies."""
    log = Path(f"{db.engine.url.database}-wal")
    size = log.stat().st_size // MIB if log.exists() else 0
    is_well = size <= LONG_LOG_MIB
    words = f"未归入库的日志 {size} MB" + ("" if is_well else "，复制程序没有在运行")
    return Check("replicator", "SQLite 复制", is_well, words, size, "MiB")


def _attachments(settings: Mapping[str, Any]) -> Check:
    fault = places.of_attachments(settings).fault()
    return Check("attachments", "附件库", not fault, fault or "对象存储有应答", None, "")


def _scanner() -> Check:
    found = scanning.standing()
    return Check("scanner", "查毒程序", found.is_well, found.words, found.seconds, "s")


def _anchor(plan: anchoring.Plan) -> Check:
    found = shown.condition(plan)
    return Check("anchor", "日志锚点", found.is_well, found.words, found.seconds, "s")


def _backup() -> Check:
    row = nightly.latest()
    age = None if row is None else _age(row.began_at)
    return Check("backup", "备份", nightly.is_fresh(row), nightly.words(row), age, "s")


def _age(since: datetime | None) -> int:
    """How long it has been due, in seconds; what is due later has not waited at all."""
    return 0 if since is None else max(0, int((clock.now() - since).total_seconds()))


def _wait(age: int) -> str:
    return f"最早的等了 {age // 60} 分钟" if age >= 60 else "没有积压"
