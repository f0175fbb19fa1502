"""落实: the record of a talk and its promises, progress and the end of a listing, the outcome of a referral."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from models import clock
from models.access import Role
from models.base import db
from models.measures import Commitment, Decision, Measure, MeasureEnd, MeasureKind, MeasureProgress
from operations.access.actor import Actor, Standing
from operations.base import hold, operation
from operations.clocks import shanghai
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.supervision.measures import telling
from operations.supervision.measures.proposing import record
from operations.words import ensure_said

TEXT_LIMIT, LINE_LIMIT, PLACE_LIMIT, MOST_COMMITMENTS = 2000, 500, 100, 10
OFFICE, UNIT, DISCIPLINE = (Role.SUPERVISOR,), (Role.UNIT_LEADER,), (Role.DISCIPLINE_OBSERVER,)


@dataclass(frozen=True, slots=True)
class Record:
    """约谈记录. ``commitments`` are pairs of what the unit promised and by which day."""

    held_on: date
    place: str
    participants: str
    words: str
    commitments: Sequence[tuple[str, date]] = ()


@operation
def record_talk(measure: Measure, *, actor: Actor, told: Record) -> None:
    """约谈记录：by the supervisor's office, after the talk; the unit reads it and its own promises."""
    standing = _running(measure, actor, MeasureKind.TALK, OFFICE)
    _ensure_sound(told)
    measure.held_on, measure.place, measure.participants = told.held_on, told.place, told.participants
    measure.words = told.words
    db.session.add_all(Commitment(measure_id=measure.id, words=words, due_on=due_on)
                       for words, due_on in told.commitments)
    _end(measure, actor)
    record("record_talk", measure, actor=actor, standing=standing, words=told.words)
    telling.tell_unit(measure, f"约谈记录：{measure.unit.short_name}", words=told.words)


@operation
def keep_commitment(measure: Measure, *, actor: Actor, commitment_id: int) -> None:
    """承诺落实：the office confirms that the unit has kept one promise."""
    standing = _standing(measure, actor, OFFICE)
    rows = select(Commitment).where(Commitment.id == commitment_id, Commitment.measure_id == measure.id)
    promised = db.session.scalar(rows.with_for_update())
    if promised is None:
        raise NotFound
    if promised.kept_at is not None:
        raise Refused("这一条已经确认落实。")
    promised.kept_at, promised.kept_by_id = clock.now(), actor.user_id
    record("keep_commitment", measure, actor=actor, standing=standing, words=promised.words)


@operation
def report_progress(measure: Measure, *, actor: Actor, words: str) -> None:
    """报进展：by the unit's leader or by the office, while it is running or promises are open."""
    standing = _standing(measure, actor, (*OFFICE, *UNIT))
    said = ensure_said(words, "请写明进展。", most=LINE_LIMIT)
    if measure.decision is not Decision.APPROVED or measure.revoked_at is not None:
        raise Refused("没有生效的措施，不报进展。")
    assert actor.user_id is not None
    db.session.add(MeasureProgress(measure_id=measure.id, words=said, reported_at=clock.now(),
                                   reported_by_id=actor.user_id))
    record("report_measure_progress", measure, actor=actor, standing=standing, words=said)


@operation
def take_down(measure: Measure, *, actor: Actor, words: str) -> None:
    """摘牌：by the office, with the reason."""
    standing = _running(measure, actor, MeasureKind.LISTING, OFFICE)
    measure.words = ensure_said(words, "请写明摘牌理由。", most=TEXT_LIMIT)
    _end(measure, actor)
    record("take_down_listing", measure, actor=actor, standing=standing, words=measure.words)
    telling.tell_unit(measure, f"已摘牌：{measure.unit.short_name}", words=measure.words)


@operation
def feed_back(measure: Measure, *, actor: Actor, words: str) -> None:
    """反馈问责结果：by the discipline observer to whom it was handed."""
    standing = _running(measure, actor, MeasureKind.REFERRAL, DISCIPLINE)
    measure.words = ensure_said(words, "请写明处理结果。", most=TEXT_LIMIT)
    _end(measure, actor)
    record("feed_back_referral", measure, actor=actor, standing=standing)
    telling.tell_office(measure, f"问责结果已反馈：{measure.unit.short_name}")
    telling.tell_leaders(measure, f"问责结果已反馈：{measure.unit.short_name}")


def standing_for(measure: Measure, actor: Actor, roles: Sequence[Role]) -> Standing | None:
    """The post by which the actor acts on this measure: an office's of its region, a leader's of its unit or above."""
    for post in actor.posts_as(*roles):
        if post.role is Role.UNIT_LEADER:
            if measure.unit.path.startswith(post.unit_path):
                return post
        elif post.region_path and measure.region_path.startswith(post.region_path):
            return post
    return None


def _standing(measure: Measure, actor: Actor, roles: Sequence[Role]) -> Standing:
    standing = standing_for(measure, actor, roles)
    if standing is None:
        raise NotAllowed
    hold(measure)
    return standing


def _running(measure: Measure, actor: Actor, kind: MeasureKind, roles: Sequence[Role]) -> Standing:
    standing = _standing(measure, actor, roles)
    if measure.kind is not kind:
        raise NotFound
    if not measure.is_running:
        raise Refused(f"{kind.label}还没有批准，或者已经结束。")
    return standing


def _end(measure: Measure, actor: Actor) -> None:
    measure.ended_at, measure.ended_as, measure.ended_by_id = clock.now(), MeasureEnd.DONE, actor.user_id


def _ensure_sound(told: Record) -> None:
    if told.held_on > shanghai.today():
        raise BadInput("约谈日期不能在将来。")
    for said, missing, most in ((told.place, "请写明约谈地点。", PLACE_LIMIT),
                                (told.participants, "请写明参加人。", LINE_LIMIT),
                                (told.words, "请写明约谈内容。", TEXT_LIMIT)):
        ensure_said(said, missing, most=most)
    if len(told.commitments) > MOST_COMMITMENTS:
        raise BadInput(f"承诺最多 {MOST_COMMITMENTS} 条。")
    for words, due_on in told.commitments:
        ensure_said(words, "请写明承诺的内容。", most=LINE_LIMIT)
        if due_on < told.held_on:
            raise BadInput("承诺的期限不能早于约谈日期。")
