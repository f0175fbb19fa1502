"""What the directory knows of the rows of a portion, each question one statement for all of them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from models.access import User
from models.base import db
from models.bulk import among, among_texts
from models.directory import Enterprise, Organisation, Steward, Stewardship, StewardshipKind

_E = Enterprise.__table__.c
_BY_CODE = select(_E.credit_code, _E.row_digest, _E.id, _E.owner_unit_id, _E.merged_into_id).where(
    among_texts(_E.credit_code)
)


class There(NamedTuple):
    """What the directory has under a credit code."""

    credit_code: str
    row_digest: str | None
    id: int
    owner_unit_id: int | None
    merged_into_id: int | None


def by_code(codes: Sequence[str]) -> dict[str, There]:
    """Enterprises by their credit code."""
    rows = db.session.connection().execute(_BY_CODE, {"texts": codes}).all()
    return {row[0]: There._make(row) for row in rows}


def digests(unit_id: int | None) -> dict[str, str]:
    """Of every enterprise whose row was imported and still says what stands there: its digest, by credit code."""
    rows = _standing(unit_id, _E.credit_code, _E.row_digest)
    return {code: digest for code, digest in db.session.connection().execute(rows).all()}


def marks(unit_id: int | None) -> set[str]:
    """The same as credit code and digest in one word."""
    return set(db.session.connection().execute(_standing(unit_id, _E.credit_code + _E.row_digest)).scalars())


def _standing(unit_id: int | None, *columns: Any) -> Any:
    rows = select(*columns).where(
        _E.credit_code.is_not(None), _E.row_digest.is_not(None), _E.merged_into_id.is_(None)
    )
    return rows if unit_id is None else rows.where(_E.owner_unit_id == unit_id)


def firms(codes: Sequence[str], names: Sequence[str]) -> dict[str, list[Any]]:
    """Enterprises by credit code and by whole name; of a name that several bear, those that go on."""
    rows = select(_E.id, _E.credit_code, _E.name, _E.owner_unit_id, _E.merged_into_id, _E.status)
    asked = among_texts(_E.credit_code, "codes") | among_texts(_E.name, "names")
    found: dict[str, list[Any]] = {}
    for row in db.session.connection().execute(rows.where(asked), {"codes": codes, "names": names}):
        if row.credit_code:
            found.setdefault(row.credit_code, []).append(row)
        found.setdefault(row.name, []).append(row)
    return {key: [row for row in rows if row.merged_into_id is None] or rows for key, rows in found.items()}


def main_stewards(enterprise_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """The present 主管家 of these enterprises: id and name."""
    if not enterprise_ids:
        return {}
    rows = (
        select(Stewardship.enterprise_id, Stewardship.steward_id, User.name)
        .join(User, User.id == Stewardship.steward_id)
        .where(
            among(Stewardship.enterprise_id), Stewardship.kind == StewardshipKind.MAIN, Stewardship.ended_at.is_(None)
        )
    )
    found = db.session.connection().execute(rows, {"ids": list(enterprise_ids)})
    return {row.enterprise_id: (row.steward_id, row.name) for row in found}


def unit_names() -> dict[int | None, str]:
    """Every organisation's name."""
    return {row.id: row.name for row in db.session.execute(select(Organisation.id, Organisation.name))}


def accounts(phones: Sequence[str], usernames: Sequence[str]) -> list[Any]:
    """Accounts with one of these phones or usernames, and what the directory knows of them as stewards."""
    rows = select(
        User.id, User.username, User.phone, User.name, Steward.user_id.label("steward_id"), Steward.owner_unit_id
    ).outerjoin(Steward, Steward.user_id == User.id)
    asked = among_texts(User.phone, "phones") | among_texts(User.username, "usernames")
    said = {"phones": _ways(User.phone, phones), "usernames": _ways(User.username, usernames)}
    return list(db.session.connection().execute(rows.where(asked), said))


def _ways(column: Any, said: Sequence[str]) -> list[str]:
    """As these may stand in a column that is sealed."""
    return [way for one in said for way in column.type.ways(one)]
