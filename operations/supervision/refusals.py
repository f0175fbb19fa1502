"""否定报备: a refusal is reported, endorsed level by level and reviewed jointly; only so may a ticket end as refused.

domain.md §6. No person's act leads to ``refused``: when the height is reached and the review has upheld it, the system
concludes. All the while the case clock runs; every level and the review have clocks of their own on the same engine.
"""

from typing import Any

from sqlalchemy import func, select

from models import clock
from models.base import db
from models.clocks import ClockKind
from models.directory import Organisation
from models.refusals import (
    Endorsement,
    LevelOutcome,
    Refusal,
    RefusalEnd,
    RefusalLevel,
    Verdict,
)
from models.supervision import Level
from models.tickets import Act, OrderOutcome, Ticket
from operations import notices
from operations.access.actor import SYSTEM, Actor
from operations.base import operation
from operations.clocks import clocks, rulebook
from operations.errors import BadInput, Refused
from operations.supervision import climbing, ladder
from operations.supervision.climbing import Way
from operations.supervision.letters import refusal_letters
from operations.supervision.refusal_checks import (
    Case,
    ensure_concluded_as_heard,
    ensure_open,
    ensure_sound,
    signers,
)
from operations.tickets.advance import advance, allowed
from operations.tickets.coordination import end_order, open_orders

LEVEL_CLOCKS = (ClockKind.REFUSAL_LEVEL, ClockKind.GOVERNMENT_LEVEL)
ENDS = {Verdict.REVOKED: RefusalEnd.VETOED, Verdict.REDO: RefusalEnd.VETOED, Verdict.NOTICE: RefusalEnd.RETURNED}


@operation
def report(ticket: Ticket, *, actor: Actor, case: Case, version: int | None = None) -> Refusal:
    """否定报备：the section of the lead unit reports; the next level that is held gets it, and the review begins."""
    situation = allowed(ticket, Act.REPORT_REFUSAL, actor=actor, version=version)
    unit = next(unit for order, unit in situation.open_orders if order is situation.lead_order)
    ensure_sound(case)
    height, office_id = height_of(ticket), _office_of(ticket)
    found = climbing.desks(unit, without=[actor.user_id])
    if not any(found[level].people for level in found if level.place >= height.place):
        raise Refused(f"{height.label}及以上的岗位都空缺，没有人可以签批，不能否定报备。")
    way = climbing.way_up(found, RefusalLevel.SECTION)
    refusal = _open(ticket, unit, case, height=height, office_id=office_id, actor=actor)
    advance(ticket, Act.REPORT_REFUSAL, actor=actor, words=case.grounds, seen=situation, refusal=refusal.id,
            kind=str(case.kind), height=str(height), office=office_id, **_told(way))
    refusal.review_clock_id = _start(ticket, ClockKind.JOINT_REVIEW, office_id)
    _go_up(ticket, refusal, way)
    notices.tell_enterprise(ticket, f"正在复核：{ticket.subject}",
                            words="责任单位提出不予办理，须逐级复核并联审；有结论前继续办理，时限照常计算。")
    notices.tell(climbing.reviewers(office_id), ticket, f"否定报备待联审：{ticket.subject}", words=case.grounds)
    return refusal


@operation
def endorse(ticket: Ticket, refusal: Refusal, *, actor: Actor, words: str = "", version: int | None = None) -> None:
    """同意否定：it climbs to the next level that is held, or has reached its height."""
    level = _level_of(ticket, refusal)
    situation = allowed(ticket, Act.ENDORSE_REFUSAL, actor=actor, version=version)
    way = Way()
    if level.level.place < refusal.height.place:
        way = climbing.way_up(climbing.desks(refusal.unit, without=signers(refusal, actor)), level.level)
        if way.to is None:
            raise Refused("再往上的岗位都空缺，不能上报；请等补缺，或者要求办理。")
    advance(ticket, Act.ENDORSE_REFUSAL, actor=actor, words=words, seen=situation, refusal=refusal.id,
            level=str(level.level), **_told(way))
    _sign(ticket, level, LevelOutcome.ENDORSED, actor, words)
    db.session.flush()  # the clock of this level stops before the next one, perhaps of the same unit, starts
    _go_up(ticket, refusal, way)
    _conclude_if_complete(ticket, refusal)


@operation
def order_handling(ticket: Ticket, refusal: Refusal, *, actor: Actor, words: str, version: int | None = None) -> None:
    """要求办理：the chain ends here and the ticket goes on."""
    if not words.strip():
        raise BadInput("请写明为什么要办、怎么办。")
    level = _level_of(ticket, refusal)
    situation = allowed(ticket, Act.ORDER_HANDLING, actor=actor, version=version)
    advance(ticket, Act.ORDER_HANDLING, actor=actor, words=words, seen=situation, refusal=refusal.id,
            level=str(level.level))
    _sign(ticket, level, LevelOutcome.ORDERED, actor, words)
    _goes_on(ticket, refusal, RefusalEnd.ORDERED, f"{level.level.label}要求办理：{ticket.subject}", words)


@operation
def judge(
    ticket: Ticket, refusal: Refusal, *, actor: Actor, verdict: Verdict, words: str, version: int | None = None
) -> None:
    """联审结论：the supervisor's office concludes what the members have said, each under their own login."""
    ensure_open(ticket, refusal)
    act = Act.UPHOLD_REFUSAL if verdict is Verdict.UPHELD else Act.VETO_REFUSAL
    situation = allowed(ticket, act, actor=actor, version=version)
    db.session.refresh(refusal, with_for_update=True)  # an opinion is counted or comes too late
    heard = ensure_concluded_as_heard(refusal, verdict, words)
    advance(ticket, act, actor=actor, words=words, seen=situation, refusal=refusal.id, verdict=str(verdict),
            members=heard)
    clocks.stop(ticket, [ClockKind.JOINT_REVIEW])
    refusal.verdict, refusal.review_words, refusal.member_count = verdict, words, heard
    refusal.reviewed_at, refusal.reviewed_by_id = clock.now(), actor.user_id
    if verdict in ENDS:
        _goes_on(ticket, refusal, ENDS[verdict], f"联审结论“{verdict.label}”，继续办理：{ticket.subject}", words)
    else:
        _conclude_if_complete(ticket, refusal)


def height_of(ticket: Ticket) -> RefusalLevel:
    """How high a refusal of this ticket must climb: a setting by its kind (domain.md §6)."""
    rule = rulebook.current().policy("refusal")
    return RefusalLevel(rule["heights"].get(str(ticket.kind), rule["height"]))


def find_open(ticket: Ticket) -> Refusal | None:
    """The refusal that is on its way up."""
    return db.session.scalar(select(Refusal).where(Refusal.ticket_id == ticket.id, Refusal.ended_at.is_(None)))


def open_level(refusal: Refusal) -> Endorsement | None:
    """The level it lies on; None when all have signed that must."""
    rows = select(Endorsement).where(Endorsement.refusal_id == refusal.id, Endorsement.decided_at.is_(None))
    return db.session.scalar(rows)


def has_climbed(refusal: Refusal) -> bool:
    """Whether a level of its height or above it has endorsed."""
    rows = select(Endorsement.level).where(
        Endorsement.refusal_id == refusal.id, Endorsement.outcome == LevelOutcome.ENDORSED
    )
    return any(level.place >= refusal.height.place for level in db.session.scalars(rows))


def statement(refusal: Refusal) -> str:
    """What the enterprise is told in the end: reasons, articles, alternatives."""
    return f"理由：{refusal.grounds}\n依据：{refusal.articles}\n可以这样办：{refusal.alternatives}"


def _open(ticket: Ticket, unit: Organisation, case: Case, *, height: RefusalLevel, office_id: int,
          actor: Actor) -> Refusal:
    assert actor.user_id is not None
    count = db.session.scalar(select(func.count()).where(Refusal.ticket_id == ticket.id)) or 0
    now = clock.now()
    refusal = Refusal(
        ticket_id=ticket.id, round=ticket.round, number=f"{ticket.number}-F{count + 1}", unit_id=unit.id,
        region_path=ticket.region_path, kind=case.kind, grounds=case.grounds, articles=case.articles,
        alternatives=case.alternatives, was_noticed=case.was_noticed, height=height, reported_by_id=actor.user_id,
        reported_at=now, office_id=office_id,
    )
    db.session.add(refusal)
    db.session.flush()
    ticket.refusing_since = now
    db.session.add(Endorsement(
        refusal_id=refusal.id, level=RefusalLevel.SECTION, unit_id=unit.id, opened_at=now, decided_at=now,
        decided_by_id=actor.user_id, outcome=LevelOutcome.ENDORSED,
    ))
    return refusal


def _go_up(ticket: Ticket, refusal: Refusal, way: Way) -> None:
    """Put it on the next desk; the vacant levels in between are passed over, each with its row and its event."""
    now = clock.now()
    for desk in way.passed:
        advance(ticket, Act.PASS_VACANCY, actor=SYSTEM, refusal=refusal.id, level=str(desk.level))
        db.session.add(Endorsement(refusal_id=refusal.id, level=desk.level, unit_id=desk.unit_id, opened_at=now,
                                   decided_at=now, outcome=LevelOutcome.VACANT))
    if way.to is not None and way.to.unit_id is not None:
        started = _start(ticket, climbing.clock_of(way.to.level), way.to.unit_id)
        db.session.add(Endorsement(refusal_id=refusal.id, level=way.to.level, unit_id=way.to.unit_id, opened_at=now,
                                   clock_id=started))
        notices.tell(way.to.people, ticket, f"否定报备待{way.to.level.label}签批：{ticket.subject}", words=refusal.grounds)


def _start(ticket: Ticket, kind: ClockKind, unit_id: int) -> int:
    started = clocks.start(ticket, kind, unit_id=unit_id)
    db.session.flush()
    return started.id


def _sign(ticket: Ticket, level: Endorsement, outcome: LevelOutcome, actor: Actor, words: str) -> None:
    level.outcome, level.words = outcome, words
    level.decided_at, level.decided_by_id = clock.now(), actor.user_id
    clocks.stop(ticket, LEVEL_CLOCKS)


def _goes_on(ticket: Ticket, refusal: Refusal, end: RefusalEnd, subject: str, words: str) -> None:
    """It did not come to a refusal: the ticket is handled on, its clock never having stopped."""
    clocks.stop(ticket, (*LEVEL_CLOCKS, ClockKind.JOINT_REVIEW), dropped=True)
    _end(ticket, refusal, end)
    notices.tell_handlers(ticket, subject, words=words)
    notices.tell_stewards(ticket, subject)
    notices.tell_enterprise(ticket, f"复核结论：继续办理　{ticket.subject}")


def _conclude_if_complete(ticket: Ticket, refusal: Refusal) -> None:
    """不予办理: by the system, when the height is reached and the review has upheld it, whichever came last."""
    db.session.flush()
    if refusal.verdict is not Verdict.UPHELD or open_level(refusal) or not has_climbed(refusal):
        return
    _end(ticket, refusal, RefusalEnd.REFUSED)
    db.session.flush()  # the trigger on the status asks for it
    advance(ticket, Act.CONCLUDE_REFUSAL, actor=SYSTEM, words=statement(refusal), refusal=refusal.id)
    for order in open_orders(ticket):
        end_order(ticket, order, OrderOutcome.DONE)
    notices.tell_enterprise(ticket, f"不予办理：{ticket.subject}", words=statement(refusal))
    notices.tell_stewards(ticket, f"经复核不予办理：{ticket.subject}")


def _end(ticket: Ticket, refusal: Refusal, end: RefusalEnd) -> None:
    refusal.ended_at, refusal.ended_as = clock.now(), end
    ticket.refusing_since = None
    refusal_letters.expect(refusal, ticket)


def _told(way: Way) -> dict[str, Any]:
    """What the event says of the next level: enough to reckon its clock from the log alone."""
    if way.to is None:
        return {}
    level = way.to.level
    return {"next": str(level), "next_unit": way.to.unit_id, "next_clock": str(climbing.clock_of(level))}


def _level_of(ticket: Ticket, refusal: Refusal) -> Endorsement:
    ensure_open(ticket, refusal)
    level = open_level(refusal)
    if level is None:
        raise Refused("各级已经签完，等联审结论。")
    return level


def _office_of(ticket: Ticket) -> int:
    office = ladder.Offices().issuer(ticket.region_path, Level.SECOND)
    if office is None:
        raise Refused("本地区没有营商办，无法联审，不能否定报备。")
    return office
