"""Orders opened, whoever opens them: the rows with their limits, their events, their letters; the rungs below end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Update, bindparam, update

from models.base import db
from models.bulk import among, insert_returning
from models.clocks import ClockKind
from models.supervision import Level, Supervision, SupervisionEnd, SupervisionSource
from models.tickets import Act, Ticket
from operations import log
from operations.access.actor import SYSTEM, Actor
from operations.base import remembered
from operations.clocks import rulebook
from operations.supervision import announcing, joining, ladder
from operations.supervision.letters import orders as letters

T = TypeVar("T")
K = TypeVar("K")
_orders, _tickets = Supervision.__table__, Ticket.__table__
_END_BELOW = (
    update(_orders)
    .where(among(_orders.c.clock_id), _orders.c.ended_at.is_(None))
    .where(_orders.c.level.in_(bindparam("lower", expanding=True)))
    .values(ended_at=bindparam("now"), ended_as=SupervisionEnd.ESCALATED, fire_at=None)
)
_RAISE = update(_tickets).where(among(_tickets.c.id), _tickets.c.rung < bindparam("to_rung")).values(
    rung=bindparam("to_rung")
)


@dataclass(frozen=True, slots=True)
class Opening:
    """One order about to be opened."""

    clock_id: int
    ticket_id: int
    round: int
    due_version: int
    level: Level
    rule: str
    region_path: str
    subject: str
    kind: ClockKind
    enterprise_id: int
    receiver_id: int | None
    clock_due_at: datetime
    below: Level | None = None
    reason: str = ""


def execute(statement: Update, ids: Sequence[int], **values: Any) -> None:
    """Run a statement over ``ids``, when there are any."""
    if ids:
        db.session.connection().execute(statement, {"ids": ids, **values})


def open_orders(
    openings: Sequence[Opening], *, now: datetime, rules: rulebook.Rulebook, actor: Actor = SYSTEM
) -> list[announcing.Opened]:
    """Insert the orders with their limits and events. The unique key decides: what is open already is left out."""
    offices = remembered("offices", ladder.Offices)
    by_level = {level: ladder.limits(rules, level, now) for level in {opening.level for opening in openings}}
    rows = [_row(o, offices.issuer(o.region_path, o.level), by_level[o.level], now) for o in openings]
    ids = insert_returning(db.session.connection(), Supervision.__table__, rows, key="clock_id")
    opened, expected = [], []
    for opening, row in zip(openings, rows, strict=True):
        order_id = ids.get(opening.clock_id)
        if order_id is None:
            continue
        opened.append(_opened(order_id, opening, row["issuer_id"]))
        details = {"level": opening.level, "rule": opening.rule, "clock": opening.clock_id,
                   "due_version": opening.due_version, "rules": rules.version}
        log.record(
            Act.SUPERVISE, object_type="supervision", object_id=order_id, actor=actor, standing=actor.posts[0], at=now,
            ticket_id=opening.ticket_id, round=opening.round, details=details,
        )
        expected.append(letters.Expected(opened[-1], opening.clock_id, opening.rule, opening.reason,
                                         by_level[opening.level], details, actor))
    opened = _joined(opened)
    for order, one in zip(opened, expected, strict=True):
        if order.joined_to is None:
            letters.expect(one)
    return opened


def _joined(opened: list[announcing.Opened]) -> list[announcing.Opened]:
    pressing = [order.ticket_id for order in opened if order.level is not Level.REMINDER and order.receiver_id]
    joined = joining.join(pressing) if pressing else {}
    return [replace(order, joined_to=joined.get(order.order_id)) for order in opened] if joined else opened


def _opened(order_id: int, opening: Opening, issuer_id: int | None) -> announcing.Opened:
    return announcing.Opened(
        order_id, opening.ticket_id, opening.level, issuer_id, opening.receiver_id, opening.subject,
        opening.region_path, opening.kind, opening.enterprise_id,
    )


def _row(opening: Opening, issuer_id: int | None, limits: ladder.Limits, now: datetime) -> dict[str, Any]:
    return {
        "ticket_id": opening.ticket_id,
        "round": opening.round,
        "clock_id": opening.clock_id,
        "due_version": opening.due_version,
        "level": opening.level,
        "source": SupervisionSource.RULE,
        "rule": opening.rule,
        "reason": opening.reason,
        "issuer_id": issuer_id,
        "receiver_id": opening.receiver_id,
        "region_path": opening.region_path,
        "clock_due_at": opening.clock_due_at,
        "opened_at": now,
        "recorded_at": now,
        "sign_due_at": limits.sign_due_at,
        "due_at": limits.due_at,
        "stage_due_at": limits.stage_due_at,
        "fire_at": limits.fire_at,
        "answer": "",
        "rejected_count": 0,
    }


def end_below(openings: Sequence[Opening], now: datetime) -> None:
    """When the next rung opens, the order below it ends as 升级. One that a person issued at the same rung stays."""
    for level, group in _grouped(openings, lambda opening: opening.level).items():
        lower = list(Level)[: level.rung - 1]
        if lower:
            execute(_END_BELOW, [opening.clock_id for opening in group], lower=lower, now=now)


def raise_rungs(opened: Sequence[announcing.Opened]) -> None:
    """Repeat on the tickets how high they stand now."""
    for rung, tickets in _grouped(opened, lambda order: order.level.rung).items():
        execute(_RAISE, [order.ticket_id for order in tickets], to_rung=rung)


def _grouped(items: Sequence[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
