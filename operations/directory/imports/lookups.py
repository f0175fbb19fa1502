"""What the directory knows of the rows of a portion, each question one statement for all of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models.access import User
from models.base import db
from models.bulk import among, among_texts
from models.directory import Enterprise, Organisation, Steward, Stewardship, StewardshipKind

_BY_CODE = select(
    Enterprise.id, Enterprise.credit_code, Enterprise.owner_unit_id, Enterprise.row_digest, Enterprise.merged_into_id
).where(among_texts(Enterprise.credit_code))


def by_code(codes: Sequence[str]) -> dict[str, Any]:
    """Enterprises by their credit code: id, owner_unit_id, row_digest, merged_into_id."""
    found = db.session.connection().execute(_BY_CODE, {"texts": codes})
    return {row.credit_code: row for row in found}


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
    return list(db.session.connection().execute(rows.where(asked), {"phones": phones, "usernames": usernames}))
