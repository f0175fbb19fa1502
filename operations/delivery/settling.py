"""What became of an attempt: noted with the message, its attempts and the carrier, in one transaction."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from models import clock
from models.base import db
from models.deliveries import COMPOSED, MOST_TRIES, Carrier, CarrierState, Delivery, DeliveryAttempt, Outcome
from operations.base import operation
from operations.delivery import hours
from operations.delivery.adapters.base import Receipt
from operations.delivery.leasing import ENOUGH_FAILURES, Waiting

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
CARRIER_PAUSE, LONGEST_CARRIER_PAUSE = timedelta(seconds=30), timedelta(minutes=10)
TOO_FAST_PAUSE = timedelta(minutes=1)
_D: Any = Delivery.__table__
_STATE: Any = CarrierState.__table__


@operation
def settle(waiting: Waiting, receipt: Receipt, *, milliseconds: int) -> bool:
    """Note it. Returns whether the carrier is paused now, so that whoever sends stops.

    What was taken is sent whoever holds the lease by now; of what was not, only the latest attempt decides.
    """
    now, row = clock.now(), update(_D).where(_D.c.id == waiting.id, _D.c.ended_at.is_(None))
    told = {"reference": receipt.reference[:80], "problem": receipt.problem[:200]}
    if receipt.is_taken:
        row = row.values(ended_at=now, outcome=Outcome.SENT, words="", **told)
    elif receipt.may_retry and waiting.tries < waiting.most_tries:
        row = row.where(_D.c.tries == waiting.tries).values(next_try_at=next_try(waiting, now), **told)
    else:
        row = row.where(_D.c.tries == waiting.tries)
        row = row.values(ended_at=now, outcome=Outcome.GIVEN_UP, words="", **told)
    db.session.connection().execute(row)
    _note_attempt(waiting, receipt, milliseconds)
    return _note_carrier(waiting.carrier, receipt, now)


def next_try(waiting: Waiting, now: datetime) -> datetime:
    """退避: 10 s, 40 s, 160 s … an hour at most; what nobody waits for keeps the quiet hours."""
    before = waiting.tries - (waiting.most_tries - MOST_TRIES)
    later = now + min(FIRST_PAUSE * 4 ** (before - 1), LONGEST_PAUSE)
    return hours.receivable(later, waiting.opens, waiting.closes) if waiting.purpose in COMPOSED else later


def _note_attempt(waiting: Waiting, receipt: Receipt, milliseconds: int) -> None:
    attempt = update(DeliveryAttempt).where(
        DeliveryAttempt.delivery_id == waiting.id, DeliveryAttempt.number == waiting.tries
    )
    db.session.execute(attempt.values(
        milliseconds=milliseconds, was_taken=receipt.is_taken, code=receipt.code[:40], problem=receipt.problem[:200]
    ))


def _note_carrier(carrier: Carrier, receipt: Receipt, now: datetime) -> bool:
    row = update(_STATE).where(_STATE.c.carrier == carrier)
    if not receipt.may_retry:
        # A refusal is an answer too: the way is open.
        worked: dict[str, Any] = {"worked_at": now} if receipt.is_taken else {}
        db.session.execute(row.values(failures=0, paused_until=None, **worked))
        return False
    failing = row.values(failures=_STATE.c.failures + 1, failed_at=now, problem=receipt.problem[:200])
    failures = db.session.scalar(failing.returning(_STATE.c.failures)) or 0
    pause = _pause(failures, receipt)
    if pause is not None:
        db.session.execute(row.values(paused_until=now + pause))
    return pause is not None


def _pause(failures: int, receipt: Receipt) -> timedelta | None:
    if failures >= ENOUGH_FAILURES:
        return min(CARRIER_PAUSE * 2 ** min(failures - ENOUGH_FAILURES, 10), LONGEST_CARRIER_PAUSE)
    return TOO_FAST_PAUSE if receipt.must_pause else None
