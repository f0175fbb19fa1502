"""复核: within 30 days the unit may ask somebody who had no hand in it to look at an order or a measure again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, literal, select

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.directory import Organisation, Region
from models.measures import Decision, Measure, MeasureEnd, Reconsideration, ReconsiderationOutcome
from models.supervision import Level, Supervision
from models.tickets import Ticket
from operations import log, notices
from operations.access.actor import Actor, Standing
from operations.base import hold, operation
from operations.clocks import rulebook, shanghai
from operations.errors import NotAllowed, NotFound, Refused
from operations.supervision import settling
from operations.words import ensure_said

TEXT_LIMIT = 2000
DECIDING = (Role.SUPERVISOR, Role.LEADER)
OTHERWISE = (Role.SUPERVISOR, Role.DISCIPLINE_OBSERVER)


@dataclass(frozen=True, slots=True)
class Target:
    """What is looked at again, an order or a measure: whose it is, who made it and when it reached the unit."""

    unit: Organisation
    region_path: str
    at: datetime
    order: Supervision | None = None
    measure: Measure | None = None
    ticket_id: int | None = None
    issuer_id: int | None = None
    issued_by_id: int | None = None
    approved_by_id: int | None = None


def of_order(order: Supervision) -> Target:
    """An order with limits, once issued. Raises NotFound for a reminder and where no unit received it."""
    if order.receiver is None or order.level in (Level.REMINDER, Level.TALK, Level.REFERRAL):
        raise NotFound
    return Target(order.receiver, order.region_path, order.opened_at, order=order, ticket_id=order.ticket_id,
                  issuer_id=order.issuer_id, issued_by_id=order.issued_by_id)


def of_measure(measure: Measure) -> Target:
    """A measure that a leader has approved; NotFound before."""
    if measure.decided_at is None or measure.decision is not Decision.APPROVED:
        raise NotFound
    return Target(measure.unit, measure.region_path, measure.decided_at, measure=measure, ticket_id=measure.ticket_id,
                  issuer_id=measure.office_id, issued_by_id=measure.proposed_by_id,
                  approved_by_id=measure.decided_by_id)


@operation
def request(target: Target, *, actor: Actor, reasons: str) -> Reconsideration:
    """申请复核：by the unit's leader, once, within the days; what was ordered stands until it is decided."""
    standing = _unit_post(target, actor)
    if standing is None:
        raise NotAllowed
    said = ensure_said(reasons, "请写明申请复核的理由。", most=TEXT_LIMIT)
    objection = not_to_request(target)
    if objection:
        raise Refused(objection)
    asked = Reconsideration(
        supervision_id=target.order.id if target.order else None, ticket_id=target.ticket_id, unit_id=target.unit.id,
        measure_id=target.measure.id if target.measure else None, issuer_id=target.issuer_id,
        region_path=target.region_path, issued_by_id=target.issued_by_id, approved_by_id=target.approved_by_id,
        reasons=said, requested_at=clock.now(), requested_by_id=actor.user_id,
    )
    db.session.add(asked)
    db.session.flush()
    _record("request_reconsideration", asked, actor, standing, said)
    notices.tell_people(list(deciders(asked)), f"申请复核：{target.unit.short_name}",
                        about=f"reconsideration.{asked.id}", words=said)
    return asked


@operation
def decide(asked: Reconsideration, *, actor: Actor, outcome: ReconsiderationOutcome, words: str) -> None:
    """复核决定：by whom `deciding_post` finds, who had no hand in it. A revoked one counts nowhere."""
    hold(asked)
    standing = deciding_post(asked, actor)
    if standing is None:
        raise NotAllowed
    said = ensure_said(words, "请写明复核意见。", most=TEXT_LIMIT)
    if asked.decided_at is not None:
        raise Refused("这份复核已经有了决定。")
    asked.outcome, asked.words = outcome, said
    asked.decided_at, asked.decided_by_id = clock.now(), actor.user_id
    _record("decide_reconsideration", asked, actor, standing, said)
    if outcome is ReconsiderationOutcome.REVOKED:
        _revoke(asked, actor)
    notices.tell_people([asked.requested_by_id, asked.issued_by_id, asked.approved_by_id],
                        f"复核结论“{outcome.label}”", about=f"reconsideration.{asked.id}", words=said)


def last_day(target: Target) -> datetime:
    """Until when the unit may ask."""
    return target.at + timedelta(days=int(rulebook.current().policy("measures")["reconsideration_days"]))


def not_to_request(target: Target) -> str | None:
    """Why it is not asked for: too late, or asked before."""
    if shanghai.today() > shanghai.day_of(last_day(target)):
        return "已经超过申请复核的期限。"
    same = (Reconsideration.supervision_id == target.order.id if target.order
            else Reconsideration.measure_id == (target.measure.id if target.measure else None))
    return "已经申请过复核。" if db.session.scalar(select(exists().where(same))) else None


def may_request(target: Target, actor: Actor) -> bool:
    """Whether the actor leads the unit and nothing stands against asking."""
    return _unit_post(target, actor) is not None and not_to_request(target) is None


def deciding_post(asked: Reconsideration, actor: Actor) -> Standing | None:
    """The post by which the actor may decide: of another office than issued it, and with no hand in it.

    Where nobody holds such a post at this moment, somebody else of the office that issued it may, and where there is
    nobody either, the discipline observers of the region: decided by another it is in any case.
    """
    if actor.user_id in _had_a_hand(asked):
        return None
    own = (post for post in actor.posts_as(*DECIDING) if post.unit_id != asked.issuer_id and not post.stands_in)
    post = next((post for post in own if post.region_path and asked.region_path.startswith(post.region_path)), None)
    if post is not None:
        return post
    post = actor.post_above(asked.region_path, roles=OTHERWISE)
    return post if post is not None and actor.user_id in deciders(asked) else None


def deciders(asked: Reconsideration) -> dict[int, str]:
    """Who may decide now, by the tree of this moment, the nearest ground first: id → name."""
    rows = (
        select(Post.user_id, User.name, Post.role, Post.organisation_id)
        .join(User, User.id == Post.user_id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .join(Region, Region.id == func.coalesce(Post.region_id, Organisation.region_id))
        .where(Post.role.in_((*DECIDING, *OTHERWISE)), Post.ended_at.is_(None), User.is_active.is_(True),
               literal(asked.region_path).startswith(Region.path), Post.user_id.not_in(_had_a_hand(asked)))
        .order_by(Region.path.desc(), Post.rank, Post.id)
    )
    found = db.session.execute(rows).all()
    elsewhere = [row for row in found if row.role in DECIDING and row.organisation_id != asked.issuer_id]
    within = [row for row in found if row.role in DECIDING]
    return {row.user_id: row.name for row in elsewhere or within or found}


def _had_a_hand(asked: Reconsideration) -> list[int]:
    people = (asked.issued_by_id, asked.approved_by_id, asked.requested_by_id)
    return [person for person in people if person is not None]


def _unit_post(target: Target, actor: Actor) -> Standing | None:
    posts = actor.posts_as(Role.UNIT_LEADER)
    return next((post for post in posts if target.unit.path.startswith(post.unit_path)), None)


def _revoke(asked: Reconsideration, actor: Actor) -> None:
    if asked.supervision is not None and asked.ticket_id is not None:
        ticket = db.session.scalars(select(Ticket).where(Ticket.id == asked.ticket_id).with_for_update()).one()
        settling.revoke(ticket, asked.supervision)
    measure = asked.measure
    if measure is not None:
        measure.revoked_at = clock.now()
        if measure.ended_at is None:
            measure.ended_at, measure.ended_as = measure.revoked_at, MeasureEnd.REVOKED
            measure.ended_by_id = actor.user_id


def _record(action: str, asked: Reconsideration, actor: Actor, standing: Standing, words: str) -> None:
    log.record(action, object_type="reconsideration", object_id=asked.id, actor=actor, standing=standing,
               ticket_id=asked.ticket_id, words=words if asked.supervision_id else "",
               details={"supervision": asked.supervision_id, "measure": asked.measure_id,
                        "outcome": str(asked.outcome or "")})
