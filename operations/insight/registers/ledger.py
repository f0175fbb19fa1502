"""挂账登记簿: what stands still, for what class of reason and how long; what was struck off and what goes on again."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from models import clock
from models.access import User
from models.base import LabelledEnum
from models.tickets import LedgerClass, LedgerEntry, Ticket
from operations.clocks import shanghai
from operations.clocks.wording import moment, short_day
from operations.insight.registers.register import Column, Register


class State(LabelledEnum):
    """How an entry stands; those in the ledger by their age."""

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
    """Every entry."""
    columns: Any = (
        LedgerEntry.ledger_class, LedgerEntry.evidence, LedgerEntry.review_on, LedgerEntry.entered_at,
        LedgerEntry.left_at, LedgerEntry.struck_off_at, User.name.label("person"),
    )
    return (
        select(*columns)
        .select_from(LedgerEntry)
        .join(Ticket, Ticket.id == LedgerEntry.ticket_id)
        .join(User, User.id == LedgerEntry.entered_by_id)
    )


def condition(state: State) -> ColumnElement[bool]:
    """A state as a condition on ``ledger_entries``."""
    if state is State.STRUCK_OFF:
        return LedgerEntry.struck_off_at.is_not(None)
    if state is State.RESUMED:
        return LedgerEntry.left_at.is_not(None) & LedgerEntry.struck_off_at.is_(None)
    wanted: ColumnElement[bool] = LedgerEntry.left_at.is_(None)
    more, most = AGES.get(state, (None, None))
    if more is not None:
        wanted &= LedgerEntry.entered_at <= clock.now() - timedelta(days=more)
    return wanted if most is None else wanted & (LedgerEntry.entered_at > clock.now() - timedelta(days=most))


def _age(row: Any) -> str:
    return f"{((row.left_at or clock.now()) - row.entered_at).days} 天"


def _state(row: Any) -> list[tuple[str, str]]:
    if row.struck_off_at:
        return [("green", State.STRUCK_OFF.label)]
    if row.left_at:
        return [("", State.RESUMED.label)]
    is_due = row.review_on <= shanghai.today()
    return [("blue", State.OPEN.label), *([("amber", "到复核日")] if is_due else [])]


REGISTER = Register(
    name="ledger", label="挂账", about="现在办不了的挂账，各时限停住，到复核日自动恢复；销号须有证据和企业意见。按挂账时间", month_label="挂账月份",
    rows=rows, unit=LedgerEntry.unit_id, moment=LedgerEntry.entered_at, row_id=LedgerEntry.id, states=State,
    condition=condition, figures=tuple(State), counted="挂账", kinds=LedgerClass, kind_label="类别",
    kind=LedgerEntry.ledger_class, state_of=_state, is_of_a_month=False,
    columns=(
        Column("挂账时间", 17, lambda row: moment(row.entered_at)),
        Column("类别", 12, lambda row: row.ledger_class.label),
        Column("证据和情况", 50, lambda row: row.evidence),
        Column("批准人", 10, lambda row: row.person, is_on_page=False),
        Column("复核日期", 14, lambda row: short_day(row.review_on)),
        Column("账龄", 10, _age),
        Column("离账时间", 17, lambda row: moment(row.left_at), is_on_page=False),
    ),
)
