"""批示登记簿: what leaders have asked for, what was answered in time, and what they said of the answer."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased

from models import clock
from models.access import User
from models.base import LabelledEnum, UTCDateTime
from models.clocks import Clock, ClockKind
from models.tickets import AnswerVerdict, Instruction, InstructionAnswer, Ticket, TicketKind
from operations.clocks.wording import moment
from operations.insight.registers.register import Column, Register


class State(LabelledEnum):
    """How an instruction stands, and how it was answered."""

    OPEN = "open", "待落实"
    ANSWERED = "answered", "待认可"
    ACCEPTED = "accepted", "已落实"
    RETURNED = "returned", "退回过"
    IN_TIME = "in_time", "按时回报"
    LATE = "late", "超时"
    ENDED = "ended", "随件终止"


Owed = aliased(Clock)


def rows() -> Select[Any]:
    """Every instruction, with the clock of the answer that is owed or was given last."""
    columns: Any = (
        Instruction.words, Instruction.given_at, Instruction.answer, Instruction.answered_at, Instruction.accepted_at,
        User.name.label("person"), Owed.due_at, Ticket.closed_at, is_late().label("is_late"),
        was_returned().label("was_returned"),
    )
    return (
        select(*columns)
        .select_from(Instruction)
        .join(Ticket, Ticket.id == Instruction.ticket_id)
        .join(Owed, Owed.id == Instruction.clock_id)
        .join(User, User.id == Instruction.given_by_id)
    )


def is_late() -> ColumnElement[bool]:
    """Whether any answer to it outran its clock, or does so now."""
    earlier = select(InstructionAnswer.clock_id).where(InstructionAnswer.instruction_id == Instruction.id)
    own = or_(Clock.id == Instruction.clock_id, Clock.id.in_(earlier.correlate(Instruction)))
    outrun = func.coalesce(Clock.stopped_at, clock.now(), type_=UTCDateTime()) > Clock.due_at
    theirs = Clock.ticket_id == Instruction.ticket_id, Clock.kind == ClockKind.INSTRUCTION
    return select(Clock.id).where(*theirs, own, outrun).correlate(Instruction).exists()


def was_returned() -> ColumnElement[bool]:
    """Whether an answer was ever sent back."""
    return (
        select(InstructionAnswer.id)
        .where(InstructionAnswer.instruction_id == Instruction.id, InstructionAnswer.verdict == AnswerVerdict.RETURNED)
        .correlate(Instruction)
        .exists()
    )


def condition(state: State) -> ColumnElement[bool]:
    """A state as a condition on the rows."""
    answered = Instruction.answered_at.is_not(None)
    return {
        State.OPEN: lambda: ~answered & Ticket.closed_at.is_(None),
        State.ANSWERED: lambda: answered & Instruction.accepted_at.is_(None),
        State.ACCEPTED: lambda: Instruction.accepted_at.is_not(None),
        State.RETURNED: was_returned,
        State.IN_TIME: lambda: answered & ~is_late(),
        State.LATE: is_late,
        State.ENDED: lambda: ~answered & Ticket.closed_at.is_not(None),
    }[state]()


def _state(row: Any) -> list[tuple[str, str]]:
    if row.accepted_at:
        found = ("green", State.ACCEPTED.label)
    elif row.answered_at:
        found = ("blue", State.ANSWERED.label)
    else:
        found = ("", State.ENDED.label) if row.closed_at else ("amber", State.OPEN.label)
    returned = [("violet", State.RETURNED.label)] if row.was_returned else []
    return [found, *returned, *([("red", State.LATE.label)] if row.is_late else [])]


REGISTER = Register(
    name="instructions", label="批示", about="领导批示有自己的时限；回报后由批示人认可，或退回重报。按批示时间", month_label="批示月份",
    rows=rows, unit=Owed.unit_id, moment=Instruction.given_at, row_id=Instruction.id, states=State,
    condition=condition, figures=tuple(State), counted="批示", kinds=TicketKind, kind_label="诉求类型",
    kind=Ticket.kind, state_of=_state,
    columns=(
        Column("批示", 24, lambda row: f"{row.person}　{moment(row.given_at)}"),
        Column("批示内容", 40, lambda row: row.words),
        Column("回报期限", 17, lambda row: moment(row.due_at)),
        Column("回报", 40, lambda row: row.answer),
        Column("回报时间", 17, lambda row: moment(row.answered_at), is_on_page=False),
        Column("认可时间", 17, lambda row: moment(row.accepted_at), is_on_page=False),
    ),
)
