"""包保关系导入: the staged rows become 主管家 by the same dated rows, events and messages as by hand; and go back."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.directory import Enterprise, ImportBatch, StagedStewardship, Stewardship
from operations.access.actor import SYSTEM, Actor, Standing
from operations.access.people import standings
from operations.directory import tenures
from operations.directory.imports import batches
from operations.directory.tenures import Change
from operations.errors import Refused

S = StagedStewardship.__table__
PAGE = 2000
BY_FILE = "按文件指派"


def take(batch: ImportBatch) -> tuple[int, int]:
    """Take every staged row in; answers how many enterprises have a first steward and how many another one."""
    actor = _uploader(batch)
    standing = batches.standing_for(actor, batch.unit_id)
    fresh = changed = 0
    for rows in _pages(batch):
        mains = tenures.mains_of([row.enterprise_id for row in rows])
        opened = tenures.change([
            Change(row.enterprise_id, row.steward_id, reason_of(batch, row.reason),
                   _id_of(mains.get(row.enterprise_id)))
            for row in rows if _steward_of(mains.get(row.enterprise_id)) != row.steward_id
        ], actor=actor, standing=standing)
        changed += len(opened.keys() & mains.keys())
        fresh += len(opened.keys() - mains.keys())
    return fresh, changed


def count_changes(batch: ImportBatch) -> int:
    """How many of the staged rows give an enterprise to somebody else than who has it now."""
    rows = select(func.count()).select_from(S).join(
        Stewardship, and_(Stewardship.enterprise_id == S.c.enterprise_id, tenures.is_main(),
                          Stewardship.ended_at.is_(None), Stewardship.steward_id != S.c.steward_id)
    )
    return db.session.scalar(rows.where(S.c.batch_id == batch.id)) or 0


def settle_unchanged(_batch: ImportBatch) -> None:
    """Rows that say what stands there are not staged."""


def reason_of(batch: ImportBatch, words: str) -> str:
    """The reason kept with the stewardship: what the file says, and which file it was."""
    return f"{words or BY_FILE}{_mark(batch)}"


def undo(batch: ImportBatch, *, actor: Actor, standing: Standing) -> None:
    """Every enterprise back to the steward it had, by a row of its own. Raises Refused, naming what stands against."""
    given = db.session.execute(
        select(Stewardship.id, Stewardship.enterprise_id, Stewardship.started_at, Stewardship.ended_at, Enterprise.name)
        .join(Enterprise, Enterprise.id == Stewardship.enterprise_id)
        .where(Stewardship.reason.endswith(_mark(batch), autoescape=True))
    ).all()
    _refuse([row.name for row in given if row.ended_at is not None], "的管家后来又改过")
    before = _before(batch)
    _refuse([name for _, name, is_steward in before.values() if not is_steward], "原来的管家已不再担任")
    back = [
        Change(row.enterprise_id, before[row.enterprise_id][0], f"撤销导入批次 {batch.id}", row.id)
        for row in given if row.enterprise_id in before
    ]
    tenures.change(back, actor=actor, standing=standing)
    tenures.end({row.enterprise_id: row.id for row in given if row.enterprise_id not in before}, clock.now())


def given_by(batch: ImportBatch, *, after: int, limit: int) -> Sequence[Any]:
    """Rows of the batch with the name of the enterprise, of the steward and of the one before."""
    former, was = aliased(Stewardship), aliased(User)
    rows = (
        select(Stewardship.id, Stewardship.enterprise_id, Enterprise.name, was.name.label("before"),
               User.name.label("after"))
        .join(Enterprise, Enterprise.id == Stewardship.enterprise_id)
        .join(User, User.id == Stewardship.steward_id)
        .outerjoin(former, _preceding(former))
        .outerjoin(was, was.id == former.steward_id)
        .where(Stewardship.reason.endswith(_mark(batch), autoescape=True), Stewardship.id > after)
    )
    return db.session.execute(rows.order_by(Stewardship.id).limit(limit)).all()


def _before(batch: ImportBatch) -> dict[int, tuple[int, str, bool]]:
    """By enterprise: who had it, its name, and whether they are a steward still."""
    former = aliased(Stewardship)
    rows = (
        select(Stewardship.enterprise_id, former.steward_id, Enterprise.name, _is_steward(former.steward_id))
        .join(former, _preceding(former))
        .join(Enterprise, Enterprise.id == Stewardship.enterprise_id)
        .where(Stewardship.reason.endswith(_mark(batch), autoescape=True))
    )
    return {firm: (steward, name, is_steward) for firm, steward, name, is_steward in db.session.execute(rows)}


def _preceding(former: Any) -> Any:
    return and_(former.enterprise_id == Stewardship.enterprise_id, tenures.is_main(former),
                former.ended_at == Stewardship.started_at)


def _is_steward(user_id: Any) -> Any:
    is_open = or_(Post.ended_at.is_(None), Post.ended_at > clock.now())
    return exists().where(Post.user_id == user_id, Post.role == Role.STEWARD, is_open)


def _mark(batch: ImportBatch) -> str:
    return f"（导入批次 {batch.id}）"


def _uploader(batch: ImportBatch) -> Actor:
    if batch.uploaded_by_id is None:
        return SYSTEM
    name = db.session.scalar(select(User.name).where(User.id == batch.uploaded_by_id)) or ""
    return Actor(batch.uploaded_by_id, name, standings(batch.uploaded_by_id))


def _pages(batch: ImportBatch) -> Iterator[Sequence[Any]]:
    """The staged rows that may still be taken: the enterprise is the unit's as before, the person a steward."""
    rows = select(S).join(Enterprise, Enterprise.id == S.c.enterprise_id).where(
        S.c.batch_id == batch.id, Enterprise.merged_into_id.is_(None), _is_steward(S.c.steward_id)
    )
    if batch.unit_id is not None:
        rows = rows.where(Enterprise.owner_unit_id == batch.unit_id)
    line = 0
    while page := db.session.execute(rows.where(S.c.line > line).order_by(S.c.line).limit(PAGE)).all():
        yield page
        line = page[-1].line


def _id_of(main: Any) -> int | None:
    return main.id if main is not None else None


def _steward_of(main: Any) -> int | None:
    return main.steward_id if main is not None else None


def _refuse(names: Sequence[str], why: str) -> None:
    if names:
        more = "等" if len(names) > 3 else ""
        raise Refused(f"不能撤销：{'、'.join(names[:3])}{more}{why}。请逐家处理。")
