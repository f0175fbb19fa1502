"""导入批次: a file comes in, is cancelled, is let into the directory; who may see which batch."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import and_, or_, select, update

from models import clock
from models.access import Role
from models.base import db
from models.directory import (
    ImportBatch,
    ImportKind,
    ImportState,
    Organisation,
    StagedEnterprise,
    StagedSteward,
    StagedStewardship,
)
from models.hall_intake import StagedCase
from operations import log, protection
from operations.access.actor import SYSTEM, Actor, Standing
from operations.base import operation
from operations.errors import BadInput, NotAllowed, Refused
from operations.files import clean_name, path_of, size_in_words, write_down
from operations.hall import systems

PAGE = 25
ENDINGS = (".xlsx", ".xls", ".csv")
STAGING: dict[ImportKind, Any] = {
    ImportKind.ENTERPRISES: StagedEnterprise, ImportKind.STEWARDS: StagedSteward,
    ImportKind.STEWARDSHIPS: StagedStewardship, ImportKind.CASES: StagedCase,
}
UNAPPLIED = (ImportState.WAITING, ImportState.CHECKING, ImportState.CHECKED, ImportState.FAILED)


@dataclass(frozen=True, slots=True)
class ImportRules:
    """The site's settings: where files lie, bytes of one file, rows of one sheet, and the key of digests."""

    folder: Path
    per_file: int
    most_rows: int
    site_key: str = ""


def receive(
    stream: IO[bytes], file_name: str, *, kind: ImportKind, actor: Actor, unit_id: int | None, rules: ImportRules,
    system: str = "",
) -> ImportBatch:
    """收下文件：the file lies under an opaque name, its batch waits to be checked. Raises BadInput.

    ``unit_id`` is the unit that reports; None is for the command line alone, whose rows each find their own.
    ``system`` is the code of the hall's system that counted cases are of; the only one that there is need not be named.
    """
    name = clean_name(file_name)
    if Path(name).suffix.lower() not in ENDINGS:
        raise BadInput("只接受 .xlsx、.xls 或 .csv 文件。")
    standing = None if unit_id is None else standing_for(actor, unit_id)
    system_id = systems.system_for(unit_id, system).id if kind is ImportKind.CASES else None
    stored_name = f"{secrets.token_hex(20)}{Path(name).suffix.lower()}"
    protection.ensure_off()
    size, digest = write_down(
        stream, path_of(rules.folder, stored_name), name=name, actor=actor, most=rules.per_file, if_empty="文件是空的。",
        if_too_large=f"文件超过 {size_in_words(rules.per_file)}，请分成几份再导入。",
    )
    batch = ImportBatch(
        kind=kind, file_name=name, stored_name=stored_name, size=size, sha256=digest, unit_id=unit_id,
        uploaded_by_id=actor.user_id, system_id=system_id, created_at=clock.now(),
    )
    _enter(batch, actor=actor, standing=standing)
    return batch


@operation
def _enter(batch: ImportBatch, *, actor: Actor, standing: Standing | None) -> None:
    db.session.add(batch)
    db.session.flush()
    note("import.receive", batch, actor=actor, standing=standing)


@operation
def cancel(batch: ImportBatch, *, actor: Actor) -> None:
    """取消：nothing of it is in the directory, and nothing will be. Raises Refused once it is on its way in."""
    standing = standing_for(actor, batch.unit_id)
    waits = and_(ImportBatch.state == ImportState.IMPORTING, ImportBatch.worker.is_(None))
    open_ones = or_(ImportBatch.state.in_(UNAPPLIED), waits)
    ended = {"state": ImportState.CANCELLED, "worker": None, "leased_until": None, "finished_at": clock.now()}
    if not moved(batch, open_ones, **ended):
        raise Refused("该批次正在写入或已经结束，不能取消。写入完成后可以撤销。")
    drop_staged(batch)
    note("import.cancel", batch, actor=actor, standing=standing)


@operation
def let_in(batch: ImportBatch, *, actor: Actor) -> None:
    """导入有效行：whoever runs imports takes the good rows next. Raises Refused unless the check is done."""
    standing = standing_for(actor, batch.unit_id)
    if not moved(batch, ImportBatch.state == ImportState.CHECKED, state=ImportState.IMPORTING):
        raise Refused("该批次不在待导入状态，请刷新页面查看。")
    note("import.let_in", batch, actor=actor, standing=standing)


def standing_for(actor: Actor, unit_id: int | None) -> Standing:
    """The post by which the actor speaks for this unit. Raises NotAllowed."""
    for post in actor.posts:
        if post.role is Role.SYSTEM or (post.role is Role.REGISTRAR and post.unit_id == unit_id):
            return post
    raise NotAllowed


def drop_staged(batch: ImportBatch) -> None:
    """The staged rows of a batch that is over."""
    table = STAGING[batch.kind].__table__
    db.session.execute(table.delete().where(table.c.batch_id == batch.id))


def unit_of(actor: Actor) -> int | None:
    """The unit that the actor reports for."""
    return next((post.unit_id for post in actor.posts_as(Role.REGISTRAR)), None)


def unit_named(name: str) -> int:
    """The id of the organisation of this whole or short name. Raises BadInput."""
    rows = select(Organisation.id).where(or_(Organisation.name == name, Organisation.short_name == name))
    found = db.session.scalars(rows).all()
    if len(found) != 1:
        raise BadInput(f"没有叫“{name}”的单位，或不止一个；请写单位全称。")
    return found[0]


def recent(actor: Actor, *, before: int | None = None, limit: int = PAGE) -> list[ImportBatch]:
    """The batches of the actor's units, the newest first; one more than ``limit`` where there are more."""
    rows = select(ImportBatch).where(ImportBatch.unit_id.in_([post.unit_id for post in actor.posts_as(Role.REGISTRAR)]))
    if before is not None:
        rows = rows.where(ImportBatch.id < before)
    return list(db.session.scalars(rows.order_by(ImportBatch.id.desc()).limit(limit + 1)))


def moved(batch: ImportBatch, condition: object, **values: object) -> bool:
    """Let the batch go over while the condition holds, in one statement; whether it did."""
    moving = update(ImportBatch).where(ImportBatch.id == batch.id, condition).values(**values)  # type: ignore[arg-type]
    found: Any = db.session.execute(moving, execution_options={"synchronize_session": "fetch"})
    return bool(found.rowcount)


def note(
    action: str, batch: ImportBatch, *, actor: Actor = SYSTEM, standing: Standing | None = None,
    counts: dict[str, int] | None = None,
) -> None:
    """留痕 in the sealed log: which file of whom, and what became of its rows."""
    log.record(action, object_type="import_batch", object_id=batch.id, actor=actor, standing=standing,
               details={"kind": batch.kind.value, "sha256": batch.sha256, **(counts or {})})
