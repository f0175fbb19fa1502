"""Who answers for a unit at this moment: its leaders, or the next above in the tree where it has none (domain.md §7).

A substitute counts like the holder: while a cover lasts, the substitute holds a post of their own.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, select

from models.access import Post, Role
from models.base import db
from models.directory import Organisation

LEADING = (Role.UNIT_LEADER, Role.LEADER)
Seated = dict[int, list[Row[Any]]]


def heads(units: Collection[int]) -> dict[int, list[int]]:
    """For each unit its leaders by rank; of a leaderless one the head of the nearest unit above that has one."""
    if not units:
        return {}
    rows = select(Organisation.id, Organisation.path).where(Organisation.id.in_(units))
    paths = {unit: _ids(path) for unit, path in db.session.execute(rows)}
    seated = _seated({one for path in paths.values() for one in path})
    return {unit: _own(seated, unit) or _next_above(seated, path) for unit, path in paths.items()}


def head(unit_id: int) -> int | None:
    """The first of them."""
    return next(iter(heads([unit_id]).get(unit_id, [])), None)


def _ids(path: str) -> list[int]:
    return [int(part) for part in path.split("/") if part]


def _seated(houses: Collection[int]) -> Seated:
    rows: Any = select(Post.organisation_id, Post.rank, Post.user_id).where(
        Post.organisation_id.in_(houses), Post.role.in_(LEADING), Post.ended_at.is_(None)
    )
    found: Seated = {}
    for row in db.session.execute(rows.order_by(Post.rank, Post.id)):
        found.setdefault(row[0], []).append(row)
    return found


def _own(seated: Seated, unit: int) -> list[int]:
    return list(dict.fromkeys(row.user_id for row in seated.get(unit, ())))


def _next_above(seated: Seated, path: list[int]) -> list[int]:
    """Of the house above only who stands first: its deputies do not answer for the houses below."""
    above = next((seated[one] for one in reversed(path[:-1]) if one in seated), [])
    return list(dict.fromkeys(row.user_id for row in above if row.rank == above[0].rank))
