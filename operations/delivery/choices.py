"""通知方式: by which carriers a person is told outside the site, when, and where to. In the site all is told always."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select, update

from models import clock
from models.access import User
from models.base import db
from models.bulk import upsert_rows
from models.carriers import DAY_MINUTES, CarrierChoice, ReceivingHours, StoppedNumber
from models.deliveries import Carrier
from models.notices import NoticeKind
from operations import log
from operations.access.actor import Actor
from operations.base import insert_ignoring, operation
from operations.delivery import fanout, hours, texts
from operations.errors import BadInput

HALF_HOUR = 30
LONGEST_EMAIL = 254
WHENEVER = (0, DAY_MINUTES)
Chosen = Mapping[NoticeKind, Collection[Carrier]]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one person wants. ``opens`` and ``closes`` are minutes of the day, both None for whenever the site sends."""

    told: Chosen
    email: str = ""
    opens: int | None = None
    closes: int | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a person can be reached: ``mobile`` is empty where there is none; ``has_stopped``: it has answered TD."""

    mobile: str
    has_stopped: bool


def wishes_of(actor: Actor) -> Wishes:
    """What holds now, the site's defaults included."""
    told = {kind: {carrier for carrier in Carrier if kind in fanout.defaults(carrier)} for kind in NoticeKind}
    for row in db.session.scalars(select(CarrierChoice).where(CarrierChoice.user_id == actor.user_id)):
        (told[row.kind].add if row.is_wanted else told[row.kind].discard)(row.carrier)
    email = db.session.scalar(select(User.email).where(User.id == actor.user_id)) or ""
    own = db.session.scalar(select(ReceivingHours).where(ReceivingHours.user_id == actor.user_id))
    if own is None or (own.opens, own.closes) == WHENEVER:
        return Wishes(told, email)
    return Wishes(told, email, own.opens, own.closes)


def reach_of(actor: Actor) -> Reach:
    """The person's mobile, and whether texts to it are stopped."""
    phone = db.session.scalar(select(User.phone).where(User.id == actor.user_id)) or ""
    mobile = phone if texts.is_mobile(phone) else ""
    return Reach(mobile, bool(mobile) and _open_stop(mobile) is not None)


@operation
def choose(wishes: Wishes, *, actor: Actor, carriers: Collection[Carrier] = tuple(Carrier)) -> None:
    """通知方式：keep what a person wants, for the carriers that the page has offered. Raises BadInput."""
    _ensure_sensible(wishes)
    now = clock.now()
    for kind in NoticeKind:
        for carrier in carriers:
            wanted = {"user_id": actor.user_id, "kind": kind, "carrier": carrier, "changed_at": now,
                      "is_wanted": carrier in wishes.told.get(kind, ())}
            db.session.execute(insert_ignoring(CarrierChoice.__table__).values(wanted))
            theirs = update(CarrierChoice).where(
                CarrierChoice.user_id == actor.user_id, CarrierChoice.kind == kind, CarrierChoice.carrier == carrier,
                CarrierChoice.is_wanted.is_not(wanted["is_wanted"]),
            )
            db.session.execute(theirs.values(is_wanted=wanted["is_wanted"], changed_at=now))
    own = {"user_id": actor.user_id, "opens": wishes.opens or 0, "closes": wishes.closes or DAY_MINUTES,
           "changed_at": now}
    upsert_rows(db.session.connection(), ReceivingHours.__table__, [own], key="user_id")
    db.session.execute(update(User).where(User.id == actor.user_id).values(email=wishes.email or None))
    log.record("choose_carriers", object_type="user", object_id=actor.user_id, actor=actor, details={
        "told": {kind: sorted(wishes.told.get(kind, ())) for kind in NoticeKind}, "opens": wishes.opens,
        "closes": wishes.closes, "has_email": bool(wishes.email),
    })


@operation
def resume(*, actor: Actor) -> None:
    """恢复短信：texts go again to the person's own number."""
    number = reach_of(actor).mobile
    stopped = update(StoppedNumber).where(StoppedNumber.number == number, StoppedNumber.resumed_at.is_(None))
    resuming = stopped.values(resumed_at=clock.now(), resumed_by_id=actor.user_id)
    if number and db.session.connection().execute(resuming).rowcount:
        log.record("resume_texts", object_type="user", object_id=actor.user_id, actor=actor)


def _open_stop(number: str) -> int | None:
    rows = select(StoppedNumber.id).where(StoppedNumber.number == number, StoppedNumber.resumed_at.is_(None))
    return db.session.scalar(rows)


def _ensure_sensible(wishes: Wishes) -> None:
    if len(wishes.email) > LONGEST_EMAIL:
        raise BadInput("邮箱地址太长。")
    if (wishes.opens is None) != (wishes.closes is None):
        raise BadInput("接收时段要写明从几点到几点。")
    if wishes.opens is not None and wishes.closes is not None:
        if not 0 <= wishes.opens < wishes.closes <= DAY_MINUTES:
            raise BadInput("接收时段的开始要早于结束。")
        if wishes.opens % HALF_HOUR or wishes.closes % HALF_HOUR:
            raise BadInput("接收时段以半小时为单位。")
        opens, closes = hours.of_the_site()
        if wishes.opens >= closes or wishes.closes <= opens:
            raise BadInput(f"本站只在 {hours.clock_words(opens)}–{hours.clock_words(closes)} 发送，请选这段时间里的。")
