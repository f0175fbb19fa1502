"""管家导入: the staged rows become accounts that cannot sign in yet, posts of a steward, and what is known of them."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from models import clock
from models.access import Post, Role, User
from models.access.posts import ADMINISTRATORS
from models.base import db
from models.bulk import among, insert_returning, insert_rows, update_rows
from models.directory import ImportBatch, StagedSteward, Steward, StewardChange

S = StagedSteward.__table__
PAGE = 5000
CAPACITY, LEFT = 60, "left_at"
FIELDS = ("name", "steward_class", "position", "grid_id", "capacity")


def take(batch: ImportBatch) -> tuple[int, int]:
    """Take every staged row in; answers how many stewards are new and how many were changed."""
    fresh = 0
    for rows in _pages(select(S).where(S.c.batch_id == batch.id, S.c.user_id.is_(None))):
        fresh += _register(batch, rows)
    return fresh, _change(batch)


def count_changes(batch: ImportBatch) -> int:
    """How many of the known rows say something else than the directory does now."""
    return len({user_id for user_id, *_ in _differences(batch)})


def settle_unchanged(_batch: ImportBatch) -> None:
    """Nothing is kept of rows that say what stands there already."""


def _register(batch: ImportBatch, rows: Sequence[Any]) -> int:
    """Accounts, posts and stewards; a username that somebody took since the check is left out."""
    now, connection = clock.now(), db.session.connection()
    accounts = [
        {"username": row.username, "name": row.name, "phone": row.phone, "is_active": True, "created_at": now}
        for row in rows
    ]
    ids = insert_returning(connection, User.__table__, accounts, key="username")
    made = [(ids[row.username], row) for row in rows if row.username in ids]
    insert_rows(connection, Post.__table__, [
        {"user_id": user_id, "role": Role.STEWARD, "organisation_id": row.organisation_id, "region_id": row.region_id,
         "title": row.position or "企业管家", "rank": 9, "started_at": now}
        for user_id, row in made
    ])
    insert_rows(connection, Steward.__table__, [
        {"user_id": user_id, "owner_unit_id": batch.unit_id or row.organisation_id, "steward_class": row.steward_class,
         "position": row.position or "", "grid_id": row.grid_id, "capacity": row.capacity or CAPACITY,
         "import_batch_id": batch.id, "registered_at": now}
        for user_id, row in made
    ])
    return len(made)


def _change(batch: ImportBatch) -> int:
    """Each changed field is kept before and after, then written."""
    now, changed = clock.now(), list(_differences(batch))
    insert_rows(db.session.connection(), StewardChange.__table__, [
        {"user_id": user_id, "field": field, "before": _text(before), "after": _text(after), "batch_id": batch.id,
         "changed_by_id": batch.uploaded_by_id, "changed_at": now}
        for user_id, field, before, after in changed
    ])
    for field in FIELDS:
        write(field, {user_id: after for user_id, name, _, after in changed if name == field})
    _welcome_back(batch, [user_id for user_id, field, *_ in changed if field == LEFT])
    return len({user_id for user_id, *_ in changed})


def _welcome_back(batch: ImportBatch, user_ids: list[int]) -> None:
    """Whoever had left and is reported again: a new post, and the account is open."""
    connection, now, asked = db.session.connection(), clock.now(), {"ids": user_ids}
    if not user_ids:
        return
    connection.execute(sa.update(User.__table__).where(among(User.__table__.c.id)).values(is_active=True), asked)
    table = Steward.__table__
    connection.execute(sa.update(table).where(among(table.c.user_id)).values(left_at=None), asked)
    administers = select(Post.user_id).where(Post.ended_at.is_(None), Post.role.in_(ADMINISTRATORS))
    rows = select(S).where(S.c.batch_id == batch.id, among(S.c.user_id), S.c.user_id.not_in(administers))
    insert_rows(connection, Post.__table__, [
        {"user_id": row.user_id, "role": Role.STEWARD, "organisation_id": row.organisation_id,
         "region_id": row.region_id, "title": row.position or "企业管家", "rank": 9, "started_at": now}
        for row in connection.execute(rows, asked)
    ])


def write(field: str, said: dict[int, Any]) -> None:
    """Set one field of many stewards: the name stands in the account, the rest in the steward's own row."""
    table, key = (User.__table__, "id") if field == "name" else (Steward.__table__, "user_id")
    rows = [{key: user_id, field: value} for user_id, value in said.items()]
    update_rows(db.session.connection(), table, rows, keys=[key])


def _differences(batch: ImportBatch) -> Iterator[tuple[int, str, Any, Any]]:
    """User, field, before, after, of the known rows."""
    rows = (
        select(
            S.c.user_id, S.c.line, Steward.left_at, User.name.label("was_name"), S.c.name.label("says_name"),
            *(Steward.__table__.c[field].label(f"was_{field}") for field in FIELDS[1:]),
            *(S.c[field].label(f"says_{field}") for field in FIELDS[1:]),
        )
        .join(User, User.id == S.c.user_id)
        .join(Steward, Steward.user_id == S.c.user_id)
        .where(S.c.batch_id == batch.id)
    )
    for row in db.session.execute(rows.order_by(S.c.line)):
        if row.left_at is not None:
            yield row.user_id, LEFT, row.left_at.isoformat(), ""
        for field in FIELDS:
            was, says = getattr(row, f"was_{field}"), getattr(row, f"says_{field}")
            if says is not None and says != was:
                yield row.user_id, field, was, says


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _pages(rows: Any) -> Iterator[Sequence[Any]]:
    line = 0
    while page := db.session.execute(rows.where(S.c.line > line).order_by(S.c.line).limit(PAGE)).all():
        yield page
        line = page[-1].line
