"""The same file again: when every row of it still stands in the directory as it was written, nothing is read anew.

A file without a bad row leaves the digests of its rows beside it on disk. They are held against the digests that stand
in the directory, which the database itself empties when a fact is changed by any way: what somebody changed since is
therefore found, and then the file is read and checked row by row as any other.
"""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from models.base import db
from models.directory import ImportBatch, ImportKind, ImportState
from operations.directory.imports import lookups
from operations.files import path_of

ENDING = ".rows"


def keep(folder: Path, batch: ImportBatch, rows: Sequence[str]) -> None:
    """Leave credit code and digest of every row of the file beside it."""
    _beside(folder, batch).write_text("\n".join(rows), encoding="ascii")


def standing(folder: Path, batch: ImportBatch) -> ImportBatch | None:
    """An earlier batch of the very same bytes, all of whose rows the directory still has as they were; else None."""
    if batch.kind is not ImportKind.ENTERPRISES:
        return None
    earlier = db.session.scalar(
        select(ImportBatch)
        .where(
            ImportBatch.kind == batch.kind, ImportBatch.sha256 == batch.sha256, ImportBatch.id != batch.id,
            ImportBatch.unit_id.is_not_distinct_from(batch.unit_id), ImportBatch.state == ImportState.IMPORTED,
            ImportBatch.bad_count == 0,
        )
        .order_by(ImportBatch.id.desc())
        .limit(1)
    )
    said = _rows_of(folder, earlier) if earlier else []
    return earlier if said and lookups.marks(batch.unit_id).issuperset(said) else None


def _rows_of(folder: Path, batch: ImportBatch) -> list[str]:
    try:
        return _beside(folder, batch).read_text(encoding="ascii").split("\n")
    except (OSError, UnicodeDecodeError):
        return []


def _beside(folder: Path, batch: ImportBatch) -> Path:
    return path_of(folder, batch.stored_name).with_suffix(ENDING)
