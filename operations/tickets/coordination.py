"""协调: a ticket finds the unit that must handle it, and finds another when it was the wrong one."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam, func, select

from models import clock
from models.access import Role
from models.base import db
from models.clocks import ClockKind
from models.directory import Organisation
from models.log import Event
from models.tickets import (
    Act,
    Consultation,
    OrderOutcome,
    OrderRole,
    Result,
    ResultKind,
    Status,
    Ticket,
    UnitOrder,
)
from operations import notices
from operations.access.actor import Actor
from operations.base import operation
from operations.clocks import clocks
from operations.clocks.calendar import Limit
from operations.errors import BadInput, NotAllowed
from operations.tickets import accused, consulting, rulings, suggesting
from operations.tickets.advance import advance
from operations.tickets.consulting import Decided

_RETURNS = select(func.count()).where(Event.of_ticket(bindparam("ticket")), Event.action == Act.SEND_BACK)
UNIT_CLOCKS = (ClockKind.SIGNING, ClockKind.CONTACT, ClockKind.ASSISTING)


@operation
def answer(ticket: Ticket, *, actor: Actor, text: str, version: int | None = None) -> None:
    """直接答复：a 咨询 is answered without a unit; the answer is the round's result."""
    advance(ticket, Act.ANSWER, actor=actor, words=text, version=version)
    db.session.add(
        Result(ticket_id=ticket.id, round=ticket.round, kind=ResultKind.SOLVED, text=text, drafted_by_id=actor.user_id)
    )


@operation
def dispatch(
    ticket: Ticket,
    *,
    actor: Actor,
    lead: Organisation,
    assisting: Sequence[Organisation] = (),
    basis: str = "",
    is_ruling: bool = False,
    ruling_words: str = "",
    version: int | None = None,
) -> None:
    """派单：order one lead unit and any assisting units; every clock runs from now, not from signing.

    After a second return, or when the clerk says so, the dispatch is a ruling: nobody may send it back any more. What
    the system would have suggested is kept beside what was done. Raises BadInput for a unit named twice or a ruling
    without its basis, and NotAllowed for a ruling by anybody but the region's service centre.
    """
    if lead in assisting or len(set(assisting)) != len(assisting):
        raise BadInput("主办单位和协办单位不能重复。")
    if is_ruling and not may_rule(ticket, actor):
        raise NotAllowed
    ruling = is_ruling or times_sent_back(ticket) >= 2
    if ruling and not basis.strip():
        raise BadInput("裁定归属须写明依据。")
    decided = consulting.waiting(ticket)
    assisting = [*assisting, *(one.unit for one in decided if one.unit not in (lead, *assisting))]
    limits = consulting.limits_of({one.unit.id: one.due_on for one in decided if one.unit != lead})
    ticket.lead_unit_id = lead.id
    units = [[lead.id, OrderRole.LEAD], *([unit.id, OrderRole.ASSIST] for unit in assisting)]
    offer = suggesting.best(ticket)
    advance(ticket, Act.DISPATCH, actor=actor, words=basis, version=version, units=units, ruling=ruling or None,
            suggested=[offer.source, offer.unit.id] if offer else None, unit_limits=consulting.written(limits))
    if ruling:
        _rule(ticket, actor=actor, lead=lead, basis=basis, words=ruling_words)
    order = order_unit(ticket, lead, OrderRole.LEAD, actor=actor, basis=basis)
    suggesting.keep(ticket, order, offer, unit=lead)
    for unit in assisting:
        order_unit(ticket, unit, OrderRole.ASSIST, actor=actor, basis=basis, limit=limits.get(unit.id))
    consulting.link_orders(ticket)
    notices.tell_units([lead, *assisting], ticket, f"新派单：{ticket.subject}")


@operation
def transfer(ticket: Ticket, *, actor: Actor, lead: Organisation, reason: str, version: int | None = None) -> None:
    """转办：the clerk gives the lead to another unit; the case clock goes on as if nothing had happened.

    Of a ticket whose unit was ruled on it is a new ruling, the reason its basis: the precedent is the last word.
    """
    if lead.id == ticket.lead_unit_id:
        raise BadInput("该单位就是现在的主办单位。")
    from_unit = ticket.lead_unit_id
    advance(ticket, Act.TRANSFER, actor=actor, words=reason, version=version, units=[[lead.id, OrderRole.LEAD]],
            from_unit=from_unit, ruling=True if ticket.ruled_at else None)
    if ticket.ruled_at:
        _rule(ticket, actor=actor, lead=lead, basis=reason, words="裁定后转办，改变归属。", losing=from_unit)
    end_lead(ticket, OrderOutcome.TRANSFERRED)
    end_order_of(ticket, lead, OrderOutcome.TRANSFERRED)
    ticket.lead_unit_id = lead.id
    suggesting.settle_on(ticket, lead.id)
    order_unit(ticket, lead, OrderRole.LEAD, actor=actor, basis=reason)
    notices.tell_units([lead], ticket, f"转办：{ticket.subject}")


@operation
def consult(
    ticket: Ticket, *, actor: Actor, units: Sequence[Organisation], held_on: date, outcome: str,
    decisions: Sequence[Decided] = (), version: int | None = None,
) -> None:
    """会商：record who met and what was decided; while handling the units become assisting ones.

    What a unit must do by a day is its assisting order's limit; of one that has an order already the clocks go on as
    they are: no due date moves but by an extension. Raises BadInput for two decisions of one unit, a day that is over.
    """
    consulting.ensure_sound(decisions)
    everybody = list(dict.fromkeys([*units, *(one.unit for one in decisions)]))
    accused.ensure_not_about(ticket, everybody)
    new = [unit for unit in everybody if ticket.status is Status.HANDLING and unit.id not in _ordered_now(ticket)]
    limits = consulting.limits_of({one.unit.id: one.due_on for one in decisions if one.unit in new})
    advance(ticket, Act.CONSULT, actor=actor, words=outcome, version=version,
            units=[[unit.id, OrderRole.ASSIST] for unit in new], held_on=held_on.isoformat(),
            unit_limits=consulting.written(limits))
    held = Consultation(
        ticket_id=ticket.id, held_on=held_on, units="、".join(unit.name for unit in everybody)[:500],
        outcome=consulting.told(outcome, decisions), convened_by_id=actor.user_id,
    )
    db.session.add(held)
    duties = {one.unit.id: one for one in decisions}
    for unit in new:
        duty = f"：{duties[unit.id].duty}" if unit.id in duties else ""
        order_unit(ticket, unit, OrderRole.ASSIST, actor=actor, basis=f"会商确定{duty}", limit=limits.get(unit.id))
    db.session.flush()
    orders = {order.unit_id: order.id for order in open_orders(ticket)}
    consulting.keep(held, everybody, duties, orders)
    notices.tell_units(new, ticket, f"会商确定协办：{ticket.subject}")
    notices.tell_units([one.unit for one in decisions if one.unit.id in orders and one.unit not in new], ticket,
                       f"会商定下要办的事：{ticket.subject}")


def _rule(ticket: Ticket, *, actor: Actor, lead: Organisation, basis: str, words: str,
          losing: int | None = None) -> None:
    """裁定归属, and tell the units that it is not theirs, or that it no longer is."""
    ticket.ruled_at = clock.now()
    at_odds = rulings.write(ticket, actor=actor, lead=lead, basis=basis, words=words, losing=losing)
    others = [unit for unit in at_odds if unit.id != lead.id]
    notices.tell_units(others, ticket, f"归属裁定，由{lead.short_name}主办：{ticket.subject}")


def may_rule(ticket: Ticket, actor: Actor) -> bool:
    """Whether the actor decides for good whose business a ticket is: the clerk alone (domain.md §4, send_back)."""
    return actor.post_above(ticket.region_path, roles=(Role.CLERK,)) is not None


def order_unit(ticket: Ticket, unit: Organisation, role: OrderRole, *, actor: Actor, basis: str,
               limit: Limit | None = None) -> UnitOrder:
    """交办：one unit's order and the clocks that are its own; ``limit`` is what a consultation set for its work.

    Raises Refused for a unit that the complaint is about.
    """
    accused.ensure_not_about(ticket, [unit])
    order = UnitOrder(
        ticket_id=ticket.id,
        round=ticket.round,
        unit_id=unit.id,
        role=role,
        basis=basis[:500],
        ordered_by_id=actor.user_id,
        ordered_at=clock.now(),
    )
    db.session.add(order)
    own = ClockKind.CONTACT if role is OrderRole.LEAD else ClockKind.ASSISTING
    clocks.start(ticket, ClockKind.SIGNING, unit_id=unit.id)
    clocks.start(ticket, own, unit_id=unit.id, limit=limit if own is ClockKind.ASSISTING else None)
    return order


def end_order(ticket: Ticket, order: UnitOrder, outcome: OrderOutcome) -> None:
    """End one order; the unit's clocks are met when the work is done, dropped otherwise."""
    order.ended_at = clock.now()
    order.outcome = outcome
    clocks.stop(ticket, UNIT_CLOCKS, unit_id=order.unit_id, dropped=outcome is not OrderOutcome.DONE)


def end_lead(ticket: Ticket, outcome: OrderOutcome) -> None:
    """End the running lead order, if there is one."""
    _end_first(ticket, [order for order in open_orders(ticket) if order.role is OrderRole.LEAD], outcome)


def end_order_of(ticket: Ticket, unit: Organisation, outcome: OrderOutcome) -> None:
    """End the running order of one unit, if it has one."""
    _end_first(ticket, [order for order in open_orders(ticket) if order.unit_id == unit.id], outcome)


def _end_first(ticket: Ticket, orders: Sequence[UnitOrder], outcome: OrderOutcome) -> None:
    for order in orders:
        end_order(ticket, order, outcome)
    db.session.flush()  # the partial unique keys must see the end before the next order


def open_orders(ticket: Ticket) -> list[UnitOrder]:
    """The running orders of a ticket."""
    rows = select(UnitOrder).where(UnitOrder.ticket_id == ticket.id, UnitOrder.ended_at.is_(None))
    return list(db.session.scalars(rows))


def times_sent_back(ticket: Ticket) -> int:
    """How often units have returned the ticket, over all rounds."""
    return db.session.scalar(_RETURNS, {"ticket": ticket.id}) or 0


def _ordered_now(ticket: Ticket) -> set[int]:
    return {order.unit_id for order in open_orders(ticket)}
