"""The sweep: everything that has newly fallen due climbs its rung, exactly once, in order, by sets and not by rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Row, Update, bindparam, func, select, update

from models import clock
from models.base import db
from models.bulk import among, insert_returning
from models.clocks import Clock, ClockKind
from models.supervision import Level, Supervision, SupervisionEnd, SupervisionSource
from models.tickets import Act, Ticket
from operations import log
from operations.access.actor import SYSTEM, Actor
from operations.base import be_patient, operation, remembered
from operations.clocks import rulebook
from operations.supervision import announcing, joining, ladder
from operations.supervision.letters import climbing
from operations.supervision.letters import orders as letters
from operations.supervision.measures import by_rule

T = TypeVar("T")
K = TypeVar("K")
BATCH = 5000
# These lapse into an act of their own (jobs/windows.py), not into supervision.
WINDOWS = (ClockKind.SUPPLEMENT, ClockKind.RATING)


@dataclass(slots=True)
class Swept:
    """What one run did: for the run ledger, so that nothing is cut silently."""

    scanned: int = 0
    fired: int = 0
    latest_seconds: int = 0
    by_level: dict[Level, int] = field(default_factory=dict)

    def add(self, other: "Swept") -> None:
        """Sum up batches."""
        self.scanned += other.scanned
        self.fired += other.fired
        self.latest_seconds = max(self.latest_seconds, other.latest_seconds)
        for level, count in other.by_level.items():
            self.by_level[level] = self.by_level.get(level, 0) + count


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


# Built once: a sweep that finds little costs little.
_s, _orders, _clocks, _tickets = Supervision, Supervision.__table__, Clock.__table__, Ticket.__table__
_NEXT_FIRE = select(
    select(func.min(Clock.fire_at)).where(Clock.fire_at.is_not(None), Clock.kind.not_in(WINDOWS)).scalar_subquery(),
    select(func.min(_s.fire_at)).where(_s.fire_at.is_not(None)).scalar_subquery(),
)
# SKIP LOCKED: workers pass over each other's tickets, so that orders of one ticket are joined by one of them at a time.
# The ticket comes first, as in every act of a person: nobody waits for the other. SQLite has one writer and no locks.
_DUE_CLOCKS = (
    select(
        Clock.id.label("clock_id"), Clock.ticket_id, Clock.round, Clock.kind, Clock.unit_id, Clock.due_at,
        Clock.due_at.label("clock_due_at"), Clock.due_version, Clock.fire_at, Ticket.region_path, Ticket.subject,
        Ticket.lead_unit_id, Ticket.enterprise_id,
    )
    .join(Ticket, Ticket.id == Clock.ticket_id)
    .where(Clock.fire_at <= bindparam("now"), Clock.kind.not_in(WINDOWS))
    .order_by(Clock.fire_at, Clock.id)
    .limit(BATCH)
    .with_for_update(skip_locked=True, key_share=True, of=(Ticket, Clock))
)
_DUE_ORDERS = (
    select(
        _s.id.label("order_id"), _s.clock_id, _s.ticket_id, _s.round, _s.due_version, _s.level, _s.opened_at, _s.due_at,
        _s.stage_due_at, _s.answered_at, _s.signed_at, _s.read_at, _s.fire_at, _s.region_path, _s.clock_due_at,
        Clock.unit_id, Clock.kind, Ticket.subject, Ticket.lead_unit_id, Ticket.enterprise_id,
    )
    .join(Clock, Clock.id == _s.clock_id)
    .join(Ticket, Ticket.id == _s.ticket_id)
    .where(_s.fire_at <= bindparam("now"), Clock.paused_at.is_(None))
    .order_by(_s.fire_at, _s.id)
    .limit(BATCH)
    .with_for_update(skip_locked=True, key_share=True, of=(Ticket, Supervision))
)
_LET_REST = update(_clocks).where(among(_clocks.c.id)).values(fire_at=None)
_LET_LAPSE = update(_clocks).where(among(_clocks.c.id)).values(fire_at=_clocks.c.due_at)
_LOOK_NO_MORE = update(_orders).where(among(_orders.c.id)).values(fire_at=None)
_LOOK_AGAIN = update(_orders).where(_orders.c.id == bindparam("order")).values(fire_at=bindparam("at"))
_END_BELOW = (
    update(_orders)
    .where(among(_orders.c.clock_id), _orders.c.ended_at.is_(None))
    .where(_orders.c.level.in_(bindparam("lower", expanding=True)))
    .values(ended_at=bindparam("now"), ended_as=SupervisionEnd.ESCALATED, fire_at=None)
)
_RAISE = update(_tickets).where(among(_tickets.c.id), _tickets.c.rung < bindparam("to_rung")).values(
    rung=bindparam("to_rung")
)


def sweep() -> Swept:
    """督办：take what is due by index, in order, batch after batch until nothing is left. Returns what was done."""
    swept = Swept()
    for batch in (_sweep_clocks, _sweep_orders, _sweep_letters):
        while True:
            done = batch()
            swept.add(done)
            if done.scanned < BATCH:
                break
    return swept


def next_fire_at() -> datetime | None:
    """The next moment at which a sweep would find something: the simulated clock of the replay jumps to it."""
    return min(filter(None, (*db.session.execute(_NEXT_FIRE).one(), climbing.next_fire_at())), default=None)


def remaining(now: datetime) -> int:
    """What is due and not yet done: 0 after a run; the ledger shows it."""
    of_clocks = select(func.count()).where(Clock.fire_at <= now, Clock.kind.not_in(WINDOWS))
    of_orders = select(func.count()).where(Supervision.fire_at <= now)
    return (db.session.scalar(of_clocks) or 0) + (db.session.scalar(of_orders) or 0) + climbing.remaining(now)


@operation
def _sweep_clocks() -> Swept:
    now = clock.now()
    rows = db.session.execute(_DUE_CLOCKS, {"now": now}).all()
    if not rows:
        return Swept()
    rules, openings = rulebook.current(), []
    ids: dict[str, list[int]] = {"warned": [], "lapsed": []}
    for row in rows:
        lapsed = row.due_at <= now
        ids["lapsed" if lapsed else "warned"].append(row.clock_id)
        rung = ladder.rung_of_clock(rules, row.kind, lapsed=lapsed)
        if rung:
            openings.append(_opening(row, *rung))
    _execute(_LET_REST, ids["lapsed"])
    _execute(_LET_LAPSE, ids["warned"])
    return _climb(openings, rows, now, rules)


@operation
def _sweep_orders() -> Swept:
    now = clock.now()
    rows = db.session.execute(_DUE_ORDERS, {"now": now}).all()
    if not rows:
        return Swept()
    rules, openings, later = rulebook.current(), [], []
    unread_climbs = rules.policy("ladder")["unread_climbs"]
    for row in rows:
        unread_at = rules.calendar.due(row.opened_at, rules.rung_limit("unread")).due_at if unread_climbs else None
        rule = ladder.climbs(row, now, unread_at=unread_at)
        if rule:
            openings.append(_opening(row, ladder.NEXT[row.level], rule, below=row.level))
        else:
            later.append({"order": row.order_id, "at": ladder.fires_next(row, now, unread_at=unread_at)})
    if later:
        db.session.connection().execute(_LOOK_AGAIN, later)
    return _climb(openings, rows, now, rules)


def _sweep_letters() -> Swept:
    return Swept(*climbing.climb_due(clock.now(), most=BATCH))


def _opening(row: Row[*tuple[Any, ...]], level: Level, rule: str, below: Level | None = None) -> Opening:
    return Opening(
        clock_id=row.clock_id,
        ticket_id=row.ticket_id,
        round=row.round,
        due_version=row.due_version,
        level=level,
        rule=rule,
        region_path=row.region_path,
        subject=row.subject,
        kind=row.kind,
        enterprise_id=row.enterprise_id,
        receiver_id=ladder.receiver_of(row.kind, row.unit_id, row.lead_unit_id),
        clock_due_at=row.clock_due_at,
        below=below,
    )


def _execute(statement: Update, ids: Sequence[int], **values: Any) -> None:
    if ids:
        db.session.connection().execute(statement, {"ids": ids, **values})


def _climb(
    openings: list[Opening], rows: Sequence[Row[*tuple[Any, ...]]], now: datetime, rules: rulebook.Rulebook
) -> Swept:
    """Open the orders, end those below, tell the people and seal the events: all in the caller's transaction."""
    latest = max((int((now - row.fire_at).total_seconds()) for row in rows), default=0)
    swept = Swept(scanned=len(rows), latest_seconds=latest)
    if not openings:
        return swept
    be_patient()  # for the numbers of letters and the head of the log, which several workers take in turn
    end_below(openings, now)
    opened = open_orders(openings, now=now, rules=rules)
    _raise_rungs(opened)
    by_rule.propose_talks(opened, now)
    announcing.announce(opened, now)
    for order in opened:
        swept.by_level[order.level] = swept.by_level.get(order.level, 0) + 1
    swept.fired = len(opened)
    return swept


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
            _execute(_END_BELOW, [opening.clock_id for opening in group], lower=lower, now=now)


def _raise_rungs(opened: Sequence[announcing.Opened]) -> None:
    for rung, tickets in _grouped(opened, lambda order: order.level.rung).items():
        _execute(_RAISE, [order.ticket_id for order in tickets], to_rung=rung)


def _grouped(items: Sequence[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
