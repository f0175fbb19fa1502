"""Whoever sends takes messages for a while; who dies in between leaves them to the next when the while is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, tuple_, update

from models import clock
from models.base import db
from models.bulk import among, insert_rows
from models.carriers import ReceivingHours, StoppedNumber
from models.deliveries import Carrier, CarrierState, Delivery, DeliveryAttempt, Outcome, Purpose
from models.notices import Notice
from models.tickets import Ticket
from operations.base import operation
from operations.delivery import folding
from operations.delivery.adapters.base import Message
from operations.delivery.wording import Content, Site, written

AT_ONCE, LOOKED_AT = 10, 100
LEASE = timedelta(minutes=2)
# So many failures of the way in a row, and nothing is sent for a while; then one message tries the way.
ENOUGH_FAILURES = 3
# What a number may refuse by TD: nothing that somebody has just asked for.
REFUSABLE = (Purpose.NOTICE, Purpose.DIGEST, Purpose.RATING)
_D: Any = Delivery.__table__


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that this process has taken to send; the hours are those of its receiver, minutes of the day."""

    id: int
    carrier: Carrier
    purpose: Purpose
    tries: int
    most_tries: int
    message: Message
    opens: int | None = None
    closes: int | None = None


def has_due(carrier: Carrier) -> bool:
    """Whether there is anything to look at: one look into the index, no transaction to write."""
    due = select(_D.c.id).where(_D.c.carrier == carrier, _D.c.ended_at.is_(None), _D.c.next_try_at <= clock.now())
    found = db.session.execute(due.limit(1)).first() is not None
    db.session.rollback()
    return found


@operation
def lease(carrier: Carrier, *, site: Site, most: int = AT_ONCE) -> list[Waiting]:
    """Take what is due, the oldest first; nothing while the carrier is paused."""
    now = clock.now()
    state = db.session.scalars(select(CarrierState).where(CarrierState.carrier == carrier).with_for_update()).one()
    if state.paused_until is not None and state.paused_until > now:
        return []
    ids = _next_ids(carrier, now, 1 if state.failures >= ENOUGH_FAILURES else most)
    if not ids:
        return []
    taking = update(_D).where(_D.c.id.in_(ids), _D.c.next_try_at <= now)
    taken = list(db.session.scalars(taking.values(next_try_at=now + LEASE, tries=_D.c.tries + 1).returning(_D.c.id)))
    waiting = composed(carrier, taken, site)
    attempts = [{"delivery_id": one.id, "number": one.tries, "started_at": now, "milliseconds": None,
                 "was_taken": None, "code": "", "problem": ""} for one in waiting]
    insert_rows(db.session.connection(), DeliveryAttempt.__table__, attempts)
    return waiting


@operation
def release(waiting: Sequence[Waiting]) -> None:
    """Give back what was taken and not tried: it is due as before, and the attempt is none."""
    if not waiting:
        return
    tries = [(one.id, one.tries) for one in waiting]
    attempts = db.session.query(DeliveryAttempt).filter(
        tuple_(DeliveryAttempt.delivery_id, DeliveryAttempt.number).in_(tries)
    )
    attempts.delete(synchronize_session=False)
    giving_back = update(_D).where(tuple_(_D.c.id, _D.c.tries).in_(tries), _D.c.ended_at.is_(None))
    db.session.execute(giving_back.values(next_try_at=clock.now(), tries=_D.c.tries - 1))


@operation
def sort_out(carrier: Carrier) -> None:
    """What can no longer help anybody, and what its number has refused, is not sent, and its words are erased.

    Once before a run: it goes through all that waits.
    """
    now = clock.now()
    old = update(_D).where(_D.c.carrier == carrier, _D.c.ended_at.is_(None), _D.c.expires_at <= now)
    db.session.execute(old.values(ended_at=now, outcome=Outcome.GIVEN_UP, words="", problem="已过有效期"))
    if carrier is Carrier.SMS:
        _leave_out_stopped(now)


def _next_ids(carrier: Carrier, now: datetime, most: int) -> list[int]:
    """What comes next, locked, once the storms among it are folded."""
    due = (
        select(_D.c.id)
        .where(_D.c.carrier == carrier, _D.c.ended_at.is_(None), _D.c.next_try_at <= now)
        .order_by(_D.c.next_try_at, _D.c.id)
    )
    coming = db.session.execute(due.add_columns(_D.c.user_id).limit(LOOKED_AT)).all()
    people = {row.user_id for row in coming if row.user_id is not None}
    if people and folding.fold(carrier, now, sorted(people)):
        due = due.where(or_(_D.c.user_id.is_(None), among(_D.c.user_id, ids=sorted(people))))
    return list(db.session.scalars(due.limit(most).with_for_update(skip_locked=True)))


def _leave_out_stopped(now: datetime) -> None:
    stopped = select(StoppedNumber.number).where(StoppedNumber.resumed_at.is_(None))
    unwanted = update(_D).where(
        _D.c.carrier == Carrier.SMS, _D.c.ended_at.is_(None), _D.c.next_try_at <= now, _D.c.purpose.in_(REFUSABLE),
        _D.c.recipient.in_(stopped),
    )
    db.session.execute(unwanted.values(ended_at=now, outcome=Outcome.UNWANTED, words=""))


def composed(carrier: Carrier, ids: list[int], site: Site) -> list[Waiting]:
    """These messages as they are handed over."""
    folded: Any = _D.alias("folded")
    count = select(func.count()).where(folded.c.folded_into_id == _D.c.id).scalar_subquery()
    rows = (
        select(_D.c.id, _D.c.key, _D.c.recipient, _D.c.purpose, _D.c.words, _D.c.tries, _D.c.most_tries, Notice.kind,
               Notice.subject, Ticket.number, Ticket.is_confidential, count.label("count"), ReceivingHours.opens,
               ReceivingHours.closes)
        .outerjoin(Notice, Notice.id == _D.c.notice_id)
        .outerjoin(Ticket, Ticket.id == Notice.ticket_id)
        .outerjoin(ReceivingHours, ReceivingHours.user_id == _D.c.user_id)
        .where(among(_D.c.id, ids=ids)).order_by(_D.c.id)
    )
    return [_waiting(carrier, row, site) for row in db.session.execute(rows)]


def _waiting(carrier: Carrier, row: Any, site: Site) -> Waiting:
    content = Content(row.purpose, row.words, row.kind, row.subject or "", row.number or "",
                      bool(row.is_confidential), row.count)
    message = written(carrier, row.key, row.recipient, content=content, site=site)
    return Waiting(row.id, carrier, row.purpose, row.tries, row.most_tries, message, row.opens, row.closes)
