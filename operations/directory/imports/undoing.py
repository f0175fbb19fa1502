"""撤销: what a batch changed goes back, and what it brought in is taken out of use, while nothing depends on it.

Nothing is deleted: an enterprise that a batch brought in stays as 注销 and nobody's, with the change on record; the next
import of its code takes it up again (docs/decisions.md). A steward's account is closed and the post ended.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from models import clock
from models.access import LoginSession, Post, Role, User
from models.base import Base, db
from models.bulk import among, insert_tuples
from models.directory import (
    Enterprise,
    EnterpriseStatus,
    FactChange,
    ImportBatch,
    ImportKind,
    ImportState,
    Region,
    Steward,
    StewardChange,
    Stewardship,
)
from operations.access.actor import Actor
from operations.base import be_patient, operation
from operations.directory.fact_kinds import FACTS
from operations.directory.imports import batches, taking, taking_stewards, taking_stewardships
from operations.directory.names import initials_of
from operations.errors import Refused
from operations.hall import taking_cases

E = Enterprise.__table__
# Tables that a batch itself fills, or that repeat what stands elsewhere.
NO_HINDRANCE = {"enterprises", "enterprise_search", "fact_changes", "projects", "stewardships", "enterprise_names"}
NAMED, UNDOING = 3, "撤销导入批次"


@operation
def undo(batch: ImportBatch, *, actor: Actor) -> None:
    """撤销：all of it or nothing. Raises Refused, naming what stands against it."""
    standing = batches.standing_for(actor, batch.unit_id)
    be_patient()
    taking.join_by_hash(batch)
    if not batches.moved(batch, ImportBatch.state == ImportState.IMPORTED, state=ImportState.UNDONE):
        raise Refused("只有已导入的批次可以撤销，请刷新页面查看。")
    if batch.kind is ImportKind.ENTERPRISES:
        _ensure_nothing_depends(batch)
        _put_back(batch, actor)
        _take_out(batch, actor)
    elif batch.kind is ImportKind.STEWARDSHIPS:
        taking_stewardships.undo(batch, actor=actor, standing=standing)
    elif batch.kind is ImportKind.CASES:
        taking_cases.undo(batch)
    else:
        _ensure_stewards_are_free(batch)
        _put_stewards_back(batch)
        _close_accounts(batch)
    batches.note("import.undo", batch, actor=actor, standing=standing)


def _ensure_nothing_depends(batch: ImportBatch) -> None:
    mine = select(E.c.name).where(E.c.import_batch_id == batch.id)
    found = db.session.scalars(mine.where(or_(*_hindrances(batch))).order_by(E.c.id).limit(NAMED + 1)).all()
    _refuse(found, "已有走访、诉求、认领、包保调整或资料变更")
    later = aliased(FactChange)
    overwritten = (
        select(E.c.name)
        .join(FactChange, FactChange.enterprise_id == E.c.id)
        .where(FactChange.batch_id == batch.id, exists().where(
            later.enterprise_id == FactChange.enterprise_id, later.field == FactChange.field, later.id > FactChange.id,
            _still_counts(later),
        ))
        .distinct()
    )
    _refuse(db.session.scalars(overwritten.limit(NAMED + 1)).all(), "的同一项资料后来又改过")


def _refuse(names: Sequence[str], why: str) -> None:
    if names:
        more = "等" if len(names) > NAMED else ""
        raise Refused(f"不能撤销：{'、'.join(names[:NAMED])}{more}{why}。请逐家处理。")


def _hindrances(batch: ImportBatch) -> list[Any]:
    """Whatever else came to hang on an enterprise of the batch: rows of every table that points at enterprises."""
    source = taking.source_of(batch)
    own = and_(Stewardship.reason == source, Stewardship.ended_at.is_(None))
    found = [
        E.c.claimed_at.is_not(None), E.c.merged_into_id.is_not(None),
        exists().where(FactChange.enterprise_id == E.c.id, _still_counts(FactChange)),
        exists().where(Stewardship.enterprise_id == E.c.id, ~own),
    ]
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column is E.c.id and table.name not in NO_HINDRANCE:
                found.append(exists().where(key.parent == E.c.id))
    return found


def _still_counts(change: Any) -> Any:
    """Neither the change of a batch that was undone itself, nor the undoing of one."""
    undone = select(ImportBatch.id).where(ImportBatch.state == ImportState.UNDONE)
    counts = or_(change.batch_id.is_(None), change.batch_id.not_in(undone))
    return and_(counts, ~change.source.startswith(UNDOING)) if hasattr(change, "source") else counts


def _put_back(batch: ImportBatch, actor: Actor) -> None:
    """Every changed field as it was, with a change of its own on record."""
    reader = _Reader()
    rows = select(FactChange).where(FactChange.batch_id == batch.id).order_by(FactChange.id)
    changes = list(db.session.scalars(rows))
    by_field: dict[str, list[dict[str, Any]]] = {}
    for one in changes:
        value = reader.value(one.field, one.before)
        by_field.setdefault(one.field, []).append({"one": one.enterprise_id, "was": value})
    for field, values in by_field.items():
        setting: dict[str, Any] = {field: sa.bindparam("was", type_=E.c[field].type), "version": E.c.version + 1}
        if field == "name":
            setting["initials"] = sa.bindparam("initials")
            values = [{**value, "initials": initials_of(value["was"])} for value in values]
        putting = sa.update(E).where(E.c.id == sa.bindparam("one")).values(setting)
        db.session.connection().execute(putting, values)
    _record(batch, actor, [(one.enterprise_id, one.field, one.after, one.before) for one in changes])
    _end_stewardships(batch)


def _take_out(batch: ImportBatch, actor: Actor) -> None:
    """What the batch brought in is 注销 and nobody's from now on."""
    mine = E.c.import_batch_id == batch.id
    gone = EnterpriseStatus.DEREGISTERED
    rows = db.session.execute(select(E.c.id, E.c.status).where(mine, E.c.status != gone)).all()
    _record(batch, actor, [(row.id, "status", str(row.status), str(gone)) for row in rows])
    taking_out = sa.update(E).where(mine).values(
        status=gone, owner_unit_id=None, import_batch_id=None, version=E.c.version + 1
    )
    db.session.execute(taking_out)


def _end_stewardships(batch: ImportBatch) -> None:
    ending = sa.update(Stewardship).where(
        Stewardship.reason == taking.source_of(batch), Stewardship.ended_at.is_(None)
    )
    db.session.execute(ending.values(ended_at=clock.now()), execution_options={"synchronize_session": False})


def _record(batch: ImportBatch, actor: Actor, changes: Sequence[tuple[int, str, str, str]]) -> None:
    now, source = clock.now(), f"{UNDOING} {batch.id}"
    columns = ("enterprise_id", "field", "before", "after", "source", "changed_by_id", "changed_at")
    rows = [(*change, source, actor.user_id, now) for change in changes]
    insert_tuples(db.session.connection(), FactChange.__table__, columns, rows)


class _Reader:
    """From the text that FactChange keeps back to the stored value."""

    def __init__(self) -> None:
        self.regions: dict[str, int] = {
            code: row_id for code, row_id in db.session.execute(select(Region.code, Region.id))
        }

    def value(self, field: str, text: str) -> Any:
        if field == "region_id":
            return self.regions[text.partition(" ")[0]]
        if field == "owner_unit_id":
            return int(text.partition(" ")[0]) if text else None
        return FACTS[field].read(text)


def _ensure_stewards_are_free(batch: ImportBatch) -> None:
    mine = select(User.name).join(Steward, Steward.user_id == User.id).where(Steward.import_batch_id == batch.id)
    busy = or_(
        User.first_signed_in_at.is_not(None), exists().where(Stewardship.steward_id == User.id),
        exists().where(StewardChange.user_id == User.id, _still_counts(StewardChange)),
        select(func.count()).where(Post.user_id == User.id).scalar_subquery() > 1,
        exists().where(LoginSession.user_id == User.id),
    )
    _refuse(db.session.scalars(mine.where(busy).limit(NAMED + 1)).all(), "已登录过、已有包保企业或资料又改过")
    later = aliased(StewardChange)
    overwritten = (
        select(User.name)
        .join(StewardChange, StewardChange.user_id == User.id)
        .where(StewardChange.batch_id == batch.id, exists().where(
            later.user_id == StewardChange.user_id, later.field == StewardChange.field, later.id > StewardChange.id,
            _still_counts(later),
        ))
        .distinct()
    )
    _refuse(db.session.scalars(overwritten.limit(NAMED + 1)).all(), "的同一项资料后来又改过")


def _put_stewards_back(batch: ImportBatch) -> None:
    changes = db.session.scalars(select(StewardChange).where(StewardChange.batch_id == batch.id)).all()
    for field in taking_stewards.FIELDS:
        taking_stewards.write(field, {
            one.user_id: _steward_value(field, one.before) for one in changes if one.field == field
        })
    _close([one.user_id for one in changes if one.field == taking_stewards.LEFT])


def _steward_value(field: str, text: str) -> Any:
    if field in ("capacity", "grid_id"):
        return int(text) if text else None
    return text


def _close_accounts(batch: ImportBatch) -> None:
    mine = select(Steward.user_id).where(Steward.import_batch_id == batch.id)
    _close(db.session.scalars(mine).all())


def _close(user_ids: Sequence[int]) -> None:
    """The account is shut, its steward's posts end, and the person has left the duty."""
    connection, now, asked = db.session.connection(), clock.now(), {"ids": list(user_ids)}
    users, posts, stewards = User.__table__, Post.__table__, Steward.__table__
    connection.execute(sa.update(users).where(among(users.c.id)).values(is_active=False), asked)
    open_ones = (among(posts.c.user_id), posts.c.role == Role.STEWARD, posts.c.ended_at.is_(None))
    connection.execute(sa.update(posts).where(*open_ones).values(ended_at=now), asked)
    connection.execute(sa.update(stewards).where(among(stewards.c.user_id)).values(left_at=now), asked)
