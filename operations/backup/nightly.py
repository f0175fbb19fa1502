"""恢复演练: back up, restore into a throw-away database, verify every part; what came of it is kept and shown."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import select

from models import clock
from models.backups import Backup
from models.base import db
from operations.backup import restoring, taking
from operations.backup.manifest import Manifest
from operations.base import operation
from operations.errors import DomainError
from operations.storage.places import Storage

FRESH_FOR = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is backed up, where to, where it is tried, and how many backups are kept."""

    source: sa.URL
    storages: Mapping[str, Storage]
    backups: Path
    trial: sa.URL
    kept: int


def drill(plan: Plan) -> Backup:
    """演练：one backup, tried. A fault is noted, not raised; then the former backups are all kept."""
    began = clock.now()
    target = plan.backups / f"{began:%Y%m%dT%H%M%SZ}"
    made, fault, seconds = None, "", [0.0, 0.0]
    started = time.monotonic()
    try:
        made = taking.back_up(plan.source, plan.storages, target)
        seconds[0] = time.monotonic() - started
        with restoring.filled(target, plan.trial, name="drill"):
            seconds[1] = time.monotonic() - started - seconds[0]
        fault = f"备份时已缺 {len(made.missing)} 个附件，如 {made.missing[0]}" if made.missing else ""
        _forget_old(plan)
    except DomainError as refusal:
        fault = str(refusal)
    return note(target.name, began, made, fault=fault, backup_seconds=seconds[0], restore_seconds=seconds[1])


@operation
def note(
    name: str, began_at: datetime, made: Manifest | None, *, fault: str, backup_seconds: float, restore_seconds: float
) -> Backup:
    """记录：what was backed up and whether it could be restored."""
    row = Backup(name=name, began_at=began_at, ended_at=clock.now(), fault=fault[:500],
                 backup_ms=round(backup_seconds * 1000), restore_ms=round(restore_seconds * 1000))
    if made is not None:
        row.bytes, row.tables, row.rows = made.bytes, len(made.tables), made.rows
        row.files, row.log_seq = len(made.files) - 1, made.seq
    db.session.add(row)
    return row


def latest() -> Backup | None:
    """The newest of them, good or not."""
    return db.session.scalar(select(Backup).order_by(Backup.id.desc()).limit(1))


def is_fresh(row: Backup | None) -> bool:
    """Whether the last night's backup is there and could be restored."""
    return row is not None and not row.fault and clock.now() - row.began_at <= FRESH_FOR


def words(row: Backup | None) -> str:
    """As the page says it."""
    if row is None:
        return "还没有备份过"
    hours = int((clock.now() - row.began_at).total_seconds() // 3600)
    when = f"{hours} 小时前" if hours else "1 小时内"
    if row.fault:
        return f"{when}的备份没有通过：{row.fault}"
    took = f"备份 {row.backup_ms / 1000:.1f} 秒、恢复并核对 {row.restore_ms / 1000:.1f} 秒"
    what = f"{row.tables} 张表 {row.rows:,} 行、{row.files:,} 个文件、日志 {row.log_seq:,} 条逐一核对"
    return f"上次恢复演练：成功，{when}；{took}；{row.bytes / 1_000_000:,.1f} MB，{what}"


def _forget_old(plan: Plan) -> None:
    """Only after a good one: the newest ``kept`` stay."""
    done = sorted(path for path in plan.backups.iterdir() if path.is_dir() and path.name.endswith("Z"))
    for path in done[: -plan.kept]:
        shutil.rmtree(path)
