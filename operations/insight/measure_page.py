"""One measure: what it is about, who decided, what came of it, and what the reader may do; and one reconsideration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import joinedload

from models.access import Role, User
from models.base import db
from models.letters import Letter
from models.measures import Commitment, Decision, Measure, MeasureKind, MeasureProgress, Reconsideration
from models.supervision import Supervision
from operations.access.actor import Actor
from operations.access.found import the_one
from operations.access.measure_scope import get_reconsideration, measure_scope, visible_reconsiderations
from operations.clocks import shanghai
from operations.errors import NotFound
from operations.insight.keyset import TOP, Page, Place, paged
from operations.insight.measures import State, state_of
from operations.supervision.letters.measure_letters import letter_of
from operations.supervision.measures import deciding, reconsidering
from operations.supervision.measures.by_rule import LETTER, OFTEN, SECOND_LAPSED
from operations.supervision.measures.carrying_out import standing_for

CAUSES = {SECOND_LAPSED: "二次督办到期未落实", OFTEN: "一个季度内多次被二次督办",
          LETTER: "公文提级后仍未落实"}


@dataclass(frozen=True, slots=True)
class Offer:
    """What the reader may do now: the rules that would refuse it decide."""

    decide: bool
    record: bool
    keep: bool
    progress: bool
    take_down: bool
    feed_back: bool
    reconsider: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A measure as its page shows it."""

    measure: Measure
    state: State
    cause: str
    proposer: str
    decider: str
    commitments: Sequence[Commitment]
    progress: Sequence[Row[Any]]
    reconsideration: Reconsideration | None
    until: datetime | None
    letter: Letter | None
    offer: Offer
    today: Any


def card(actor: Actor, measure_id: int) -> Card:
    """The measure of this id, or NotFound."""
    asked = select(Measure).where(measure_scope(actor), Measure.id == measure_id)
    measure = the_one(asked.options(joinedload(Measure.unit), joinedload(Measure.office), joinedload(Measure.ticket),
                                    joinedload(Measure.responsible)))
    names = _names(measure.proposed_by_id, measure.decided_by_id)
    promised = db.session.scalars(
        select(Commitment).where(Commitment.measure_id == measure.id).order_by(Commitment.due_on, Commitment.id)
    ).all()
    asked_again = db.session.scalar(select(Reconsideration).where(Reconsideration.measure_id == measure.id))
    return Card(
        measure, state_of(measure), CAUSES.get(measure.rule, "人工提请"),
        names.get(measure.proposed_by_id or 0, "系统按规则"), names.get(measure.decided_by_id or 0, ""), promised,
        _progress(measure), asked_again, _until(measure), letter_of(measure),
        _offer(measure, actor, promised, asked_again), shanghai.today(),
    )


def reconsiderations(actor: Actor, *, place: Place = TOP) -> Page:
    """One page of the reconsiderations the actor may read, the latest first."""
    rows = visible_reconsiderations(actor).options(
        joinedload(Reconsideration.unit), joinedload(Reconsideration.supervision), joinedload(Reconsideration.measure),
    )
    return paged(rows, Reconsideration.requested_at, Reconsideration.id, size=25, place=place, is_descending=True)


def reconsideration(actor: Actor, reconsideration_id: int) -> tuple[Reconsideration, dict[int, str], bool]:
    """One reconsideration, the names in it, and whether the actor may decide it; or NotFound."""
    asked = get_reconsideration(actor, reconsideration_id)
    may_decide = asked.decided_at is None and reconsidering.deciding_post(asked, actor) is not None
    return asked, _names(asked.requested_by_id, asked.decided_by_id), may_decide


def of_order(order: Supervision, actor: Actor) -> tuple[Reconsideration | None, bool]:
    """What was asked about an order, and whether the actor may ask now."""
    asked = db.session.scalar(select(Reconsideration).where(Reconsideration.supervision_id == order.id))
    if asked is not None or not actor.holds(Role.UNIT_LEADER):
        return asked, False
    try:
        return None, reconsidering.may_request(reconsidering.of_order(order), actor)
    except NotFound:
        return None, False


def _offer(measure: Measure, actor: Actor, promised: Sequence[Commitment], asked: Reconsideration | None) -> Offer:
    office, unit, discipline = (
        standing_for(measure, actor, (role,)) is not None
        for role in (Role.SUPERVISOR, Role.UNIT_LEADER, Role.DISCIPLINE_OBSERVER)
    )
    runs, kind = measure.is_running, measure.kind
    in_force = measure.decision is Decision.APPROVED and measure.revoked_at is None
    is_open = any(one.kept_at is None for one in promised)
    return Offer(
        decide=deciding.may_decide(measure, actor), record=office and runs and kind is MeasureKind.TALK,
        keep=office and in_force and is_open, progress=(office or unit) and in_force and (runs or is_open),
        take_down=office and runs and kind is MeasureKind.LISTING,
        feed_back=discipline and runs and kind is MeasureKind.REFERRAL,
        reconsider=unit and in_force and asked is None
        and reconsidering.may_request(reconsidering.of_measure(measure), actor),
    )


def _until(measure: Measure) -> datetime | None:
    if measure.decision is not Decision.APPROVED:
        return None
    return reconsidering.last_day(reconsidering.of_measure(measure))


def _progress(measure: Measure) -> Sequence[Row[Any]]:
    rows: Any = (
        select(MeasureProgress.words, MeasureProgress.reported_at, User.name)
        .join(User, User.id == MeasureProgress.reported_by_id)
        .where(MeasureProgress.measure_id == measure.id)
        .order_by(MeasureProgress.id.desc())
    )
    return db.session.execute(rows).all()


def _names(*ids: int | None) -> dict[int, str]:
    rows = select(User.id, User.name).where(User.id.in_({one for one in ids if one}))
    return {user_id: name for user_id, name in db.session.execute(rows)}
