"""Running a batch: whoever holds its lease checks it portion by portion, then takes the good rows in at once.

Every portion is a transaction with its progress, so that a server that is killed goes on after the last one. The
taking is one transaction that begins by locking the batch: it is either done or never was.
"""

import logging
import os
import secrets
import socket
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import or_, select, update

from models import clock
from models.base import db
from models.bulk import insert_rows, insert_tuples
from models.directory import ImportBatch, ImportIssue, ImportKind, ImportState
from models.hall_intake import HallSystem
from operations.base import be_patient, operation
from operations.directory.imports import (
    batches,
    contests,
    put_away,
    same_file,
    taking,
    taking_stewards,
    taking_stewardships,
    templates,
)
from operations.directory.imports.batches import ImportRules
from operations.directory.imports.enterprise_rows import EnterpriseRows
from operations.directory.imports.findings import Findings
from operations.directory.imports.steward_rows import StewardRows
from operations.directory.imports.stewardship_rows import StewardshipRows
from operations.errors import DomainError
from operations.files import path_of
from operations.hall import taking_cases
from operations.hall.case_rows import CaseRows
from operations.tables import lines
from operations.tables.lines import Stream
from operations.tables.words import cleaned

log = logging.getLogger(__name__)
PORTION = 4000
LEASE = timedelta(seconds=60)
# Which run of this process holds a batch: host, process, and a mark of its own.
_holder: ContextVar[str] = ContextVar("import_holder", default="")
READERS: dict[ImportKind, Any] = {
    ImportKind.ENTERPRISES: EnterpriseRows, ImportKind.STEWARDS: StewardRows, ImportKind.STEWARDSHIPS: StewardshipRows,
}
TAKERS: dict[ImportKind, Any] = {
    ImportKind.ENTERPRISES: taking, ImportKind.STEWARDS: taking_stewards, ImportKind.STEWARDSHIPS: taking_stewardships,
    ImportKind.CASES: taking_cases,
}


class Overtaken(Exception):
    """The batch was cancelled, or somebody else holds it now."""


def run(batch_id: int, *, rules: ImportRules, takes_good_rows: bool = False) -> ImportBatch | None:
    """Go on with one batch as far as it goes by itself; None when somebody else holds it.

    A file that cannot be read leaves the batch failed with the sentence. ``takes_good_rows``: do not wait for anybody
    to let the good rows in after the check.
    """
    _holder.set(f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"[-80:])
    if not claim(batch_id):
        return None
    batch = db.session.get_one(ImportBatch, batch_id, populate_existing=True)
    try:
        if batch.state is ImportState.CHECKING:
            _check(batch, rules)
        if batch.state is ImportState.CHECKED and takes_good_rows:
            _go_on_taking(batch)
        if batch.state is ImportState.IMPORTING:
            _take(batch)
    except Overtaken:
        db.session.rollback()
    except DomainError as refusal:
        _fail(batch_id, str(refusal))
    except Exception:
        log.exception("import batch %s broke off", batch_id)
        _fail(batch_id, "程序出错，没有写入任何内容。请把批次号告诉系统管理员。")
        raise
    batch = db.session.get_one(ImportBatch, batch_id, populate_existing=True)
    put_away.put_away(batch, rules=rules)
    return batch


def waiting() -> list[int]:
    """Batches that nobody works on: new ones, and those whose worker is gone. The oldest first."""
    rows = select(ImportBatch.id, ImportBatch.worker, ImportBatch.leased_until).where(
        ImportBatch.state.in_((ImportState.WAITING, ImportState.CHECKING, ImportState.IMPORTING))
    )
    now = clock.now()
    found = db.session.execute(rows.order_by(ImportBatch.id)).all()
    return [row.id for row in found if row.leased_until is None or row.leased_until <= now or _is_gone(row.worker)]


@operation
def claim(batch_id: int) -> bool:
    """认领：hold the batch for a minute, when nobody living does. A batch that waits is being checked from now on."""
    now = clock.now()
    batch = db.session.get(ImportBatch, batch_id, populate_existing=True)
    if batch is None or batch.state not in (ImportState.WAITING, ImportState.CHECKING, ImportState.IMPORTING):
        return False
    is_free = or_(ImportBatch.leased_until.is_(None), ImportBatch.leased_until <= now)
    if batch.worker and _is_gone(batch.worker):
        is_free = ImportBatch.worker == batch.worker
    values: dict[str, Any] = {"worker": _worker(), "leased_until": now + LEASE}
    if batch.state is ImportState.WAITING:
        values |= {"state": ImportState.CHECKING, "started_at": now}
    claiming = update(ImportBatch).where(ImportBatch.id == batch_id, ImportBatch.state == batch.state, is_free)
    claimed: Any = db.session.execute(claiming.values(values))
    return bool(claimed.rowcount)


def _check(batch: ImportBatch, rules: ImportRules) -> None:
    """检查：every portion is read, held against the directory and staged, with its progress."""
    if not batch.rows_done and _is_as_it_stands(batch, rules):
        return
    path, kind, begun = path_of(rules.folder, batch.stored_name), batch.kind, batch.rows_done
    db.session.rollback()  # nothing of the database is held while a file is read
    stream = lines.stream(path, templates.wanted(kind), most_rows=rules.most_rows)
    reader = _reader(batch, stream, rules)
    rows = stream.rows()
    _begin(batch, stream)
    for portion in _portions(rows, begun):
        reader.pass_over(portion)
    for portion in _portions(rows):
        _keep(batch, portion, reader)
    if isinstance(reader, EnterpriseRows) and reader.said and not batch.bad_count:
        same_file.keep(rules.folder, batch, reader.said)
    _end_check(batch)


def _reader(batch: ImportBatch, stream: Stream, rules: ImportRules) -> Any:
    if batch.kind is ImportKind.CASES:
        return CaseRows(stream, system=db.session.get_one(HallSystem, batch.system_id), site_key=rules.site_key)
    return READERS[batch.kind](stream, unit_id=batch.unit_id)


@operation
def _is_as_it_stands(batch: ImportBatch, rules: ImportRules) -> bool:
    """与目录一致：the same file came in before and nothing has changed since; the batch is done then."""
    be_patient()
    earlier = same_file.standing(rules.folder, batch)
    if earlier is None:
        return False
    rows = earlier.rows_done
    _hold(batch, rows_done=rows, rows_total=rows, unchanged_count=rows, note=earlier.note, checked_at=clock.now(),
          finished_at=clock.now(), state=ImportState.IMPORTED, worker=None, leased_until=None)
    note_end("import.check", batch)
    return True


def _portions(rows: Iterator[Any], most: int | None = None) -> Iterator[list[Any]]:
    rows = rows if most is None else islice(rows, most)
    while portion := list(islice(rows, PORTION)):
        yield portion


@operation
def _begin(batch: ImportBatch, stream: Stream) -> None:
    told = [f"读取的工作表是“{stream.sheet}”。" if stream.sheet and (stream.unread or stream.hidden) else ""]
    told += [f"未读取：{'、'.join(stream.unread)}。" if stream.unread else ""]
    told += [f"隐藏的工作表未读取：{'、'.join(stream.hidden)}。" if stream.hidden else ""]
    told += [f"不认识的列未读取：{'、'.join(stream.unknown)}。" if stream.unknown else ""]
    _hold(batch, rows_total=stream.total, note=cleaned("".join(told))[:500])


@operation
def _keep(batch: ImportBatch, portion: list[Any], reader: Any) -> None:
    """One portion and how far it has come, in one transaction."""
    staged, findings = reader.take(portion)
    connection = db.session.connection()
    insert_tuples(
        connection, reader.table, ("batch_id", *reader.columns), [(batch.id, *made) for made in staged]
    )
    insert_rows(connection, ImportIssue.__table__, [{"batch_id": batch.id, **issue} for issue in findings.issues])
    _hold(batch, **_counts(batch, findings, len(portion)))


def _counts(batch: ImportBatch, findings: Findings, rows: int) -> dict[str, Any]:
    done = batch.rows_done + rows
    seconds = max((clock.now() - (batch.started_at or clock.now())).total_seconds(), 0.001)
    return {
        "rows_done": done,
        "new_count": batch.new_count + findings.new,
        "known_count": batch.known_count + findings.known,
        "unchanged_count": batch.unchanged_count + findings.unchanged,
        "bad_count": batch.bad_count + len(findings.bad),
        "warned_count": batch.warned_count + len(findings.warned - findings.bad),
        "rows_per_second": int(done / seconds),
    }


@operation
def _end_check(batch: ImportBatch) -> None:
    """检查完毕：known rows that say nothing new are settled; a file without anything new is done at once."""
    be_patient()
    taker, now = TAKERS[batch.kind], clock.now()
    changed = 0
    taking.join_by_hash(batch)
    if batch.known_count:
        taker.settle_unchanged(batch)
        changed = taker.count_changes(batch)
    is_empty = not batch.new_count and not changed
    values = {"changed_count": changed, "unchanged_count": batch.unchanged_count + batch.known_count - changed,
              "known_count": changed, "checked_at": now, "rows_total": batch.rows_done}
    state = ImportState.CHECKED
    if is_empty:
        batches.drop_staged(batch)
        state = ImportState.CHECKED if batch.bad_count else ImportState.IMPORTED
        values |= {"finished_at": now} if state is ImportState.IMPORTED else {}
        if batch.kind is ImportKind.CASES and state is ImportState.IMPORTED:
            taking_cases.note_unchanged(batch, unchanged=batch.unchanged_count + batch.known_count - changed)
    _hold(batch, **values, state=state, worker=None, leased_until=None)
    note_end("import.check", batch)


@operation
def _go_on_taking(batch: ImportBatch) -> None:
    _move(batch, ImportBatch.state == ImportState.CHECKED, state=ImportState.IMPORTING, worker=_worker(),
          leased_until=clock.now() + LEASE)


@operation
def _take(batch: ImportBatch) -> None:
    """导入：all good rows in one transaction, which holds the batch's own row from the first statement."""
    be_patient()
    _hold(batch, leased_until=clock.now() + LEASE)
    fresh, changed = TAKERS[batch.kind].take(batch)
    contests.claim_contested(batch)
    batches.drop_staged(batch)
    _hold(batch, new_count=fresh, changed_count=changed, state=ImportState.IMPORTED, worker=None, leased_until=None,
          finished_at=clock.now())
    note_end("import.take", batch)


def note_end(action: str, batch: ImportBatch) -> None:
    """留痕：what became of the file, in figures."""
    batches.note(action, batch, counts={
        "new": batch.new_count, "changed": batch.changed_count, "unchanged": batch.unchanged_count,
        "bad": batch.bad_count,
    })


@operation
def _fail(batch_id: int, sentence: str) -> None:
    batch = db.session.get_one(ImportBatch, batch_id)
    batches.drop_staged(batch)
    _move(batch, ImportBatch.worker == _worker(), state=ImportState.FAILED, error=sentence[:300], worker=None,
          leased_until=None, finished_at=clock.now())


def _hold(batch: ImportBatch, **values: Any) -> None:
    """Write progress and hold on for another minute. Raises Overtaken when the batch is no longer ours."""
    values.setdefault("leased_until", clock.now() + LEASE)
    _move(batch, (ImportBatch.worker == _worker()) & (ImportBatch.state == batch.state), **values)


def _move(batch: ImportBatch, condition: Any, **values: Any) -> None:
    moved = update(ImportBatch).where(ImportBatch.id == batch.id, condition).values(**values)
    done: Any = db.session.execute(moved, execution_options={"synchronize_session": False})
    if not done.rowcount:
        raise Overtaken
    db.session.refresh(batch)


def _worker() -> str:
    return _holder.get()


def _is_gone(worker: str | None) -> bool:
    """Whether a process of this machine that held the batch lives no more."""
    host, process, _ = ("::" + (worker or "")).rsplit(":", 2)
    if host.lstrip(":") != socket.gethostname() or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
