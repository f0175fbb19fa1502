"""延期登记簿: what was asked for, what was granted and by how many working days, per unit and month."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from models.access import User
from models.base import LabelledEnum, db
from models.tickets import DeadlineExtension, Decision, Difficulty, Proposal, ProposalKind, Ticket
from operations.clocks import rulebook
from operations.clocks.wording import moment, short_day
from operations.insight.registers.register import Column, Register


class State(LabelledEnum):
    """What became of what was asked."""

    WAITING = "waiting", "待签批"
    GRANTED = "granted", "批准"
    DECLINED = "declined", "不同意"
    LAPSED = "lapsed", "失效"
    SECOND = "second", "第二次延期"


TONES = {Decision.GRANTED: "green", Decision.DECLINED: "red", Decision.LAPSED: ""}


def rows() -> Select[Any]:
    """Every proposal of an extension, with what was granted."""
    columns: Any = (
        Proposal.stage, Proposal.decision, Proposal.reason, Proposal.basis, Proposal.until, Proposal.proposed_at,
        Proposal.decided_at, Proposal.decision_words, DeadlineExtension.due_before, DeadlineExtension.due_after,
        DeadlineExtension.ordinal, User.name.label("person"),
    )
    return (
        select(*columns)
        .select_from(Proposal)
        .join(Ticket, Ticket.id == Proposal.ticket_id)
        .join(User, User.id == Proposal.proposed_by_id)
        .outerjoin(DeadlineExtension, DeadlineExtension.proposal_id == Proposal.id)
        .where(Proposal.kind == ProposalKind.EXTENSION)
    )


def condition(state: State) -> ColumnElement[bool]:
    """A state as a condition on the rows."""
    if state is State.WAITING:
        return Proposal.decided_at.is_(None)
    return DeadlineExtension.ordinal == 2 if state is State.SECOND else Proposal.decision == Decision(state.value)


def days_granted(found: Select[Any]) -> Mapping[int, str]:
    """Unit → the working days granted in all, by the calendar as it is."""
    calendar, seconds = rulebook.current().calendar, defaultdict[int, int](int)
    granted = found.with_only_columns(Proposal.unit_id, DeadlineExtension.due_before, DeadlineExtension.due_after)
    for unit_id, before, after in db.session.execute(granted.where(DeadlineExtension.id.is_not(None))):
        seconds[unit_id] += calendar.office_seconds(before, after)
    return {unit_id: f"{round(spent / calendar.day_seconds, 1):g} 天" for unit_id, spent in seconds.items()}


def _days(row: Any) -> str:
    if row.due_after is None:
        return ""
    calendar = rulebook.current().calendar
    return f"{round(calendar.office_seconds(row.due_before, row.due_after) / calendar.day_seconds, 1):g} 天"


def _dates(row: Any) -> str:
    if row.due_after is None:
        return f"延至 {short_day(row.until)}" if row.until else ""
    return f"{moment(row.due_before)} → {moment(row.due_after)}，多 {_days(row)}"


def _state(row: Any) -> list[tuple[str, str]]:
    if row.decision is None:
        return [("amber", row.stage.label)]
    return [(TONES[row.decision], "批准" if row.decision is Decision.GRANTED else row.decision.label),
            *([("violet", "第二次")] if row.ordinal == 2 else [])]


REGISTER = Register(
    name="extensions", label="延期", about="到期前申请，一次，不超过原时限；第二次只能由督办员批准。按申请时间", month_label="申请月份",
    rows=rows, unit=Proposal.unit_id, moment=Proposal.proposed_at, row_id=Proposal.id, states=State,
    condition=condition, figures=(State.WAITING, State.GRANTED, State.DECLINED, State.LAPSED, State.SECOND),
    counted="申请", kinds=Difficulty, kind_label="难易程度", kind=Ticket.difficulty, state_of=_state,
    more_label="批准天数", more=days_granted,
    columns=(
        Column("申请时间", 17, lambda row: moment(row.proposed_at)),
        Column("申请人", 10, lambda row: row.person, is_on_page=False),
        Column("理由", 40, lambda row: row.reason),
        Column("依据", 30, lambda row: row.basis, is_on_page=False),
        Column("原到期和新到期", 34, _dates),
        Column("多几个工作日", 12, _days, is_on_page=False),
        Column("签批意见", 30, lambda row: row.decision_words, is_on_page=False),
        Column("结论时间", 17, lambda row: moment(row.decided_at), is_on_page=False),
    ),
)
