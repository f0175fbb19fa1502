"""会商登记簿: one row for each unit that took part, with the order that came of it and how that stands."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from models import clock
from models.access import User
from models.base import LabelledEnum, UTCDateTime
from models.clocks import Clock, ClockKind
from models.tickets import Consultation, ConsultationUnit, OrderOutcome, OrderRole, Ticket, TicketKind, UnitOrder
from operations.clocks.wording import moment, short_day
from operations.insight.registers.register import Column, Register


class State(LabelledEnum):
    """What came of it for one unit."""

    ORDERED = "ordered", "有交办"
    OPEN = "open", "在办"
    DONE = "done", "已办"
    OTHERWISE = "otherwise", "免除或转出"
    LATE = "late", "超时"
    UNORDERED = "unordered", "未立交办"


def rows() -> Select[Any]:
    """Every unit of every consultation."""
    columns: Any = (
        Consultation.held_on, Consultation.outcome, Consultation.units, Consultation.recorded_at,
        User.name.label("person"), UnitOrder.role, UnitOrder.ended_at, UnitOrder.outcome.label("ended_as"),
        ConsultationUnit.order_id, ConsultationUnit.duty, ConsultationUnit.due_on, is_late().label("is_late"),
    )
    return (
        select(*columns)
        .select_from(ConsultationUnit)
        .join(Consultation, Consultation.id == ConsultationUnit.consultation_id)
        .join(Ticket, Ticket.id == Consultation.ticket_id)
        .join(User, User.id == Consultation.convened_by_id)
        .outerjoin(UnitOrder, UnitOrder.id == ConsultationUnit.order_id)
    )


def is_late() -> ColumnElement[bool]:
    """Whether the assisting order has outrun its clock, or does so now."""
    outrun = func.coalesce(Clock.stopped_at, clock.now(), type_=UTCDateTime()) > Clock.due_at
    its_own = (Clock.ticket_id == UnitOrder.ticket_id, Clock.unit_id == UnitOrder.unit_id,
               Clock.round == UnitOrder.round, Clock.kind == ClockKind.ASSISTING)
    assists = UnitOrder.role == OrderRole.ASSIST
    return assists & select(Clock.id).where(*its_own, outrun).correlate(UnitOrder).exists()


def condition(state: State) -> ColumnElement[bool]:
    """A state as a condition on the rows."""
    ordered = ConsultationUnit.order_id.is_not(None)
    return {
        State.ORDERED: lambda: ordered,
        State.OPEN: lambda: ordered & UnitOrder.ended_at.is_(None),
        State.DONE: lambda: UnitOrder.outcome == OrderOutcome.DONE,
        State.OTHERWISE: lambda: UnitOrder.outcome != OrderOutcome.DONE,
        State.LATE: is_late,
        State.UNORDERED: lambda: ~ordered,
    }[state]()


def _order(row: Any) -> str:
    return f"{row.role.label}　{row.ended_as.label if row.ended_as else '在办'}" if row.order_id else ""


def _state(row: Any) -> list[tuple[str, str]]:
    if not row.order_id:
        return [("", State.UNORDERED.label)]
    done = {OrderOutcome.DONE: ("green", State.DONE.label), None: ("blue", State.OPEN.label)}
    late = [("red", State.LATE.label)] if row.is_late else []
    return [done.get(row.ended_as, ("", row.ended_as.label if row.ended_as else "")), *late]


REGISTER = Register(
    name="consultations", label="会商", about="每个参加单位一行；会商定下的交办有自己的时限。按登记时间", month_label="登记月份",
    rows=rows, unit=ConsultationUnit.unit_id, moment=Consultation.recorded_at, row_id=ConsultationUnit.id,
    states=State, condition=condition, figures=tuple(State), counted="参加会商", kinds=TicketKind,
    kind_label="诉求类型", kind=Ticket.kind, state_of=_state,
    columns=(
        Column("会商", 20, lambda row: f"{short_day(row.held_on)}　{row.person}"),
        Column("结论", 50, lambda row: row.outcome),
        Column("参加单位", 40, lambda row: row.units, is_on_page=False),
        Column("本单位要办的事", 40, lambda row: f"{row.duty}，{short_day(row.due_on)}前" if row.due_on else ""),
        Column("交办", 14, _order),
        Column("交办办结时间", 17, lambda row: moment(row.ended_at), is_on_page=False),
    ),
)
