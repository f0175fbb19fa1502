"""What stands in the file of a ticket: orders to units, what was proposed, supervision, and how each round ended."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.clocks import ClockKind, ClockOutcome
from models.supervision import Level, SupervisionSource
from models.tickets import LedgerClass, ProposalKind, ReplyMethod, ResultKind
from operations.clocks.lights import Light
from operations.clocks.wording import moment, short_day
from operations.insight.ticket_page.dossier import Dossier
from operations.insight.ticket_page.records import Paper, Record
from operations.insight.ticket_page.timeline import grade_words, may_read_anonymous
from operations.supervision import receipts, wording

OF_A_UNIT = (ClockKind.SIGNING, ClockKind.CONTACT, ClockKind.ASSISTING)
KEPT = {ClockOutcome.MET: "按时", ClockOutcome.LATE: "超时", ClockOutcome.DROPPED: "终止"}
CHANNELS = {"platform": "平台", "link": "一次性链接"}


@dataclass(frozen=True, slots=True)
class Limit:
    """One clock of a unit in a line: what it measures, its light, and how it stands."""

    kind: str
    light: Light
    words: str


@dataclass(frozen=True, slots=True)
class OrderCard:
    """What one unit owes, and how far it has come."""

    unit: str
    role: str
    round: int
    facts: list[tuple[str, str]]
    limits: list[Limit]
    state: str
    report: str


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """What was asked for and what became of it; ``is_open`` while somebody must still sign."""

    id: int
    title: str
    state: str
    tone: str
    asked: str
    reason: str
    facts: list[tuple[str, str]]
    decision: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class SupervisionCard:
    """One order of supervision with its receipt."""

    id: int
    level: Level
    title: str
    about: str
    reason: str
    steps: list[tuple[str, str]]
    words: str
    answer: str
    ended: str


@dataclass(slots=True)
class RoundCard:
    """One round: why it began and what came of it."""

    number: int
    begun: str
    reason: str
    entries: list[tuple[str, str, str]] = field(default_factory=list)


def orders(d: Dossier) -> list[OrderCard]:
    """Every order, the running ones first, the newest first within."""
    cards = [_order(d, row) for row in reversed(d.signed_orders)]
    return sorted(cards, key=lambda card: bool(card.state))


def _order(d: Dossier, order: Any) -> OrderCard:
    facts = [("派单", moment(order.ordered_at))]
    facts.append(("签收", f"{moment(order.signed_at)}　{order.signer or ''}".strip() if order.signed_at else "未签收"))
    if order.contacted_at:
        facts.append(("首次联系", moment(order.contacted_at)))
    if order.basis:
        facts.append(("依据", order.basis))
    of_unit = [one for one in d.all_clocks if one.unit_id == order.unit_id and one.kind in OF_A_UNIT]
    limits = [_limit(d, one) for one in of_unit if one.round == order.round]
    ended = f"{order.outcome.label}　{moment(order.ended_at)}" if order.outcome else ""
    return OrderCard(order.name, order.role.label, order.round, facts, limits, ended, order.report)


def _limit(d: Dossier, clock: Any) -> Limit:
    if clock.stopped_at is not None:
        return Limit(clock.kind.label, Light.NONE, KEPT[clock.outcome] if clock.outcome else "已停")
    if clock.paused_at is not None:
        return Limit(clock.kind.label, Light.HOLD, Light.HOLD.label)
    light = Light.RED if d.now > clock.due_at else Light.AMBER if d.now >= clock.warn_at else Light.GREEN
    return Limit(clock.kind.label, light, d.rules.calendar.remaining_words(d.now, clock.due_at))


def proposals(d: Dossier) -> list[ProposalCard]:
    """Everything that was asked for, newest first."""
    return [_proposal(d, row) for row in reversed(d.all_proposals)]


def _proposal(d: Dossier, proposal: Any) -> ProposalCard:
    decided = proposal.decision
    told = (proposal.decided_by, moment(proposal.decided_at), proposal.decision_words)
    tone = {"granted": "green", "declined": "red"}.get(str(decided), "") if decided else "amber"
    return ProposalCard(
        id=proposal.id,
        title=proposal.kind.label,
        state=decided.label if decided else proposal.stage.label,
        tone=tone,
        asked=f"{proposal.asked_by}　{moment(proposal.proposed_at)}",
        reason=proposal.reason,
        facts=list(proposal_facts(proposal, {unit.id: unit.short_name for _, unit in d.orders})),
        decision="　".join(part for part in told if part),
        is_open=decided is None,
    )


def proposal_facts(proposal: Any, units: dict[int, str]) -> Iterator[tuple[str, str]]:
    """What is asked in so many words."""
    if proposal.result_kind:
        yield "结果", proposal.result_kind.label
    if proposal.adopted is not None:
        yield "建议", "采纳" if proposal.adopted else "不采纳"
    if proposal.ledger_class:
        yield "类别", proposal.ledger_class.label
    if proposal.until:
        yield "复核日期" if proposal.kind is ProposalKind.LEDGER else "延至", short_day(proposal.until)
    if proposal.basis:
        yield "依据", proposal.basis
    if proposal.suggested_unit_id:
        yield "建议单位", units.get(proposal.suggested_unit_id, "见签批页")
    if proposal.next_step:
        yield "下一步", proposal.next_step


def supervisions(d: Dossier) -> list[SupervisionCard]:
    """Every order of supervision, newest first."""
    return [_supervision(d, *row) for row in d.supervisions]


def _supervision(d: Dossier, order: Any, issuer: str | None, receiver: str | None) -> SupervisionCard:
    by = "系统按规则" if order.source is SupervisionSource.RULE else "人工发出"
    return SupervisionCard(
        id=order.id,
        level=order.level,
        title=order.level.label,
        about=f"{issuer or '系统'} → {receiver or '责任人'}　{moment(order.opened_at)}　{by}",
        reason=order.reason or wording.cause(order.rule),
        steps=receipts.steps(order, d.now) if order.level is not Level.REMINDER else [],
        words=receipts.words(order, d.now, calendar=d.rules.calendar) if order.ended_at is None else "",
        answer=order.answer,
        ended=f"{order.ended_as.label}　{moment(order.ended_at)}" if order.ended_as else "",
    )


def rounds(d: Dossier) -> list[RoundCard]:
    """Every round, the present one first, with what was answered, called and graded."""
    cards = {one.round: RoundCard(one.round or 1, moment(one.at), one.words) for one in d.papers(Paper.ROUND)}
    for record in d.records:
        card = cards.get(record.round)
        told = TOLD.get(record.paper)
        if card is not None and told is not None and not (record.is_unseen and not may_read_anonymous(d)):
            card.entries.append(told(d, record))
    return sorted(cards.values(), key=lambda card: -card.number)


def outcomes(d: Dossier) -> list[tuple[str, str, str]]:
    """What this round has come to so far: what the next one to act on it must know."""
    present = [card for card in rounds(d) if card.number == d.ticket.round]
    return present[0].entries if present else []


def circumstances(d: Dossier) -> list[tuple[str, str, str]]:
    """Extensions, ledger entries, consultations, instructions and merged tickets: title, when and who, words."""
    told = {Paper.EXTENSION: _extension, Paper.LEDGER: _ledger, Paper.CONSULTATION: _consultation,
            Paper.INSTRUCTION: _instruction, Paper.MERGED_HERE: _merged}
    return [told[record.paper](record) for record in d.papers(*told)]


def _result(d: Dossier, one: Record) -> tuple[str, str, str]:
    adopted = {True: "，采纳", False: "，不采纳", None: ""}[one.yes]
    words = one.words + (f"\n下一步：{one.more}" if one.more else "")
    kind = ResultKind(one.code).label if one.code else ""
    return f"办理结果：{kind}{adopted}", _signed(one), words


def _reply(d: Dossier, one: Record) -> tuple[str, str, str]:
    words = one.words + (f"\n企业当场：{one.more}" if one.more else "")
    method = ReplyMethod(one.code).label if one.code else ""
    return f"反馈：{method}", _signed(one), words


def _follow_up(d: Dossier, one: Record) -> tuple[str, str, str]:
    if one.yes is None:
        return "回访：未接通", _signed(one), one.words
    said = ("已解决" if one.yes else "未解决") + ("，满意" if one.also else "，不满意")
    return f"回访：{said}", _signed(one), one.words


def _rating(d: Dossier, one: Record) -> tuple[str, str, str]:
    """With an anonymous one nobody is named."""
    channel = CHANNELS.get(one.more or "", "")
    who = "匿名" if one.yes else one.person or "企业"
    return f"评价：{grade_words(one.code)}", f"{who}　{channel}　{moment(one.at)}", one.words


def _addition(d: Dossier, one: Record) -> tuple[str, str, str]:
    """追评. It changes no grade; ``code`` is how it looks to the rater by now."""
    by_now = f"：现在看{grade_words(one.code)}" if one.code else ""
    return f"追评{by_now}", f"{'匿名' if one.yes else '企业'}　{moment(one.at)}", one.words


TOLD = {Paper.RESULT: _result, Paper.REPLY: _reply, Paper.FOLLOW_UP: _follow_up, Paper.RATING: _rating,
        Paper.ADDITION: _addition}


def _extension(one: Record) -> tuple[str, str, str]:
    return "延期", _signed(one), f"{moment(one.ended_at)} → {moment(one.until)}"


def _ledger(one: Record) -> tuple[str, str, str]:
    state = ("已销号" if one.yes else "已恢复") + f"　{moment(one.ended_at)}" if one.ended_at else f"复核日期 {_day(one.more)}"
    kind = LedgerClass(one.code).label if one.code else ""
    return f"挂账：{kind}", f"{_signed(one)}　{state}", one.words


def _consultation(one: Record) -> tuple[str, str, str]:
    return "会商", f"{_day(one.code)}　{one.person or ''}", f"参加：{one.more}\n{one.words}"


def _instruction(one: Record) -> tuple[str, str, str]:
    words = one.words + (f"\n回报：{one.more}" if one.more else "")
    owed = "退回待重报" if one.more else "待落实"
    return "领导批示，" + ("已落实" if one.yes else "已回报待认可" if one.ended_at else owed), _signed(one), words


def _merged(one: Record) -> tuple[str, str, str]:
    return f"并入本件：{one.code}", moment(one.at), one.words


def _signed(one: Record) -> str:
    return "　".join(part for part in (one.person, one.unit, moment(one.at)) if part)


def _day(text: str | None) -> str:
    return short_day(datetime.fromisoformat(text).date()) if text else ""
