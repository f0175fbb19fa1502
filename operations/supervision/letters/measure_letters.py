"""约谈函, 移交函: one letter for each talk and each referral that a leader has approved, in that transaction."""

from functools import partial
from typing import Any

from sqlalchemy import exists, select

from models import clock
from models.base import db
from models.bulk import insert_rows
from models.letters import Letter, LetterAddressee, LetterKind
from models.measures import Measure, MeasureKind
from models.supervision import Level, Supervision
from operations import log
from operations.access.actor import Actor, Standing
from operations.base import before_commit
from operations.clocks import rulebook
from operations.supervision.letters import issuing, orders, raising
from operations.supervision.letters.proof import ISSUED
from operations.supervision.letters.sheet import ROWS
from operations.supervision.letters.writing import Draft, write

KINDS = {MeasureKind.TALK: LetterKind.TALK, MeasureKind.REFERRAL: LetterKind.REFERRAL}
NO_TICKET = "涉企诉求办理"  # what such a letter is about


def expect(measure: Measure, order: Supervision | None, *, actor: Actor, standing: Standing) -> None:
    """Write its letter with the approval's last steps, unless an order's is its letter: a talk's that was sent with
    the order of that rung, or a referral's that is written with the ``order`` the approval has just opened."""
    if measure.kind not in KINDS or (measure.kind is MeasureKind.TALK and _was_sent(measure)):
        return
    if order is not None and orders.concern(order.id, measure_id=measure.id, rows=_rows(measure)):
        return
    before_commit(("measure letter", measure.id), partial(_write, measure, actor, standing))


def letter_of(measure: Measure) -> Letter | None:
    """The letter of a measure: its own, or else the latest of its kind that went out with an order of its ticket."""
    if measure.kind not in KINDS or measure.decided_at is None:
        return None
    found = db.session.scalar(select(Letter).where(Letter.measure_id == measure.id))
    if found is not None or measure.ticket_id is None:
        return found
    sent = select(Letter).where(Letter.ticket_id == measure.ticket_id, Letter.kind == KINDS[measure.kind])
    return db.session.scalar(sent.where(Letter.supervision_id.is_not(None)).order_by(Letter.id.desc()).limit(1))


def _was_sent(measure: Measure) -> bool:
    order = select(Supervision.id).where(
        Supervision.ticket_id == measure.ticket_id, Supervision.level == Level.TALK, Supervision.ended_at.is_(None),
        exists().where(Letter.supervision_id == Supervision.id),
    )
    return measure.ticket_id is not None and db.session.scalar(order.limit(1)) is not None


def _write(measure: Measure, actor: Actor, standing: Standing) -> None:
    db.session.flush()
    now, unit, ticket = clock.now(), measure.unit, measure.ticket
    office_id = measure.office_id or standing.unit_id  # without an office of supervision, the leader's own signs
    if office_id is None:
        return
    draft = Draft(
        kind=KINDS[measure.kind], office_id=office_id, addressee=_addressee(measure), measure_id=measure.id,
        ticket_id=measure.ticket_id, issued_by_id=actor.user_id, post_id=standing.post_id, facts=_facts(measure),
    )
    letter_id = write([draft], now=now)[0]
    log.record(ISSUED, object_type="letter", object_id=letter_id, actor=actor, standing=standing, at=now,
               ticket_id=measure.ticket_id, details=draft.details)
    if measure.kind is MeasureKind.REFERRAL:
        return  # the discipline office answers in the measure itself
    insert_rows(db.session.connection(), LetterAddressee.__table__, [
        {"letter_id": letter_id, "unit_id": unit.id, "returned_count": 0, "rung": 0,
         "fire_at": raising.first_look(now, None, rules=rulebook.current())}
    ])
    issuing.tell(db.session.get_one(Letter, letter_id), [unit], ticket)


def _addressee(measure: Measure) -> str:
    is_referral = measure.kind is MeasureKind.REFERRAL
    return orders.discipline_of(measure.region_path) if is_referral else measure.unit.name


def _facts(measure: Measure) -> dict[str, Any]:
    """What of an order's fields it does not have is None: their paragraph is left out, and its own stands instead."""
    ticket = measure.ticket
    about = f"办件 {ticket.number}（{ticket.enterprise.name}反映“{ticket.subject}”）。" if ticket else ""
    return {
        **dict.fromkeys(orders.OF_ORDERS), "收文单位": _addressee(measure), "责任单位": measure.unit.name,
        "办件号": ticket.number if ticket else None, "企业": ticket.enterprise.name if ticket else None,
        "主题": ticket.subject if ticket else NO_TICKET, "措施编号": measure.number, "涉及办件": about,
        "事由": measure.reason, ROWS: _rows(measure),
    }


def _rows(measure: Measure) -> list[tuple[str, str]]:
    """一案双查: who is held responsible stands below the text, whatever the template says."""
    if measure.kind is not MeasureKind.REFERRAL:
        return []
    named = (("直接责任人", measure.direct_name, measure.direct_title),
             ("领导责任人", measure.leading_name, measure.leading_title))
    return [("责任单位", measure.unit.name), *((role, f"{name}　{title}".strip()) for role, name, title in named)]
