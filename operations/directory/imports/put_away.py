"""收好文件: what names people in a file of counted cases does not stay on disk once the file has been checked.

Its bad rows are kept beside, without the column by which whoever came could be found; the file itself goes.
"""

from datetime import timedelta

from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import ImportBatch, ImportKind, ImportState
from operations.directory.imports import bad_rows
from operations.directory.imports.batches import ImportRules
from operations.files import path_of

READING = (ImportState.WAITING, ImportState.CHECKING)
LATELY = timedelta(days=2)


def put_away(batch: ImportBatch, *, rules: ImportRules) -> None:
    """Once nobody reads the file any more; done again it does nothing."""
    source = path_of(rules.folder, batch.stored_name)
    if batch.kind is not ImportKind.CASES or batch.state in READING or not source.exists():
        return
    if batch.bad_count and batch.state is not ImportState.FAILED:
        bad_rows.write_anew(batch, bad_rows.beside(batch, rules=rules), rules=rules)
    source.unlink(missing_ok=True)


def sweep(rules: ImportRules) -> None:
    """The job: files of batches that were cancelled before anybody read them, or whose reader was killed."""
    rows = select(ImportBatch).where(
        ImportBatch.kind == ImportKind.CASES, ImportBatch.state.not_in(READING),
        ImportBatch.created_at > clock.now() - LATELY,
    )
    for batch in db.session.scalars(rows.order_by(ImportBatch.id)):
        put_away(batch, rules=rules)
