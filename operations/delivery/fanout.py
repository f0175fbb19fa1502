"""送达: what may be shown now is shown in the site, and in the same transaction goes to where people want it told."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models import clock
from models.access import User
from models.base import UTCDateTime, db
from models.bulk import among
from models.carriers import CarrierChoice, ReceivingHours, StoppedNumber
from models.deliveries import MOST_TRIES, Carrier, Delivery, Purpose
from models.encryption import is_textable
from models.notices import Notice, NoticeKind
from operations import notices
from operations.base import operation
from operations.clocks import rulebook
from operations.delivery import hours
from operations.delivery.folding import LASTS

# What was written longer ago is told in the site alone: after a restore or an outage nobody is told of old things.
NEWEST = timedelta(days=4)
AT_ONCE = 10_000
_D: Any = Delivery.__table__
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_SHOWING = notices.SHOWING.returning(Notice.id)


@operation
def deliver(carriers: Sequence[Carrier]) -> int:
    """送达：show what is due, and put it into the outbox of each carrier its receiver wants. Returns how many."""
    if not carriers:
        return notices.deliver()
    now = clock.now()
    ids = list(db.session.scalars(_SHOWING, {"now": now}))
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        for carrier in carriers:
            _put_out(carrier, part, now)
        _keep_own_hours(part, now)
    return len(ids)


def defaults(carrier: Carrier) -> list[NoticeKind]:
    """The kinds of notices that go by this carrier to who has chosen nothing."""
    told = rulebook.current().policy("told_outside")
    return [kind for kind in NoticeKind if carrier in told.get(kind, ())]


def _put_out(carrier: Carrier, ids: list[int], now: datetime) -> None:
    """One statement for all: who has no address there gets nothing, and the unique key takes care of the rest."""
    recipient = User.email if carrier is Carrier.EMAIL else User.phone
    chosen = and_(CarrierChoice.user_id == Notice.user_id, CarrierChoice.kind == Notice.kind,
                  CarrierChoice.carrier == carrier)
    by_default = Notice.kind.in_(defaults(carrier))
    is_wanted = or_(CarrierChoice.is_wanted, and_(CarrierChoice.id.is_(None), by_default))
    moments = {"created_at": now, "next_try_at": now, "expires_at": now + LASTS}
    constants = {"carrier": carrier.value, "purpose": Purpose.NOTICE.value, "words": "", "address": "", "tries": 0,
                 "most_tries": MOST_TRIES, "reference": "", "problem": ""}
    taken = {"key": Notice.dedup_key + f".{carrier.value}", "user_id": Notice.user_id, "notice_id": Notice.id,
             "recipient": recipient}
    columns = taken | {name: literal(value) for name, value in constants.items()}
    columns |= {name: literal(moment, UTCDateTime()) for name, moment in moments.items()}
    rows = (
        select(*columns.values())
        .join(User, User.id == Notice.user_id)
        .outerjoin(CarrierChoice, chosen)
        .where(among(Notice.id, ids=ids), Notice.created_at > now - NEWEST, User.is_active, is_wanted,
               *reachable(carrier, recipient))
    )
    putting = _INSERTS[db.session.get_bind().dialect.name](_D).from_select(list(columns), rows).on_conflict_do_nothing()
    db.session.execute(putting)


def reachable(carrier: Carrier, recipient: Any) -> tuple[Any, ...]:
    """The conditions under which somebody can be told by this carrier."""
    if carrier is Carrier.EMAIL:
        return (recipient.is_not(None), recipient != "")
    stopped = select(StoppedNumber.number).where(StoppedNumber.resumed_at.is_(None))
    may_be_sent = (is_textable(recipient),)
    return (*may_be_sent, recipient.not_in(stopped)) if carrier is Carrier.SMS else may_be_sent


def _keep_own_hours(ids: list[int], now: datetime) -> None:
    """接收时段: who does not want to be told now is told when their own hours begin. There are few, by half hours."""
    minute = hours.minute_of(now)
    is_closed = or_(ReceivingHours.opens > minute, ReceivingHours.closes <= minute)
    pairs = db.session.execute(select(ReceivingHours.opens, ReceivingHours.closes).where(is_closed).distinct()).all()
    for opens, closes in pairs:
        theirs = select(ReceivingHours.user_id).where(ReceivingHours.opens == opens, ReceivingHours.closes == closes)
        waiting = update(_D).where(among(_D.c.notice_id, ids=ids), _D.c.user_id.in_(theirs), _D.c.tries == 0)
        db.session.execute(waiting.values(next_try_at=hours.receivable(now, opens, closes)))
