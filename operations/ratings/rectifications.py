"""差评整改: a named 差评 is contacted, put right, signed for by the unit's leader, and called about by the centre.

domain.md §8. Contact and fix run on the engine of every other clock and climb the same ladder. Nothing of it touches
the rating. An anonymous 差评 opens none: a contact would lead to whoever rated.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from models import clock
from models.base import db
from models.clocks import ClockKind
from models.directory import Organisation
from models.rectifications import (
    Rectification,
    RectificationAct,
    RectificationCall,
    RectificationEnd,
    Verification,
)
from models.supervision import Level
from models.tickets import OrderRole, Ticket, UnitOrder
from operations import log, notices
from operations.access import rectification_scope as scope
from operations.access.actor import Actor, Standing
from operations.base import before_commit, operation, remembered
from operations.clocks import clocks, rulebook, shanghai
from operations.errors import BadInput, Refused
from operations.supervision import chain, ladder
from operations.tickets import avoidance
from operations.tickets.advance import settle

CONTACTING, FIXING = ClockKind.RECTIFICATION_CONTACT, ClockKind.RECTIFICATION
WORDS_LIMIT, TEXT_LIMIT = 500, 2000


@dataclass(frozen=True, slots=True)
class Report:
    """What the unit says of it: was it so, what was done, what came of it."""

    verification: Verification
    measures: str
    result: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one call."""

    was_reached: bool
    is_solved: bool | None = None
    is_satisfied: bool | None = None
    words: str = ""


def unit_of(ticket: Ticket) -> Organisation | None:
    """Who must put it right: the last lead unit, of the main ticket for a merged one; else the service centre."""
    leads = select(Organisation).join(UnitOrder, UnitOrder.unit_id == Organisation.id)
    for ticket_id in filter(None, (ticket.id, ticket.merged_into_id)):
        led = leads.where(UnitOrder.ticket_id == ticket_id, UnitOrder.role == OrderRole.LEAD)
        found = db.session.scalar(led.order_by(UnitOrder.id.desc()).limit(1))
        if found is not None:
            return found
    centre = remembered("offices", ladder.Offices).issuer(ticket.region_path, Level.FIRST)
    return None if centre is None else db.session.get(Organisation, centre)


def told(unit: Organisation | None) -> dict[str, Any]:
    """What the event of a rating says of the rectification it opens: whose it is and how long it may take."""
    if unit is None:
        return {}
    rules = rulebook.current()
    limits = {str(kind): str(rules.limit(kind)) for kind in (CONTACTING, FIXING)}
    return {"rectifies": unit.id, "rectification_limits": limits}


def open_one(rating_id: int, ticket: Ticket, unit: Organisation) -> None:
    """打开整改, within the running rating: both clocks start with it, and the unit and the centre are told."""
    contact, fix = (clocks.start(ticket, kind, unit_id=unit.id) for kind in (CONTACTING, FIXING))
    db.session.flush()
    db.session.add(Rectification(
        rating_id=rating_id, ticket_id=ticket.id, unit_id=unit.id, region_path=ticket.region_path,
        opened_at=clock.now(), contact_clock_id=contact.id, fix_clock_id=fix.id,
    ))
    notices.tell_units([unit], ticket, f"企业评价不满意，请按时联系并整改：{ticket.subject}")


@operation
def contact(rectification_id: int, *, actor: Actor, words: str) -> None:
    """联系评价人：by the unit. Stops the contact clock. Raises NotFound, NotAllowed, Refused, BadInput."""
    found, ticket, unit = held(rectification_id, actor)
    post = scope.handling_post(actor, unit)
    if found.contacted_at is not None:
        raise Refused("已经登记过联系。")
    noted = said(words, "请写明怎么联系的、企业怎么说。", most=WORDS_LIMIT)
    _stop(ticket, found.contact_clock_id)
    found.contacted_at, found.contacted_by_id, found.contact_words = clock.now(), actor.user_id, noted
    record(RectificationAct.CONTACT, found, ticket, actor=actor, post=post, words=noted)


@operation
def report(rectification_id: int, *, actor: Actor, told: Report) -> None:
    """报整改结果：for the leader to sign; written anew until then. Raises NotFound, NotAllowed, Refused, BadInput."""
    found, ticket, unit = held(rectification_id, actor)
    post = scope.handling_post(actor, unit)
    if found.contacted_at is None:
        raise Refused("请先联系企业并登记。")
    if found.signed_at is not None:
        raise Refused("整改结果已经签发，等待回访。")
    found.measures = said(told.measures, "请写明采取了什么措施。", most=TEXT_LIMIT)
    found.result = said(told.result, "请写明整改结果。", most=TEXT_LIMIT)
    found.verification = told.verification
    found.reported_at, found.reported_by_id = clock.now(), actor.user_id
    record(RectificationAct.REPORT, found, ticket, actor=actor, post=post, words=f"{found.measures}\n{found.result}",
           verification=str(told.verification))
    notices.tell(chain.heads([unit.id]).get(unit.id, []), ticket, f"差评整改结果待签发：{ticket.subject}")


@operation
def sign(rectification_id: int, *, actor: Actor, seen_at: datetime | None) -> None:
    """签发整改结果：by a leader of the unit, who has read the report of ``seen_at``. Stops the fix clock.

    Raises NotFound, NotAllowed, Refused.
    """
    found, ticket, unit = held(rectification_id, actor)
    post = scope.signing_post(actor, found, unit)
    if found.signed_at is not None:
        raise Refused("整改结果已经签发。")
    if found.reported_at is None or found.reported_at != seen_at:
        raise Refused("整改结果有变动，请看过再签发。")
    for clock_id in (found.fix_clock_id, found.again_clock_id):
        _stop(ticket, clock_id)
    found.signed_at, found.signed_by_id = clock.now(), actor.user_id
    record(RectificationAct.SIGN, found, ticket, actor=actor, post=post, again=found.again_clock_id is not None)
    notices.tell_centre(ticket, f"差评已整改，请回访：{ticket.subject}")


@operation
def call(rectification_id: int, *, actor: Actor, answer: Answer) -> None:
    """整改回访：by somebody outside the unit. Unsolved or dissatisfied, it goes back to the unit with a new fix clock.

    Failed attempts on as many different days as the policy ``follow_up`` says end it as 未接通. Raises NotFound,
    NotAllowed, Refused, BadInput.
    """
    found, ticket, unit = held(rectification_id, actor)
    post = scope.outside_post(actor, found, unit, roles=scope.CALLING)
    is_proxy = ticket.counted_case_id is not None
    if objection := avoidance.words_of(avoidance.reasons([ticket.id], actor.user_id, of_proxies=is_proxy)[ticket.id]):
        raise Refused(objection)
    if found.signed_at is None:
        raise Refused("整改结果还没有签发，签发后再回访。")
    if answer.was_reached and (answer.is_solved is None or answer.is_satisfied is None):
        raise BadInput("接通后请记录是否解决、是否满意。")
    if len(answer.words) > WORDS_LIMIT:
        raise BadInput(f"最多 {WORDS_LIMIT} 字。")
    _note(found, actor, answer)
    is_good = bool(answer.is_solved and answer.is_satisfied)
    record(RectificationAct.CALL, found, ticket, actor=actor, post=post, words=answer.words,
           reached=answer.was_reached, solved=answer.is_solved, satisfied=answer.is_satisfied,
           begins_again=answer.was_reached and not is_good, limit=str(rulebook.current().limit(FIXING)))
    if answer.was_reached and not is_good:
        _begin_again(found, ticket, unit)
    elif is_good:
        end(found, ticket, RectificationEnd.SOLVED)
    elif len(_days_of_failure(found)) >= rulebook.current().policy("follow_up")["attempts"]:
        end(found, ticket, RectificationEnd.UNREACHED)


def end(found: Rectification, ticket: Ticket, how: RectificationEnd) -> None:
    """It is over: what still runs of its clocks is dropped, and the orders about them settle."""
    for clock_id in (found.contact_clock_id, found.fix_clock_id, found.again_clock_id):
        _stop(ticket, clock_id, dropped=True)
    found.ended_at, found.ended_as = clock.now(), how


def _begin_again(found: Rectification, ticket: Ticket, unit: Organisation) -> None:
    found.signed_at = found.signed_by_id = None
    again = clocks.start(ticket, FIXING, unit_id=unit.id)
    db.session.flush()
    found.again_clock_id = again.id
    notices.tell_units([unit], ticket, f"回访未解决或不满意，请重新整改：{ticket.subject}")


def _note(found: Rectification, actor: Actor, answer: Answer) -> None:
    made = select(func.count()).where(RectificationCall.rectification_id == found.id)
    db.session.add(RectificationCall(
        rectification_id=found.id, attempt=(db.session.scalar(made) or 0) + 1, was_reached=answer.was_reached,
        is_solved=answer.is_solved if answer.was_reached else None,
        is_satisfied=answer.is_satisfied if answer.was_reached else None, words=answer.words,
        called_by_id=actor.user_id, called_at=clock.now(),
    ))
    db.session.flush()


def _days_of_failure(found: Rectification) -> set[Any]:
    """The Shanghai days on which a call about the report that is signed now has failed."""
    rows = select(RectificationCall.called_at).where(
        RectificationCall.rectification_id == found.id, RectificationCall.was_reached.is_(False),
        RectificationCall.called_at >= found.signed_at,
    )
    return {shanghai.day_of(moment) for moment in db.session.scalars(rows)}


def held(rectification_id: int, actor: Actor) -> tuple[Rectification, Ticket, Organisation]:
    """It, its ticket and its unit, held until the operation ends. Raises NotFound, Refused when it is over."""
    found = scope.locked_rectification(actor, rectification_id)
    if found.ended_at is not None:
        raise Refused(f"这件整改已经结束：{found.ended_as.label if found.ended_as else ''}。")
    ticket = db.session.get_one(Ticket, found.ticket_id)
    return found, ticket, db.session.get_one(Organisation, found.unit_id)


def _stop(ticket: Ticket, clock_id: int | None, *, dropped: bool = False) -> None:
    going = next((one for one in clocks.running(ticket) if one.id == clock_id), None)
    if going is not None:
        clocks.stop_clock(ticket, going, dropped=dropped)


def said(words: str, missing: str, *, most: int) -> str:
    """The words, trimmed. Raises BadInput."""
    kept = words.strip()
    if not kept:
        raise BadInput(missing)
    if len(kept) > most:
        raise BadInput(f"最多 {most} 字。")
    return kept


def record(act: RectificationAct, found: Rectification, ticket: Ticket, *, actor: Actor, post: Standing,
           words: str = "", **details: Any) -> None:
    """Note it on the ticket's own log, and let supervision follow the clocks before the commit."""
    facts = {key: value for key, value in details.items() if value is not None}
    log.record(act, object_type="rectification", object_id=found.id, actor=actor, standing=post, ticket_id=ticket.id,
               round=ticket.round, source=str(ticket.status), target=str(ticket.status), words=words,
               details=facts | {"unit": found.unit_id, "rules": rulebook.current().version})
    before_commit(("settle", ticket.id), lambda: settle(ticket))
