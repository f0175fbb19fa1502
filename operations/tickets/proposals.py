"""提请与签批: what an officer may only ask for, and the desks it crosses before it is so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from models import clock
from models.access import Role
from models.base import db
from models.directory import Organisation
from models.tickets import (
    Act,
    Attachment,
    DeadlineExtension,
    Decision,
    LedgerClass,
    OrderOutcome,
    Proposal,
    ProposalKind,
    ResultKind,
    SigningStage,
    Ticket,
)
from operations import notices
from operations.access.actor import Actor
from operations.base import operation
from operations.clocks import clocks, rulebook
from operations.clocks.calendar import SHANGHAI, Limit
from operations.errors import BadInput, NotFound, Refused
from operations.tickets import handling, ledger, suggesting
from operations.tickets.advance import advance, allowed, may
from operations.tickets.attachments import attach
from operations.tickets.coordination import end_lead, times_sent_back
from operations.tickets.situation import Situation

PROPOSING = {
    ProposalKind.RESULT: (Act.PROPOSE_RESULT, SigningStage.UNIT_LEADER),
    ProposalKind.SEND_BACK: (Act.PROPOSE_SEND_BACK, SigningStage.UNIT_LEADER),
    ProposalKind.EXTENSION: (Act.REQUEST_EXTENSION, SigningStage.UNIT_LEADER),
    ProposalKind.LEDGER: (Act.PROPOSE_LEDGER, SigningStage.SUPERVISOR),
    ProposalKind.STRIKE_OFF: (Act.PROPOSE_STRIKE_OFF, SigningStage.SUPERVISOR),
}
DESKS = {
    SigningStage.UNIT_LEADER: Role.UNIT_LEADER,
    SigningStage.CLERK: Role.CLERK,
    SigningStage.SUPERVISOR: Role.SUPERVISOR,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What is proposed: every kind uses the fields it needs."""

    reason: str
    basis: str = ""
    law: str = ""
    article: str = ""
    until: date | None = None
    suggested_unit: Organisation | None = None
    ledger_class: LedgerClass | None = None
    result_kind: ResultKind | None = None
    next_step: str = ""
    adopted: bool | None = None


@operation
def propose(
    ticket: Ticket, kind: ProposalKind, *, actor: Actor, terms: Terms, attachments: Sequence[Attachment] = (),
    version: int | None = None,
) -> Proposal:
    """提请：ask for a result, a return, an extension, an entry on the ledger or striking off. Raises the refusal.

    ``attachments`` are the evidence: files of the unit, which the enterprise does not see.
    """
    act, stage = PROPOSING[kind]
    situation = allowed(ticket, act, actor=actor, version=version)
    assert situation.standing is not None  # what makes it allowed
    _ensure_sound(ticket, kind, terms)
    order = situation.own_order(situation.standing)
    advance(ticket, act, actor=actor, words=terms.reason, attachments=attachments, seen=situation,
            until=terms.until.isoformat() if terms.until else None)
    attach(ticket, attachments, is_public=False)
    proposal = Proposal(
        ticket_id=ticket.id,
        round=ticket.round,
        unit_id=order.unit_id if order else ticket.lead_unit_id,
        kind=kind,
        stage=stage,
        reason=terms.reason,
        basis=terms.basis or _cited(terms),
        law=terms.law,
        article=terms.article,
        until=terms.until,
        suggested_unit_id=terms.suggested_unit.id if terms.suggested_unit else None,
        ledger_class=terms.ledger_class,
        result_kind=terms.result_kind,
        next_step=terms.next_step,
        adopted=terms.adopted,
        proposed_by_id=actor.user_id,
        proposed_at=clock.now(),
    )
    db.session.add(proposal)
    notices.tell_desk(proposal, ticket, f"{stage.label}：{ticket.subject}")
    return proposal


@operation
def grant(ticket: Ticket, proposal: Proposal, *, actor: Actor, words: str = "", version: int | None = None) -> None:
    """同意：sign what lies on the actor's desk; it takes effect, or goes on to the next desk."""
    _ensure_open(ticket, proposal)
    ensure_not_own(proposal, actor)
    if proposal.kind is ProposalKind.EXTENSION and proposal.stage is SigningStage.UNIT_LEADER:
        _endorse_extension(ticket, proposal, actor, words, version)
        return
    _TAKING_EFFECT[proposal.kind](ticket, proposal, actor=actor, version=version)
    _decide(proposal, Decision.GRANTED, actor, words)


@operation
def decline(ticket: Ticket, proposal: Proposal, *, actor: Actor, words: str, version: int | None = None) -> None:
    """不同意：with a reason; the proposal stays on record."""
    _ensure_open(ticket, proposal)
    standing = may(ticket, Act.DECLINE_PROPOSAL, actor)
    if standing.role is not DESKS[proposal.stage]:
        raise Refused(f"该件{proposal.stage.label}。")
    advance(ticket, Act.DECLINE_PROPOSAL, actor=actor, words=words, version=version, proposal=proposal.id,
            kind=str(proposal.kind))
    _decide(proposal, Decision.DECLINED, actor, words)
    notices.tell_person(proposal.proposed_by_id, ticket, f"{proposal.kind.label}未获同意：{ticket.subject}", words=words)


def ensure_not_own(proposal: Proposal, actor: Actor) -> None:
    """Nobody signs what they asked for themselves (回避)."""
    if proposal.proposed_by_id == actor.user_id:
        raise Refused("本人提请的事项须由他人签批。")


def _endorse_extension(ticket: Ticket, proposal: Proposal, actor: Actor, words: str, version: int | None) -> None:
    advance(ticket, Act.ENDORSE_EXTENSION, actor=actor, words=words, version=version, proposal=proposal.id)
    second = Situation(ticket, actor).extensions_granted >= 1
    proposal.stage = SigningStage.SUPERVISOR if second else SigningStage.CLERK
    proposal.endorsed_by_id, proposal.endorsed_at = actor.user_id, clock.now()
    notices.tell_desk(proposal, ticket, f"{proposal.stage.label}：{ticket.subject}")


def _grant_extension(ticket: Ticket, proposal: Proposal, *, actor: Actor, version: int | None) -> None:
    situation = Situation(ticket, actor)
    running = situation.case_clock
    assert running is not None and proposal.until is not None
    due_after = close_of(proposal.until)
    advance(ticket, Act.GRANT_EXTENSION, actor=actor, version=version, proposal=proposal.id,
            until=proposal.until.isoformat(), due_before=running.due_at.isoformat(), due_after=due_after.isoformat())
    db.session.add(
        DeadlineExtension(
            ticket_id=ticket.id,
            round=ticket.round,
            ordinal=situation.extensions_granted + 1,
            clock_id=running.id,
            proposal_id=proposal.id,
            due_before=running.due_at,
            due_after=due_after,
            granted_by_id=actor.user_id,
        )
    )
    clocks.move(running, due_after, is_provisional=running.is_provisional or not _is_published(proposal.until))
    notices.tell_enterprise(ticket, f"办理时限延至 {proposal.until:%m月%d日}：{ticket.subject}", words=proposal.reason)


def _send_back(ticket: Ticket, proposal: Proposal, *, actor: Actor, version: int | None) -> None:
    advance(ticket, Act.SEND_BACK, actor=actor, words=proposal.reason, version=version, unit=ticket.lead_unit_id,
            suggested=proposal.suggested_unit_id)
    end_lead(ticket, OrderOutcome.SENT_BACK)
    ticket.lead_unit_id = None
    suggesting.settle_on(ticket, None)
    notices.tell_centre(ticket, f"部门退回，请重新派单：{ticket.subject}")
    if times_sent_back(ticket) >= 1:
        notices.tell_stewards(ticket, f"部门退回：{ticket.subject}")


def _report_result(ticket: Ticket, proposal: Proposal, *, actor: Actor, version: int | None) -> None:
    situation = handling.report_result(ticket, proposal, actor=actor, version=version)
    _lapse_others(situation, proposal)


_TAKING_EFFECT: dict[ProposalKind, Callable[..., None]] = {
    ProposalKind.RESULT: _report_result,
    ProposalKind.SEND_BACK: _send_back,
    ProposalKind.EXTENSION: _grant_extension,
    ProposalKind.LEDGER: ledger.enter,
    ProposalKind.STRIKE_OFF: ledger.strike_off,
}


def _lapse_others(situation: Situation, decided: Proposal) -> None:
    """The ticket has moved on: what nobody decided is void."""
    for proposal in situation.proposals.values():
        if proposal is not decided:
            proposal.decision, proposal.decided_at = Decision.LAPSED, clock.now()


def close_of(day: date) -> datetime:
    """The close of office of a day as an aware moment (domain.md §5)."""
    closes = time.fromisoformat(rulebook.current().policy("office")["hours"][-1][1])
    return datetime.combine(day, closes, SHANGHAI).astimezone(UTC)


def _cited(terms: Terms) -> str:
    """法律 and 条款 as one text: 《电力法》第二十六条."""
    return f"《{terms.law.strip('《》')}》{terms.article}" if terms.law else ""


def _ensure_sound(ticket: Ticket, kind: ProposalKind, terms: Terms) -> None:
    if not terms.reason.strip():
        raise BadInput("请写明理由。")
    if kind is ProposalKind.SEND_BACK and not (terms.basis or _cited(terms)).strip():
        raise BadInput("退回须写明依据的法律或职责文件。")
    if kind is ProposalKind.RESULT and terms.result_kind is None:
        raise BadInput("请选择办理结果。")
    if kind is ProposalKind.EXTENSION:
        _ensure_allowed_until(ticket, terms.until)
    if kind is ProposalKind.LEDGER:
        ledger.ensure_allowed(terms.ledger_class, terms.until)


def _ensure_allowed_until(ticket: Ticket, until: date | None) -> None:
    """Once, ≤ the original limit, on a working day after the present due date (domain.md §4)."""
    running = clocks.find(ticket, clocks.ClockKind.HANDLING)
    if until is None or running is None:
        raise BadInput("请填写延至哪一天。")
    calendar = rulebook.current().calendar
    latest = calendar.due(running.due_at, Limit.stored(running.limit)).due_at
    if not calendar.is_working_day(until):
        raise BadInput("延至的日期应当是工作日。")
    if not running.due_at < close_of(until) <= latest:
        raise BadInput(f"延至日期应在原到期日之后，最晚 {latest.astimezone(SHANGHAI):%Y年%m月%d日}（不超过原时限）。")


def _is_published(day: date) -> bool:
    return not rulebook.current().calendar.unpublished_between(day, day)


def _ensure_open(ticket: Ticket, proposal: Proposal) -> None:
    if proposal.ticket_id != ticket.id:
        raise NotFound
    if proposal.decided_at is not None:
        raise Refused("这份提请已经有了结论。")


def _decide(proposal: Proposal, decision: Decision, actor: Actor, words: str) -> None:
    proposal.decision, proposal.decision_words = decision, words
    proposal.decided_by_id, proposal.decided_at = actor.user_id, clock.now()
