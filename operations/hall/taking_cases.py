"""计数办件导入: the staged rows are counted, or wait for their codes; and go back out while nobody has rated them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, exists, func, literal, or_, select

from models import clock
from models.base import Base, db
from models.bulk import among, update_rows
from models.directory import ImportBatch, ImportIssue
from models.hall_intake import ArrivedCase, IntakeWay, StagedCase
from operations.base import insert_ignoring
from operations.directory.imports import taking
from operations.errors import Refused
from operations.hall import days, letting_in, settling
from operations.hall.case_rows import NUMBER
from operations.hall.days import Counts
from operations.hall.settling import C, H, V

S, A = StagedCase.__table__, ArrivedCase.__table__
WAITS = tuple(column.name for column in A.c if column.name in S.c and column.name not in ("id", "batch_id"))
STAYS = "已评价，内容不再改动"
# What a file itself leaves at a case, and the lot that was drawn for it: neither a call nor a rating.
NO_HINDRANCE = {"case_versions", "follow_up_draws"}


def take(batch: ImportBatch) -> tuple[int, int]:
    """Take every staged row in; answers how many cases are new and how many took a later version."""
    taking.join_by_hash(batch)
    mine = S.c.batch_id == batch.id
    ready = db.session.scalar(select(func.count()).select_from(S).where(mine, S.c.is_ready)) or 0
    settled = settling.settle(S, mine, batch_id=batch.id, actor_id=batch.uploaded_by_id, ready=ready)
    waiting = _let_wait(batch)
    came = select(S.c.number).where(mine, S.c.is_ready)
    db.session.execute(sa.delete(A).where(A.c.system_id == batch.system_id, A.c.number.in_(came)))
    _note(batch, Counts(
        new=settled.new, changed=settled.changed, waiting=waiting, refused=batch.bad_count,
        repeated=batch.unchanged_count + max(0, ready - settled.new - settled.changed),
    ))
    letting_in.let_in(batch.system_id or 0)  # what was matched while the file waited to be let in
    return settled.new, settled.changed


def count_changes(batch: ImportBatch) -> int:
    """How many of the staged rows are of a case that is there, and say something else."""
    counted = exists().where(settling.same_case(S), C.c.withdrawn_at.is_(None))
    waiting = exists().where(A.c.system_id == S.c.system_id, A.c.number == S.c.number)
    rows = select(func.count()).select_from(S).where(S.c.batch_id == batch.id, or_(counted, waiting))
    return db.session.scalar(rows) or 0


def settle_unchanged(batch: ImportBatch) -> None:
    """Rows that say what stands there already are done; so are those of rated cases, with a word to who sent them."""
    there = select(S.c.line).join(H, H.c.id == S.c.system_id).join(
        C, and_(C.c.system == H.c.code, C.c.number == S.c.number)
    ).where(S.c.batch_id == batch.id, C.c.withdrawn_at.is_(None))
    _tell_of_rated(batch, there.where(settling.is_rated(), settling.differs(S)))
    _drop(batch, there.where(or_(settling.is_rated(), and_(S.c.is_ready, ~settling.differs(S)))))
    same = and_(*(A.c[name].is_not_distinct_from(S.c[name]) for name in WAITS))
    _drop(batch, select(S.c.line).join(A, and_(A.c.system_id == S.c.system_id, A.c.number == S.c.number)).where(
        S.c.batch_id == batch.id, ~S.c.is_ready, same))


def note_unchanged(batch: ImportBatch, *, unchanged: int) -> None:
    """A file that brought nothing new is counted as well."""
    _note(batch, Counts(repeated=unchanged, refused=batch.bad_count))


def undo(batch: ImportBatch) -> None:
    """What the batch changed says again what it said, and what it brought in counts nowhere. Raises Refused."""
    brought = and_(C.c.batch_id == batch.id, C.c.withdrawn_at.is_(None))
    changed = select(V.c.case_id).where(V.c.batch_id == batch.id)
    db.session.execute(select(C.c.id).where(or_(brought, C.c.id.in_(changed))).order_by(C.c.id).with_for_update())
    _ensure_free(batch, brought, changed)
    _put_back(batch)
    db.session.execute(sa.update(C).where(brought).values(withdrawn_at=clock.now()))
    db.session.execute(sa.delete(A).where(A.c.batch_id == batch.id))


def _note(batch: ImportBatch, counts: Counts) -> None:
    table = ImportBatch.__table__
    db.session.execute(sa.update(table).where(table.c.id == batch.id).values(waiting_count=counts.waiting))
    days.add(batch.system_id or 0, IntakeWay.FILE, counts)


def _let_wait(batch: ImportBatch) -> int:
    """Rows whose codes are not matched wait; a later version of what waits already takes its place."""
    waits = and_(S.c.batch_id == batch.id, ~S.c.is_ready)
    earlier = select(S.c.number).where(waits)
    db.session.execute(sa.delete(A).where(A.c.system_id == batch.system_id, A.c.number.in_(earlier)))
    rows = select(literal(batch.id, sa.Integer), literal(clock.now(), A.c.arrived_at.type),
                  *(S.c[name] for name in WAITS))
    names = ["batch_id", "arrived_at", *WAITS]
    inserting = insert_ignoring(A).from_select(names, rows.where(waits).order_by(S.c.number))
    made: Any = db.session.execute(inserting, execution_options={"preserve_rowcount": True})
    return int(made.rowcount)


def _drop(batch: ImportBatch, lines: Any) -> None:
    db.session.execute(sa.delete(S).where(S.c.batch_id == batch.id, S.c.line.in_(lines)))


def _tell_of_rated(batch: ImportBatch, lines: Any) -> None:
    table = ImportIssue.__table__
    rows = lines.with_only_columns(
        literal(batch.id, sa.Integer), S.c.line, literal(NUMBER), S.c.number, literal(STAYS), sa.true()
    ).order_by(S.c.line)
    names = ["batch_id", "line", "field", "value", "reason", "is_warning"]
    told: Any = db.session.execute(sa.insert(table).from_select(names, rows),
                                   execution_options={"preserve_rowcount": True})
    if told.rowcount > 0:
        batches = ImportBatch.__table__
        more = batches.c.warned_count + told.rowcount
        db.session.execute(sa.update(batches).where(batches.c.id == batch.id).values(warned_count=more))


def _ensure_free(batch: ImportBatch, brought: Any, changed: Any) -> None:
    touched = or_(brought, C.c.id.in_(changed))
    hindrances = [
        exists().where(key.parent == C.c.id) for table in Base.metadata.sorted_tables for key in table.foreign_keys
        if key.column is C.c.id and table.name not in NO_HINDRANCE
    ]
    found = db.session.scalar(select(C.c.number).where(touched, or_(*hindrances)).order_by(C.c.id).limit(1))
    if found:
        raise Refused(f"不能撤销：办件 {found} 已经评价或回访过。")
    later, one = V.alias("later"), V
    again = select(C.c.number).join(one, one.c.case_id == C.c.id).where(one.c.batch_id == batch.id, exists().where(
        later.c.case_id == one.c.case_id, later.c.id > one.c.id))
    renewed = select(C.c.number).where(brought, exists().where(V.c.case_id == C.c.id))
    found = db.session.scalar(again.union_all(renewed).limit(1))
    if found:
        raise Refused(f"不能撤销：办件 {found} 后来又来过新的版本。")


def _put_back(batch: ImportBatch) -> None:
    """The version of before stands again; the one that was undone is kept as a version of its own."""
    kept = [name for name in V.c.keys() if name in C.c and name not in ("id", "batch_id")]
    undone = db.session.execute(select(V).where(V.c.batch_id == batch.id).order_by(V.c.id)).all()
    if not undone:
        return
    ids = [row.case_id for row in undone]
    now = select(C.c.id, literal(clock.now(), V.c.replaced_at.type), *(C.c[name] for name in kept)).where(
        among(C.c.id, "undone", ids=ids))
    db.session.execute(sa.insert(V).from_select(["case_id", "replaced_at", *kept], now))
    rows = [{"id": row.case_id, **{name: getattr(row, name) for name in kept}} for row in undone]
    update_rows(db.session.connection(), C, rows)
