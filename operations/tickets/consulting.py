"""会商决定: what a consultation decided that a unit does, by when; it becomes that unit's assisting order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from models import clock
from models.base import db
from models.directory import Organisation
from models.tickets import Consultation, ConsultationUnit, Ticket, UnitOrder
from operations.clocks import rulebook, shanghai
from operations.clocks.calendar import Limit
from operations.clocks.limits import until
from operations.clocks.wording import short_day
from operations.errors import BadInput

DUTY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Decided:
    """定下的事: its owner, what it is, and the last day."""

    unit: Organisation
    duty: str
    due_on: date


def ensure_sound(decisions: Sequence[Decided]) -> None:
    """One decision for each unit, said in words, by a day that is not over. Raises BadInput."""
    if len({one.unit.id for one in decisions}) != len(decisions):
        raise BadInput("一个单位的几件事请写在一起，定一个期限。")
    for one in decisions:
        if not one.duty.strip() or len(one.duty) > DUTY_LIMIT:
            raise BadInput(f"请写明定下的事，{DUTY_LIMIT} 字以内。")
        if one.due_on < shanghai.today():
            raise BadInput("完成期限应在今天或以后。")


def limits_of(days: Mapping[int, date]) -> dict[int, Limit]:
    """The limit of each unit's assisting clock that starts now, by the day that was set for it."""
    calendar, now = rulebook.current().calendar, clock.now()
    return {unit: until(day, calendar, now=now) for unit, day in days.items()}


def written(limits: Mapping[int, Limit]) -> dict[str, str] | None:
    """As the event keeps them, so that the clocks can be reckoned from the log alone."""
    return {str(unit): str(limit) for unit, limit in limits.items()} or None


def told(outcome: str, decisions: Sequence[Decided]) -> str:
    """The outcome with what each unit does by when, as it was said then."""
    return "\n".join([outcome, *(f"{one.unit.short_name}：{one.duty}，{short_day(one.due_on)}前" for one in decisions)])


def keep(
    held: Consultation, units: Sequence[Organisation], duties: Mapping[int, Decided], orders: Mapping[int, int]
) -> None:
    """参加单位 with what was decided and the order that each has."""
    for unit in units:
        decided = duties.get(unit.id)
        db.session.add(ConsultationUnit(
            consultation_id=held.id, unit_id=unit.id, order_id=orders.get(unit.id),
            duty=decided.duty if decided else "", due_on=decided.due_on if decided else None,
        ))


def waiting(ticket: Ticket) -> list[Decided]:
    """What was decided before the ticket was given out, the latest of each unit: it becomes orders at the dispatch."""
    rows = (
        select(Organisation, ConsultationUnit.duty, ConsultationUnit.due_on)
        .join(Organisation, Organisation.id == ConsultationUnit.unit_id)
        .join(Consultation, Consultation.id == ConsultationUnit.consultation_id)
        .where(Consultation.ticket_id == ticket.id, ConsultationUnit.order_id.is_(None),
               ConsultationUnit.due_on.is_not(None))
        .order_by(ConsultationUnit.id)
    )
    found = {unit.id: Decided(unit, duty, day) for unit, duty, day in db.session.execute(rows) if day}
    return list(found.values())


def link_orders(ticket: Ticket) -> None:
    """What was decided before the ticket was given out: the orders that have come of it."""
    db.session.flush()
    order = select(UnitOrder.id).where(
        UnitOrder.ticket_id == ticket.id, UnitOrder.unit_id == ConsultationUnit.unit_id, UnitOrder.ended_at.is_(None)
    )
    here = select(Consultation.id).where(Consultation.ticket_id == ticket.id)
    unlinked = ConsultationUnit.order_id.is_(None), ConsultationUnit.consultation_id.in_(here)
    link = update(ConsultationUnit).where(*unlinked).values(order_id=order.scalar_subquery())
    db.session.execute(link, execution_options={"synchronize_session": False})
