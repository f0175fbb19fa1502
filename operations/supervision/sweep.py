"""The sweep: everything that has newly fallen due climbs its rung, exactly once, in order, by sets and not by rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from models import clock
from models.base import db
from models.bulk import among
from models.clocks import Clock, ClockKind
from models.supervision import Level, Supervision
from models.tickets import Ticket
from operations.base import be_patient, operation
from operations.clocks import rulebook
from operations.supervision import announcing, ladder
from operations.supervision.letters import climbing
from operations.supervision.measures import by_rule
from operations.supervision.opening import Opening, end_below, execute, open_orders, raise_rungs

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


# Built once: a sweep that finds little costs little.
_s, _orders, _clocks = Supervision, Supervision.__table__, Clock.__table__
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
    execute(_LET_REST, ids["lapsed"])
    execute(_LET_LAPSE, ids["warned"])
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
    raise_rungs(opened)
    by_rule.propose_talks(opened, now)
    announcing.announce(opened, now)
    for order in opened:
        swept.by_level[order.level] = swept.by_level.get(order.level, 0) + 1
    swept.fired = len(opened)
    return swept
