"""Who is told of an opened order, set by set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.access import Post, Role
from models.base import db
from models.directory import Region
from models.notices import NoticeKind
from models.supervision import Level
from operations import notices
from operations.base import remembered

# An order from the second rung on is copied to the leaders in charge of the region (domain.md §7).
TO_LEADERS = (Level.SECOND, Level.TALK, Level.REFERRAL)


@dataclass(frozen=True, slots=True)
class Opened:
    """One order as it was opened."""

    order_id: int
    ticket_id: int
    level: Level
    issuer_id: int | None
    receiver_id: int | None
    subject: str
    region_path: str


def announce(opened: Sequence[Opened], now: datetime) -> None:
    """Queue one message per person and order, in the transaction that opened it."""
    if not opened:
        return
    units = frozenset(order.receiver_id for order in opened if order.receiver_id)
    people = remembered(("people", units), lambda: _people(units))
    leaders = remembered("leaders", _leaders) if any(order.level in TO_LEADERS for order in opened) else []
    later = notices.not_before(now)
    notices.queue([_notice(order, user_id, now, later) for order in opened for user_id in _told(order, people, leaders)])


def _told(order: Opened, people: dict[int, list[tuple[Role, int]]], leaders: list[tuple[int, str]]) -> list[int]:
    receivers = people.get(order.receiver_id or 0, [])
    heads = [user for role, user in receivers if role is Role.UNIT_LEADER]
    told = [user for _, user in receivers] if order.level is Level.REMINDER else heads or [user for _, user in receivers]
    if order.level in TO_LEADERS:
        told = told + [user for user, region_path in leaders if order.region_path.startswith(region_path)]
    return list(dict.fromkeys(told))


def _notice(order: Opened, user_id: int, now: datetime, later: datetime) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "kind": NoticeKind.SUPERVISION,
        "ticket_id": order.ticket_id,
        "subject": f"{order.level.label}：{order.subject}",
        "words": "",
        "dedup_key": f"supervision.{order.order_id}.{user_id}",
        "created_at": now,
        "not_before": later,
    }


def _people(units: Iterable[int]) -> dict[int, list[tuple[Role, int]]]:
    rows = select(Post.organisation_id, Post.role, Post.user_id).where(
        Post.organisation_id.in_(units),
        Post.role.in_([Role.CASE_OFFICER, Role.UNIT_LEADER]),
        Post.ended_at.is_(None),
    )
    people: dict[int, list[tuple[Role, int]]] = {}
    for unit, role, user in db.session.execute(rows.order_by(Post.rank, Post.id)):
        people.setdefault(unit, []).append((role, user))
    return people


def _leaders() -> list[tuple[int, str]]:
    """Leaders of the regions with the path of what is theirs."""
    from_region = select(Post.user_id, Region.path).join(Region, Region.id == Post.region_id)
    rows = from_region.where(Post.role == Role.LEADER, Post.ended_at.is_(None))
    return [(user, path) for user, path in db.session.execute(rows)]
