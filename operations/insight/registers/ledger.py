"""挂账登记簿: what was asked for and declined, what stands still and how long, what was struck off or goes on again."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from models import clock
from models.access import User
from models.base import LabelledEnum
from models.tickets import Decision, LedgerClass, LedgerEntry, Proposal, ProposalKind, Ticket
from operations.clocks import shanghai
from operations.clocks.wording import moment, short_day
from operations.insight.registers.register import Column, Register


class State(LabelledEnum):
    """What became of what was asked; how an entry stands, those in the ledger by their age."""

    WAITING = "waiting", "待签批"
    DECLINED = "declined", "不同意"
    LAPSED = "lapsed", "失效"
    OPEN = "open", "在账"
    TO_30 = "to_30", "30 天内"
    TO_60 = "to_60", "31–60 天"
    TO_90 = "to_90", "61–90 天"
    OVER_90 = "over_90", "90 天以上"
    STRUCK_OFF = "struck_off", "已销号"
    RESUMED = "resumed", "恢复计时"


# Days since the entry: more than, and at most.
AGES = {State.TO_30: (None, 30), State.TO_60: (30, 60), State.TO_90: (60, 90), State.OVER_90: (90, None)}


def rows() -> Select[Any]:
    """Every request, with the entry that came of it."""
    columns: Any = (
        Proposal.ledger_class, Proposal.reason, Proposal.until, Proposal.stage, Proposal.decision, Proposal.proposed_at,
        Proposal.decision_words, LedgerEntry.review_on, LedgerEntry.entered_at, LedgerEntry.left_at,
        LedgerEntry.struck_off_at, User.name.label("person"),
    )
    return (
        select(*columns)
        .select_from(Proposal)
        .join(Ticket, Ticket.id == Proposal.ticket_id)
        .outerjoin(LedgerEntry, LedgerEntry.proposal_id == Proposal.id)
        .outerjoin(User, User.id == Proposal.decided_by_id)
        .where(Proposal.kind == ProposalKind.LEDGER)
    )


def condition(state: State) -> ColumnElement[bool]:
    """A state as a condition on the rows."""
    if state is State.WAITING:
        return Proposal.decided_at.is_(None)
    if state in (State.DECLINED, State.LAPSED):
        return Proposal.decision == Decision(state.value)
    if state is State.STRUCK_OFF:
        return LedgerEntry.struck_off_at.is_not(None)
    if state is State.RESUMED:
        return LedgerEntry.left_at.is_not(None) & LedgerEntry.struck_off_at.is_(None)
    wanted: ColumnElement[bool] = LedgerEntry.id.is_not(None) & LedgerEntry.left_at.is_(None)
    more, most = AGES.get(state, (None, None))
    if more is not None:
        wanted &= LedgerEntry.entered_at <= clock.now() - timedelta(days=more)
    return wanted if most is None else wanted & (LedgerEntry.entered_at > clock.now() - timedelta(days=most))


def _age(row: Any) -> str:
    return "" if row.entered_at is None else f"{((row.left_at or clock.now()) - row.entered_at).days} 天"


def _state(row: Any) -> list[tuple[str, str]]:
    if row.decision is None:
        return [("amber", row.stage.label)]
    if row.entered_at is None:
        return [("red" if row.decision is Decision.DECLINED else "", row.decision.label)]
    if row.struck_off_at:
        return [("green", State.STRUCK_OFF.label)]
    if row.left_at:
        return [("", State.RESUMED.label)]
    is_due = row.review_on <= shanghai.today()
    return [("blue", State.OPEN.label), *([("amber", "到复核日")] if is_due else [])]


REGISTER = Register(
    name="ledger", label="挂账", about="现在办不了的申请挂账，批准后各时限停住，到复核日自动恢复；销号须有证据和企业意见。按申请时间", month_label="申请月份",
    rows=rows, unit=Proposal.unit_id, moment=Proposal.proposed_at, row_id=Proposal.id, states=State,
    condition=condition, figures=tuple(State), counted="申请", kinds=LedgerClass, kind_label="类别",
    kind=Proposal.ledger_class, state_of=_state, is_of_a_month=False,
    columns=(
        Column("申请时间", 17, lambda row: moment(row.proposed_at)),
        Column("挂账时间", 17, lambda row: moment(row.entered_at), is_on_page=False),
        Column("类别", 12, lambda row: row.ledger_class.label),
        Column("证据和情况", 50, lambda row: row.reason),
        Column("审批人", 10, lambda row: row.person or "", is_on_page=False),
        Column("签批意见", 30, lambda row: row.decision_words, is_on_page=False),
        Column("复核日期", 14, lambda row: short_day(row.review_on or row.until) if row.review_on or row.until else ""),
        Column("账龄", 10, _age),
        Column("离账时间", 17, lambda row: moment(row.left_at), is_on_page=False),
    ),
)
