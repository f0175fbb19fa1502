"""按时办结登记簿: every reported result with its case clock, kept in time as extended, and as first promised."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from models.base import LabelledEnum, UTCDateTime, db
from models.clocks import Clock, ClockKind, ClockOutcome
from models.tickets import DeadlineExtension, Difficulty, Result, Ticket
from operations.clocks.calendar import Limit
from operations.clocks.wording import moment
from operations.insight.registers.register import Column, Register


class State(LabelledEnum):
    """How the case clock was kept, with extensions and without."""

    IN_TIME = "in_time", "按时（含延期）"
    UNEXTENDED = "unextended", "按时（不含延期）"
    EXTENDED = "extended", "靠延期按时"
    LATE = "late", "超时"


def first_due() -> Any:
    """The due date before the first extension of the round; the clock's own where there was none."""
    before = select(DeadlineExtension.due_before).where(
        DeadlineExtension.ticket_id == Result.ticket_id, DeadlineExtension.round == Result.round,
        DeadlineExtension.ordinal == 1,
    )
    return func.coalesce(before.correlate(Result).scalar_subquery(), Clock.due_at, type_=UTCDateTime())


def rows() -> Select[Any]:
    """Every result that a unit has reported, with the case clock of its round."""
    columns: Any = (
        Result.reported_at, Result.kind.label("came_of_it"), Clock.limit, Clock.started_at, Clock.due_at,
        Clock.outcome, Clock.stopped_at, first_due().label("first_due_at"),
    )
    of_the_round = (Clock.ticket_id == Result.ticket_id) & (Clock.round == Result.round)
    return (
        select(*columns)
        .select_from(Result)
        .join(Ticket, Ticket.id == Result.ticket_id)
        .join(Clock, of_the_round & (Clock.kind == ClockKind.HANDLING) & Clock.stopped_at.is_not(None))
        .where(Result.unit_id.is_not(None))
    )


def condition(state: State) -> ColumnElement[bool]:
    """A state as a condition on the rows. A pause after an extension does not move the date first promised."""
    if state is State.LATE:
        return Clock.outcome == ClockOutcome.LATE
    in_time = Clock.outcome == ClockOutcome.MET
    if state is State.IN_TIME:
        return in_time
    as_promised = Clock.stopped_at <= first_due()
    return in_time & (as_promised if state is State.UNEXTENDED else ~as_promised)


def rates(found: Select[Any]) -> Mapping[int, str]:
    """Unit → 按时办结率, with extensions and without."""
    kept = [func.sum(case((condition(state), 1), else_=0)) for state in (State.IN_TIME, State.UNEXTENDED)]
    counted = found.with_only_columns(Result.unit_id, func.count(), *kept).group_by(Result.unit_id)
    return {
        unit_id: f"{with_them / total:.0%} / {without / total:.0%}"
        for unit_id, total, with_them, without in db.session.execute(counted)
    }


def _state(row: Any) -> list[tuple[str, str]]:
    if row.outcome is ClockOutcome.LATE:
        return [("red", State.LATE.label)]
    return [("green", "按时") if row.stopped_at <= row.first_due_at else ("amber", State.EXTENDED.label)]


REGISTER = Register(
    name="results", label="按时办结", about="办结时限的守约情况，含延期和不含延期两种口径。按办结报送时间", month_label="办结月份",
    rows=rows, unit=Result.unit_id, moment=Result.reported_at, row_id=Result.id, states=State, condition=condition,
    figures=tuple(State), counted="办结", kinds=Difficulty, kind_label="难易程度", kind=Ticket.difficulty,
    state_of=_state, more_label="按时率（含延期 / 不含）", more=rates,
    columns=(
        Column("办结时间", 17, lambda row: moment(row.reported_at)),
        Column("结果", 12, lambda row: row.came_of_it.label),
        Column("总时限", 12, lambda row: Limit.stored(row.limit).label),
        Column("起算", 17, lambda row: moment(row.started_at)),
        Column("延期前到期", 17, lambda row: moment(row.first_due_at)),
        Column("到期", 17, lambda row: moment(row.due_at)),
    ),
)
