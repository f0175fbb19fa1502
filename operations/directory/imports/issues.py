"""What was wrong in a file, and what it changed, for the page and the report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.access import User
from models.base import db
from models.directory import Enterprise, FactChange, ImportBatch, ImportIssue, ImportKind, StewardChange
from operations.directory import fact_kinds
from operations.directory.imports import taking_stewardships
from operations.hall import changes as changes_of_cases

PAGE = 50
STEWARD_FIELDS = {"name": "姓名", "steward_class": "管家类别", "position": "职务", "grid_id": "所属网格", "capacity": "服务上限"}


@dataclass(frozen=True, slots=True)
class Changed:
    """One field of one enterprise or steward, before and after, as people read it."""

    id: int
    subject_id: int
    subject: str
    label: str
    before: str
    after: str


def first(batch: ImportBatch, limit: int | None) -> list[ImportIssue]:
    """The first issues, errors before warnings, by row; all of them without a limit."""
    rows = select(ImportIssue).where(ImportIssue.batch_id == batch.id)
    rows = rows.order_by(ImportIssue.is_warning, ImportIssue.line, ImportIssue.id)
    return list(db.session.scalars(rows.limit(limit)))


def page(batch: ImportBatch, *, warnings: bool, after: int = 0) -> list[ImportIssue]:
    """Errors, or warnings, by row, after the issue ``after``; one more than a page where there are more."""
    rows = select(ImportIssue).where(
        ImportIssue.batch_id == batch.id, ImportIssue.is_warning.is_(warnings), ImportIssue.id > after
    )
    # The rows of a file are checked in their order, so the ids follow them.
    return list(db.session.scalars(rows.order_by(ImportIssue.id).limit(PAGE + 1)))


def changes(batch: ImportBatch, *, after: int = 0) -> Sequence[Changed]:
    """Field by field what the batch changed, after the change ``after``; one more than a page where there are."""
    if batch.kind is ImportKind.STEWARDSHIPS:
        given = taking_stewardships.given_by(batch, after=after, limit=PAGE + 1)
        return [Changed(one.id, one.enterprise_id, one.name, "主管家", one.before or "", one.after) for one in given]
    if batch.kind is ImportKind.CASES:
        return [Changed(*one) for one in changes_of_cases.of_batch(batch.id, after=after, limit=PAGE + 1)]
    if batch.kind is ImportKind.ENTERPRISES:
        rows: Any = select(FactChange, Enterprise.name).join(Enterprise, Enterprise.id == FactChange.enterprise_id)
        change: Any = FactChange
    else:
        rows = select(StewardChange, User.name).join(User, User.id == StewardChange.user_id)
        change = StewardChange
    rows = rows.where(change.batch_id == batch.id, change.id > after).order_by(change.id).limit(PAGE + 1)
    return [_changed(one, name) for one, name in db.session.execute(rows)]


def _changed(one: Any, name: str) -> Changed:
    if isinstance(one, FactChange):
        return Changed(one.id, one.enterprise_id, name, fact_kinds.label_of(one.field),
                       fact_kinds.told(one.field, one.before), fact_kinds.told(one.field, one.after))
    return Changed(one.id, one.user_id, name, STEWARD_FIELDS.get(one.field, one.field), one.before, one.after)
