"""有误的行: given back as the same sheet with the reason in one more column, to be mended and imported again."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import literal, select, tuple_

from models.base import db
from models.directory import ImportBatch, ImportIssue
from operations.directory.imports import templates
from operations.directory.imports.batches import ImportRules
from operations.directory.imports.templates import REASON
from operations.errors import BadInput
from operations.files import path_of
from operations.tables import lines, writing
from operations.tables.opening import Cell

PORTION = 4000
NONE = (0, "")


def write(batch: ImportBatch, target: Path, *, rules: ImportRules) -> None:
    """Write the bad rows of the batch's file to an .xlsx: the template's columns as they were, and 原因.

    Raises BadInput when the file is gone or the target cannot be written.
    """
    kept = beside(batch, rules=rules)
    if kept.exists():
        target.write_bytes(kept.read_bytes())
    else:
        write_anew(batch, target, rules=rules)


def write_anew(batch: ImportBatch, target: Path, *, rules: ImportRules) -> None:
    """The same out of the file itself, without the columns that nobody is to see."""
    reasons = _reasons(batch.id)
    source, kind, sheet_name = path_of(rules.folder, batch.stored_name), batch.kind, templates.TITLES[batch.kind]
    stream = lines.stream(source, templates.wanted(kind), most_rows=rules.most_rows)
    names = [column.name for column in templates.COLUMNS[kind]
             if column.name in stream.columns and not column.is_unseen]
    try:
        with writing.workbook(target) as book:
            sheet = book.add_worksheet(sheet_name.replace("/", " ")[:31])
            sheet.write_row(0, 0, [*names, REASON])
            place, (bad, why) = 0, next(reasons, NONE)
            for line, row in stream.rows():
                if line == bad:
                    place += 1
                    cells = [_written(row[stream.columns[name]]) for name in names]
                    sheet.write_row(place, 0, [*cells, f"第 {line} 行　{why}"])
                    bad, why = next(reasons, NONE)
    except OSError:
        raise BadInput(f"写不了文件 {target.name}，请检查路径和权限。") from None


def _reasons(batch_id: int) -> Iterator[tuple[int, str]]:
    """The bad lines in their order, each with all that is wrong with it.

    A portion at a time: a year of a hall may be wrong in every row, and no statement waits for a file to be written.
    """
    columns = (ImportIssue.line, ImportIssue.id, ImportIssue.field, ImportIssue.reason)
    rows = select(*columns).where(ImportIssue.batch_id == batch_id, ImportIssue.is_warning.is_(False))
    rows = rows.order_by(*columns[:2]).limit(PORTION)

    def found() -> Iterator[Any]:
        mark = (0, 0)
        while portion := db.session.execute(rows.where(tuple_(*columns[:2]) > tuple_(*map(literal, mark)))).all():
            yield from portion
            mark = (portion[-1].line, portion[-1].id)

    for line, issues in groupby(found(), key=lambda issue: issue.line):
        yield line, "；".join(f"{issue.field}：{issue.reason}" for issue in issues)


def beside(batch: ImportBatch, *, rules: ImportRules) -> Path:
    """Where the bad rows of a file lie that has been put away."""
    return path_of(rules.folder, batch.stored_name).with_suffix(".bad")


def _written(cell: Cell) -> str | float | int | bool | None:
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    if cell == "":
        return None
    return cell if cell is None or isinstance(cell, str | int | float) else str(cell)
