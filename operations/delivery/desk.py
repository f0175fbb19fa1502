"""投递台: how each carrier fares, what did not go, and sending that again. No words of any message are shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, update

from models import clock
from models.access import Role
from models.base import LabelledEnum, db
from models.bulk import among
from models.deliveries import COMPOSED, MOST_TRIES, Carrier, CarrierState, Delivery, DeliveryAttempt, Outcome, Purpose
from operations import log, notices
from operations.access.actor import Actor
from operations.base import operation
from operations.delivery.folding import LASTS
from operations.delivery.leasing import ENOUGH_FAILURES
from operations.errors import NotAllowed, NotFound, Refused

PAGE = 50
MOST_AT_ONCE = 5_000
_D: Any = Delivery.__table__
_OTHER: Any = _D.alias("other")


class Shown(LabelledEnum):
    """Which messages the list shows."""

    DEAD = "dead", "没有发出"
    WAITING = "waiting", "等待发送"
    SENT = "sent", "已发出"
    ALL = "all", "全部"


@dataclass(frozen=True, slots=True)
class Fare:
    """One carrier: ``is_on``, whether this site sends by it; what waits and what did not go."""

    carrier: Carrier
    is_on: bool
    state: CarrierState
    waiting: int
    dead: int

    @property
    def is_paused(self) -> bool:
        """Whether nothing is sent by it now."""
        return self.state.paused_until is not None and self.state.paused_until > clock.now()


def fares(on: Collection[Carrier]) -> list[Fare]:
    """Every carrier of the site, and those that still hold something."""
    waiting = _counts(_D.c.ended_at.is_(None))
    dead = _counts(_D.c.outcome == Outcome.GIVEN_UP)
    rows = db.session.scalars(select(CarrierState).order_by(CarrierState.id))
    found = [Fare(row.carrier, row.carrier in on, row, waiting.get(row.carrier, 0), dead.get(row.carrier, 0))
             for row in rows]
    return [fare for fare in found if fare.is_on or fare.waiting or fare.dead]


def silent(on: Collection[Carrier]) -> Sequence[Carrier]:
    """The carriers of the site that fail time after time: what they would tell is told in the application alone."""
    rows = select(CarrierState.carrier).where(CarrierState.carrier.in_(on), CarrierState.failures >= ENOUGH_FAILURES)
    return db.session.scalars(rows.order_by(CarrierState.id)).all()


def page(shown: Shown, carrier: Carrier | None, *, before: int | None = None) -> tuple[Sequence[Delivery], int | None]:
    """Messages, the newest first, and the ``before`` of the next page."""
    rows: Select[Any] = select(Delivery).order_by(Delivery.id.desc()).limit(PAGE + 1)
    if before is not None:
        rows = rows.where(Delivery.id < before)
    if carrier is not None:
        rows = rows.where(Delivery.carrier == carrier)
    rows = {
        Shown.DEAD: rows.where(Delivery.outcome == Outcome.GIVEN_UP), Shown.SENT: rows.where(
            Delivery.outcome == Outcome.SENT
        ), Shown.WAITING: rows.where(Delivery.ended_at.is_(None)), Shown.ALL: rows,
    }[shown]
    found = db.session.scalars(rows).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def get(delivery_id: int) -> tuple[Delivery, Sequence[DeliveryAttempt]]:
    """One message with its attempts; NotFound."""
    delivery = db.session.get(Delivery, delivery_id)
    if delivery is None:
        raise NotFound
    rows = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery_id).order_by(DeliveryAttempt.number)
    return delivery, db.session.scalars(rows).all()


def may_resend(delivery: Delivery) -> bool:
    """Whether it did not go and its words can be written again."""
    return delivery.outcome is Outcome.GIVEN_UP and delivery.purpose in COMPOSED


@operation
def resend(ids: Collection[int], *, actor: Actor) -> int:
    """重发：what did not go is due again under the same key. Returns how many. Raises NotAllowed, Refused.

    Of the digests of one person the latest goes again: it counts what is unread now no worse than the others.
    """
    if not actor.holds(Role.SYSTEM_ADMINISTRATOR):
        raise NotAllowed
    now = clock.now()
    again = (
        update(_D)
        .where(among(_D.c.id, ids=sorted(ids)[:MOST_AT_ONCE]), _D.c.outcome == Outcome.GIVEN_UP,
               _D.c.purpose.in_(COMPOSED), ~_later_digest())
        .values(ended_at=None, outcome=None, problem="", next_try_at=notices.not_before(now), expires_at=now + LASTS,
                most_tries=_D.c.tries + MOST_TRIES)
        .returning(_D.c.id)
    )
    sent = sorted(db.session.scalars(again))
    if not sent:
        raise Refused("选中的都不能重发：已经重发过，或内容已清除（验证码、邀请、链接），请让对方重新获取。")
    log.record("resend_deliveries", object_type="delivery", object_id=sent[0], actor=actor,
               details={"count": len(sent), "ids": sent[:100]})
    return len(sent)


def dead_ids(carrier: Carrier | None) -> list[int]:
    """Everything that did not go and can be sent again, the oldest first, as many as one act takes."""
    rows = select(_D.c.id).where(_D.c.outcome == Outcome.GIVEN_UP, _D.c.purpose.in_(COMPOSED))
    rows = rows.where(_D.c.carrier == carrier) if carrier else rows
    return list(db.session.scalars(rows.order_by(_D.c.id).limit(MOST_AT_ONCE)))


def _later_digest() -> Any:
    """Another digest of the same person that waits, or that did not go either and is newer."""
    is_open = _OTHER.c.ended_at.is_(None)
    is_newer = (_OTHER.c.outcome == Outcome.GIVEN_UP) & (_OTHER.c.id > _D.c.id)
    return (
        select(_OTHER.c.id)
        .where(_D.c.purpose == Purpose.DIGEST, _OTHER.c.purpose == Purpose.DIGEST, _OTHER.c.user_id == _D.c.user_id,
               _OTHER.c.carrier == _D.c.carrier, is_open | is_newer)
        .correlate(_D).exists()
    )


def _counts(condition: Any) -> Mapping[Carrier, int]:
    rows = select(_D.c.carrier, func.count()).where(condition).group_by(_D.c.carrier)
    return {carrier: count for carrier, count in db.session.execute(rows)}
