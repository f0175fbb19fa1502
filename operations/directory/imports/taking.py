"""企业导入: the staged rows become enterprises, changes of facts, stewardships and projects, a set at a time.

Everything here runs inside the one transaction of ``running``. What has happened since the check is seen anew: a code
that somebody else brought in meanwhile is a known one, and what another unit owns by now is left alone.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, func, or_, select

from models import clock
from models.base import db
from models.bulk import insert_tuples, update_rows
from models.directory import (
    CreditFlag,
    Enterprise,
    EnterpriseName,
    EnterpriseStatus,
    FactChange,
    ImportBatch,
    Project,
    ProjectStage,
    StagedEnterprise,
    Stewardship,
    StewardshipKind,
)
from operations.base import insert_ignoring
from operations.clocks import shanghai
from operations.directory import sizes
from operations.directory.imports.written import Writer
from operations.insight import indexing

E, S, P = Enterprise.__table__, StagedEnterprise.__table__, Project.__table__
PAGE, INDEXED_AT_ONCE, MANY = 20_000, 5000, 500
# What a row of the template says of an enterprise; an empty cell leaves what stands there.
FACTS = (
    "name", "category", "region_id", "status", "address", "industry", "staff_count", "revenue", "assets", "founded_on",
    "legal_representative", "contact_name", "contact_phone",
)
ALIKE = (
    "credit_code", "code_override", "name", "initials", "kind", "category", "region_id", "owner_unit_id", "size",
    "staff_count", "revenue", "assets", "founded_on", "row_digest",
)
OR_EMPTY = ("address", "industry", "legal_representative", "contact_name", "contact_phone")
MEASURES = ("industry", "staff_count", "revenue", "assets")


def join_by_hash(batch: ImportBatch) -> None:
    """Let PostgreSQL join a large batch by hash alone, in this transaction.

    The planner does not know what the transaction has just brought in: it took the directory for nearly empty and
    joined 194,000 rows with 194,000 by nested loops, hours instead of seconds; of 3,000 cases, five seconds.
    """
    if batch.rows_done >= MANY and db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(sa.text("SET LOCAL enable_nestloop = off"))


def take(batch: ImportBatch) -> tuple[int, int]:
    """Take every staged row in; answers how many enterprises are new and how many were changed."""
    now = clock.now()
    join_by_hash(batch)
    changed = count_changes(batch) if batch.known_count else 0
    fresh = _insert(batch, now)
    met = batch.new_count - fresh  # codes that others brought in since the check
    if batch.known_count or met:
        _change(batch, now, everywhere=bool(met))
    _appoint(batch, now)
    _project(batch, now)
    if batch.known_count or met:
        _mark(batch)
    if fresh + changed <= INDEXED_AT_ONCE:
        touched = select(E.c.id).join(S, S.c.credit_code == E.c.credit_code)
        indexing.index_enterprises(db.session.scalars(touched.where(S.c.batch_id == batch.id)))
    return fresh, changed + met


def count_changes(batch: ImportBatch) -> int:
    """How many of the known rows say something else than the directory does now."""
    rows = select(func.count()).select_from(S.join(E, E.c.credit_code == S.c.credit_code))
    return db.session.scalar(rows.where(_known(batch), or_(_differs(), _adds()))) or 0


def settle_unchanged(batch: ImportBatch) -> None:
    """Known rows that say what stands there already need no taking; their digests are kept: next time is quick."""
    same = select(S.c.line).join(E, E.c.credit_code == S.c.credit_code).where(_known(batch), ~_differs(), ~_adds())
    lines = db.session.scalars(same).all()
    if lines:
        _mark(batch, only=S.c.line.in_(same))
        db.session.execute(S.delete().where(S.c.batch_id == batch.id, S.c.line.in_(same)))


def source_of(batch: ImportBatch) -> str:
    """What stands as the source of a fact: the batch and its file."""
    return f"导入批次 {batch.id}：{batch.file_name}"[:100]


def _insert(batch: ImportBatch, now: datetime) -> int:
    values: dict[str, Any] = {name: S.c[name] for name in ALIKE}
    values |= {name: func.coalesce(S.c[name], "") for name in OR_EMPTY}
    values |= {
        "status": func.coalesce(S.c.status, EnterpriseStatus.OPERATING.value), "short_name": sa.literal(""),
        "credit_flag": sa.literal(CreditFlag.NORMAL.value), "has_green_card": sa.false(), "version": sa.literal(1),
        "source": sa.literal(source_of(batch)), "import_batch_id": sa.literal(batch.id),
        "quiet_since": sa.literal(now, E.c.quiet_since.type), "created_at": sa.literal(now, E.c.created_at.type),
        "suspended_from": sa.case((S.c.status == EnterpriseStatus.SUSPENDED.value, sa.literal(_day(now)))),
    }
    # In the order of the codes: two imports that meet wait for one another, and never in a circle.
    rows = select(*values.values()).where(S.c.batch_id == batch.id, ~S.c.is_known).order_by(S.c.credit_code)
    inserting = insert_ignoring(E).from_select(list(values), rows)
    made: Any = db.session.execute(inserting, execution_options={"preserve_rowcount": True})
    return int(made.rowcount)


def _change(batch: ImportBatch, now: datetime, *, everywhere: bool) -> None:
    """Field by field into fact_changes, then all the fields in one statement."""
    condition = and_(_of_batch(batch) if everywhere else _known(batch), _differs())
    if everywhere:
        condition = and_(condition, E.c.import_batch_id.is_distinct_from(batch.id))
    writer, is_any = Writer(), False
    for rows in _pages(condition):
        is_any = True
        _note(batch, now, rows=rows, writer=writer)
    if is_any:
        values: dict[str, Any] = {name: func.coalesce(S.c[name], E.c[name]) for name in FACTS}
        values |= {
            "status": func.coalesce(S.c.status, _revived()),
            "initials": S.c.initials,
            "owner_unit_id": func.coalesce(E.c.owner_unit_id, S.c.owner_unit_id),
            "version": E.c.version + 1,
            "row_digest": S.c.row_digest,
        }
        changing = sa.update(E).where(E.c.credit_code == S.c.credit_code, condition).values(values)
        db.session.execute(changing)
        _grade(writer.measured)


def _pages(condition: Any) -> Iterator[Sequence[Any]]:
    """The rows that will change, locked, as they are and as the file says."""
    before = [E.c[name].label(f"was_{name}") for name in (*FACTS, "owner_unit_id", "size")]
    said = [S.c[name].label(f"says_{name}") for name in (*FACTS, "owner_unit_id")]
    rows = select(E.c.id, S.c.line, *before, *said).join(S, S.c.credit_code == E.c.credit_code).where(condition)
    rows, line = rows.order_by(S.c.line).limit(PAGE).with_for_update(of=E), 0
    while page := db.session.execute(rows.where(S.c.line > line)).all():
        yield page
        line = page[-1].line


def _note(batch: ImportBatch, now: datetime, *, rows: Sequence[Any], writer: Writer) -> None:
    source, today = source_of(batch), _day(now)
    changes, names = [], []
    for row in rows:
        for field, before, after in writer.differences(row, FACTS):
            changes.append((row.id, field, before, after, source, batch.id, batch.uploaded_by_id, now))
            if field == "name":
                names.append((row.id, before, today, source))
    columns = ("enterprise_id", "field", "before", "after", "source", "batch_id", "changed_by_id", "changed_at")
    insert_tuples(db.session.connection(), FactChange.__table__, columns, changes)
    insert_tuples(
        db.session.connection(), EnterpriseName.__table__, ("enterprise_id", "name", "ended_on", "reason"), names
    )


def _grade(measured: dict[int, Any]) -> None:
    """规模 follows from what was changed."""
    rows = [{"id": enterprise_id, "size": sizes.size_of(facts)} for enterprise_id, facts in measured.items()]
    update_rows(db.session.connection(), E, rows)


def _appoint(batch: ImportBatch, now: datetime) -> None:
    """主管家 where there is none; a present one is never changed by a file."""
    has_one = select(Stewardship.id).where(_is_main()).correlate(E)
    table = Stewardship.__table__
    rows = select(
        E.c.id, S.c.steward_id, sa.literal(StewardshipKind.MAIN.value), sa.literal(now, table.c.started_at.type),
        sa.literal(source_of(batch)),
    ).join(S, S.c.credit_code == E.c.credit_code).where(
        _of_batch(batch), S.c.steward_id.is_not(None), ~has_one.exists()
    )
    names = ["enterprise_id", "steward_id", "kind", "started_at", "reason"]
    db.session.execute(insert_ignoring(table).from_select(names, rows))


def _project(batch: ImportBatch, now: datetime) -> None:
    """项目: a new one, or what the row says anew of the one of that name."""
    named = and_(_of_batch(batch), S.c.project_name.is_not(None))
    if not db.session.scalar(select(S.c.line).where(S.c.batch_id == batch.id, S.c.project_name.is_not(None)).limit(1)):
        return
    same = and_(P.c.enterprise_id == E.c.id, P.c.name == S.c.project_name)
    investment = func.coalesce(S.c.project_investment, P.c.investment)
    stage = func.coalesce(S.c.project_stage, P.c.stage)
    differs = or_(P.c.investment.is_distinct_from(investment), P.c.stage.is_distinct_from(stage))
    renewing = sa.update(P).where(same, E.c.credit_code == S.c.credit_code, named, differs)
    db.session.execute(renewing.values(investment=investment, stage=stage))
    rows = select(
        E.c.id, S.c.project_name, S.c.project_investment,
        func.coalesce(S.c.project_stage, ProjectStage.PREPARING.value), sa.false(),
        sa.literal(now, P.c.created_at.type),
    ).join(S, S.c.credit_code == E.c.credit_code).where(named)
    columns = ["enterprise_id", "name", "investment", "stage", "has_green_card", "created_at"]
    db.session.execute(insert_ignoring(P).from_select(columns, rows))


def _mark(batch: ImportBatch, *, only: Any = None) -> None:
    """Every known row of the batch stands in the directory now: the digests say so."""
    marking = sa.update(E).where(E.c.credit_code == S.c.credit_code, _known(batch),
                                 E.c.row_digest.is_distinct_from(S.c.row_digest))
    db.session.execute((marking if only is None else marking.where(only)).values(row_digest=S.c.row_digest))


def _of_batch(batch: ImportBatch) -> Any:
    """Rows of the batch whose enterprise its unit may change: its own, or nobody's."""
    mine = and_(S.c.batch_id == batch.id, E.c.merged_into_id.is_(None))
    if batch.unit_id is None:
        return mine
    return and_(mine, or_(E.c.owner_unit_id == batch.unit_id, E.c.owner_unit_id.is_(None)))


def _known(batch: ImportBatch) -> Any:
    return and_(_of_batch(batch), S.c.is_known)


def _differs() -> Any:
    said = (and_(S.c[name].is_not(None), S.c[name].is_distinct_from(E.c[name])) for name in FACTS)
    unowned = and_(E.c.owner_unit_id.is_(None), S.c.owner_unit_id.is_not(None))
    return or_(*said, unowned)


def _adds() -> Any:
    """Whether the row adds what is no fact of the enterprise itself: a 主管家 where there is none, a project."""
    has_one = select(Stewardship.id).where(_is_main())
    same = select(P.c.id).where(
        P.c.enterprise_id == E.c.id, P.c.name == S.c.project_name,
        or_(S.c.project_investment.is_(None), S.c.project_investment == P.c.investment),
        or_(S.c.project_stage.is_(None), S.c.project_stage == P.c.stage),
    )
    return or_(
        and_(S.c.steward_id.is_not(None), ~has_one.correlate(E).exists()),
        and_(S.c.project_name.is_not(None), ~same.correlate(E, S).exists()),
    )


def _is_main() -> Any:
    main = Stewardship.kind == StewardshipKind.MAIN
    return and_(Stewardship.enterprise_id == E.c.id, main, Stewardship.ended_at.is_(None))


def _revived() -> Any:
    """An enterprise that an undone import had left to nobody is there again."""
    gone = and_(E.c.owner_unit_id.is_(None), E.c.status == EnterpriseStatus.DEREGISTERED.value)
    return sa.case((gone, EnterpriseStatus.OPERATING.value), else_=E.c.status)


def _day(now: datetime) -> Any:
    return shanghai.day_of(now)
