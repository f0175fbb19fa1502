"""合并督办: several clocks of one ticket press one unit; one order stands, the others go with it (domain.md §7)."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update

from models import clock
from models.base import db
from models.bulk import among
from models.supervision import Level, Supervision
from operations.clocks import rulebook
from operations.supervision import ladder
from operations.supervision.letters import orders as letters

_orders = Supervision.__table__
_PRESSING = (
    select(_orders.c.id, _orders.c.ticket_id, _orders.c.receiver_id, _orders.c.level, _orders.c.joined_to_id)
    .where(
        among(_orders.c.ticket_id), _orders.c.ended_at.is_(None), _orders.c.receiver_id.is_not(None),
        _orders.c.level != Level.REMINDER,
    )
    .order_by(_orders.c.id)
)
_JOIN = update(_orders).where(_orders.c.id == bindparam("order")).values(joined_to_id=bindparam("to"), fire_at=None)
_STAND = update(_orders).where(among(_orders.c.id)).values(joined_to_id=None)


def join(tickets: Iterable[int]) -> dict[int, int]:
    """Let one order per ticket and unit stand: the highest, of equals the oldest. Answers what was joined to what.

    A joined order climbs no more by itself and needs no answer; it ends when its own clock stops. It sends no letter
    beside the other's; one that stands again later gets its own then. Whoever calls it holds the tickets, so that of
    two who open orders on one ticket at once the second sees the first one's.
    """
    groups: dict[tuple[int, int], list[Any]] = {}
    for row in db.session.connection().execute(_PRESSING, {"ids": sorted(set(tickets))}):
        groups.setdefault((row.ticket_id, row.receiver_id), []).append(row)
    several = [group for group in groups.values() if len(group) > 1]
    joined = {row.id: _standing(group).id for group in several for row in group if row is not _standing(group)}
    risen = [_standing(group).id for group in several if _standing(group).joined_to_id]
    if risen:
        db.session.connection().execute(_STAND, {"ids": risen})
        letters.expect_for(risen)
    if joined:
        db.session.connection().execute(_JOIN, [{"order": order, "to": to} for order, to in joined.items()])
    return joined


def _standing(group: Sequence[Any]) -> Any:
    return max(group, key=lambda row: (Level(row.level).rung, -row.id))


def let_stand(orders: Sequence[Supervision], ended: Iterable[int]) -> None:
    """What was joined to an order that has ended without climbing stands again, with whole limits; one for all."""
    over = set(ended)
    left = [order for order in orders if order.ended_at is None and order.joined_to_id in over]
    if not left:
        return
    first = max(left, key=lambda order: (order.level.rung, -order.id))
    limits = ladder.limits(rulebook.current(), first.level, clock.now())
    first.joined_to_id = None
    first.sign_due_at, first.due_at, first.stage_due_at = limits.sign_due_at, limits.due_at, limits.stage_due_at
    first.fire_at = limits.fire_at
    letters.expect_for([first.id])
    others = [order.id for order in left if order is not first]
    if others:
        db.session.execute(update(Supervision).where(Supervision.id.in_(others)).values(joined_to_id=first.id))
