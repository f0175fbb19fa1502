"""Who is told of an opened order, set by set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select

from models.access import Post, Role
from models.base import db
from models.bulk import among
from models.clocks import ClockKind
from models.directory import Region, Stewardship
from models.notices import NoticeKind
from models.supervision import Level
from operations import notices
from operations.base import remembered
from operations.supervision import chain, ladder

_CLERKS = select(Post.user_id).where(
    Post.organisation_id == bindparam("centre"), Post.role == Role.CLERK, Post.ended_at.is_(None)
)
_SUPERVISORS = select(Post.user_id).where(
    Post.organisation_id == bindparam("office"), Post.role == Role.SUPERVISOR, Post.ended_at.is_(None)
)
_STEWARDS = select(Stewardship.enterprise_id, Stewardship.steward_id).where(
    among(Stewardship.enterprise_id),
    Stewardship.started_at <= bindparam("now"),
    or_(Stewardship.ended_at.is_(None), Stewardship.ended_at > bindparam("now")),
)
# Who answers for a unit; where nobody does, the next above in the tree is told in their place.
HEADS = (Role.UNIT_LEADER, Role.LEADER, Role.SUPERVISOR)
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
    kind: ClockKind
    enterprise_id: int
    joined_to: int | None = None


def announce(opened: Sequence[Opened], now: datetime) -> None:
    """Queue one message per person and order, in the transaction that opened it; none for one that was joined."""
    opened = [order for order in opened if order.joined_to is None]
    if not opened:
        return
    units = frozenset(order.receiver_id for order in opened if order.receiver_id)
    people = remembered(("people", units), lambda: _people(units))
    leaders = remembered("leaders", _leaders) if any(order.level in TO_LEADERS for order in opened) else []
    stewards = _stewards([order.enterprise_id for order in opened if order.receiver_id is None], now)
    later = notices.not_before(now)
    notices.queue(
        [
            _notice(order, user_id, now, later)
            for order in opened
            for user_id in _told(order, people, leaders) or _keepers(order, stewards)
        ]
    )


def _told(order: Opened, people: dict[int, list[tuple[Role, int]]], leaders: list[tuple[int, str]]) -> list[int]:
    receivers = people.get(order.receiver_id or 0, [])
    heads = [user for role, user in receivers if role is Role.UNIT_LEADER]
    everybody = [user for _, user in receivers]
    told = everybody if order.level is Level.REMINDER else heads or everybody
    if order.level in TO_LEADERS:
        told = told + [user for user, region_path in leaders if order.region_path.startswith(region_path)]
    return list(dict.fromkeys(told))


def _keepers(order: Opened, stewards: dict[int, list[int]]) -> list[int]:
    """Who keeps a clock that no unit keeps: the stewards; the clerks for the follow-up and where no steward is; the
    supervisors for a countersign."""
    if order.kind is ClockKind.COUNTERSIGN:
        office = remembered("offices", ladder.Offices).issuer(order.region_path, Level.SECOND)
        return remembered(("supervisors", office), lambda: list(db.session.scalars(_SUPERVISORS, {"office": office})))
    mine = [] if order.kind is ClockKind.FOLLOW_UP else stewards.get(order.enterprise_id, [])
    if mine or order.receiver_id is not None:
        return mine
    centre = remembered("offices", ladder.Offices).issuer(order.region_path, Level.FIRST)
    return remembered(("clerks", centre), lambda: list(db.session.scalars(_CLERKS, {"centre": centre})))


def _stewards(enterprises: list[int], now: datetime) -> dict[int, list[int]]:
    """The stewards of these enterprises now."""
    found: dict[int, list[int]] = {}
    if enterprises:
        for enterprise, steward in db.session.execute(_STEWARDS, {"ids": enterprises, "now": now}):
            found.setdefault(enterprise, []).append(steward)
    return found


def leaders_over(region_path: str) -> list[int]:
    """The leaders in charge of a region."""
    return [user for user, ground in remembered("leaders", _leaders) if region_path.startswith(ground)]


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
    rows: Any = select(Post.organisation_id, Post.role, Post.user_id).where(
        Post.organisation_id.in_(units),
        Post.role.in_([Role.CASE_OFFICER, Role.UNIT_LEADER, Role.LEADER, Role.SUPERVISOR]),
        Post.ended_at.is_(None),
    )
    people: dict[int, list[tuple[Role, int]]] = {}
    for unit, role, user in db.session.execute(rows.order_by(Post.rank, Post.id)):
        people.setdefault(unit, []).append((role, user))
    vacant = [unit for unit in units if not any(role in HEADS for role, _ in people.get(unit, ()))]
    for unit, above in chain.heads(vacant).items():
        people.setdefault(unit, []).extend((Role.UNIT_LEADER, user) for user in above)
    return people


def _leaders() -> list[tuple[int, str]]:
    """Leaders of the regions with the path of what is theirs."""
    from_region = select(Post.user_id, Region.path).join(Region, Region.id == Post.region_id)
    rows = from_region.where(Post.role == Role.LEADER, Post.ended_at.is_(None))
    return [(user, path) for user, path in db.session.execute(rows)]
