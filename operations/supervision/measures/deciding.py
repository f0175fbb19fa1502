"""批准: a leader of the region decides what the supervisor's office or a rule has proposed."""

from sqlalchemy import select

from models import clock
from models.access import Role
from models.base import db
from models.measures import Decision, Measure, MeasureEnd, MeasureKind
from models.supervision import Supervision
from models.tickets import Ticket
from operations.access.actor import Actor, Standing
from operations.base import hold, operation
from operations.errors import NotAllowed, Refused
from operations.supervision import supervision
from operations.supervision.letters import measure_letters
from operations.supervision.measures import telling
from operations.supervision.measures.proposing import record
from operations.words import ensure_said

WORDS_LIMIT = 500


@operation
def approve(measure: Measure, *, actor: Actor, words: str = "") -> None:
    """同意：the unit is told; a talk and a referral have their letter. A referral goes to the discipline observers and is
    the ticket's highest rung."""
    standing = _decide(measure, actor, Decision.APPROVED, words)
    record("approve_measure", measure, actor=actor, standing=standing, words=words)
    label, order = measure.kind.label, None
    telling.tell_office(measure, f"已批准{label}：{measure.unit.short_name}", words=words)
    if measure.kind is MeasureKind.REFERRAL:
        telling.tell_discipline(measure, f"移交问责：{measure.unit.short_name}")
        order = _raise_ticket(measure, actor)
    measure_letters.expect(measure, order, actor=actor, standing=standing)
    telling.tell_unit(measure, f"{label}：{measure.unit.short_name}", words=measure.reason)


@operation
def decline(measure: Measure, *, actor: Actor, words: str) -> None:
    """不同意：it ends here, with the reason."""
    ensure_said(words, "请写明不同意的理由。", most=WORDS_LIMIT)
    standing = _decide(measure, actor, Decision.DECLINED, words)
    measure.ended_at, measure.ended_as, measure.ended_by_id = clock.now(), MeasureEnd.DECLINED, actor.user_id
    record("decline_measure", measure, actor=actor, standing=standing, words=words)
    telling.tell_office(measure, f"未批准{measure.kind.label}：{measure.unit.short_name}", words=words)


def may_decide(measure: Measure, actor: Actor) -> bool:
    """Whether the actor is a leader of the region, and not who proposed it."""
    return (
        measure.decided_at is None and measure.ended_at is None and measure.proposed_by_id != actor.user_id
        and actor.post_above(measure.region_path, roles=(Role.LEADER,)) is not None
    )


def _decide(measure: Measure, actor: Actor, decision: Decision, words: str) -> Standing:
    standing = actor.post_above(measure.region_path, roles=(Role.LEADER,))
    if standing is None:
        raise NotAllowed
    hold(measure)
    if measure.decided_at is not None or measure.ended_at is not None:
        raise Refused("这一份已经有了决定。")
    if measure.proposed_by_id == actor.user_id:
        raise Refused("提请的人不能自己批准。")
    measure.decision, measure.decision_words = decision, words.strip()[:WORDS_LIMIT]
    measure.decided_at, measure.decided_by_id = clock.now(), actor.user_id
    return standing


def _raise_ticket(measure: Measure, actor: Actor) -> Supervision | None:
    if measure.ticket_id is None:
        return None
    ticket = db.session.scalars(select(Ticket).where(Ticket.id == measure.ticket_id)).one()
    return supervision.refer(ticket, actor=actor, reason=measure.reason)
