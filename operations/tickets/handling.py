"""办理: what the officers of a unit do, and the signed result that ends the case clock."""

from models import clock
from models.base import db
from models.clocks import ClockKind
from models.tickets import Act, OrderOutcome, OrderRole, Proposal, Result, Ticket, UnitOrder
from operations import notices
from operations.access.actor import Actor
from operations.base import operation
from operations.clocks import clocks
from operations.errors import NotFound
from operations.tickets import second_look
from operations.tickets.advance import advance, allowed
from operations.tickets.coordination import end_order, open_orders
from operations.tickets.situation import Situation


@operation
def sign(ticket: Ticket, *, actor: Actor, version: int | None = None) -> None:
    """签收：the unit has seen the order; only its signing clock stops."""
    situation, order = _own_order(ticket, actor, Act.SIGN, version)
    advance(ticket, Act.SIGN, actor=actor, seen=situation, unit=order.unit_id)
    order.signed_at = clock.now()
    order.signed_by_id = actor.user_id
    clocks.stop(ticket, [ClockKind.SIGNING], unit_id=order.unit_id)


@operation
def contact(ticket: Ticket, *, actor: Actor, method: str, words: str, version: int | None = None) -> None:
    """首次联系：how and with whom the lead unit first spoke to the enterprise."""
    situation, order = _own_order(ticket, actor, Act.CONTACT, version)
    advance(ticket, Act.CONTACT, actor=actor, words=f"{method}：{words}", seen=situation, unit=order.unit_id)
    order.contacted_at = clock.now()
    clocks.stop(ticket, [ClockKind.CONTACT], unit_id=order.unit_id)


@operation
def report_assistance(ticket: Ticket, *, actor: Actor, report: str, version: int | None = None) -> None:
    """报送协办结果：the assisting unit is done."""
    situation, order = _own_order(ticket, actor, Act.REPORT_ASSISTANCE, version)
    advance(ticket, Act.REPORT_ASSISTANCE, actor=actor, words=report, seen=situation, unit=order.unit_id)
    order.report = report
    end_order(ticket, order, OrderOutcome.DONE)
    notices.tell_handlers(ticket, f"协办已报送：{ticket.subject}")


@operation
def waive_assistance(ticket: Ticket, *, actor: Actor, unit_id: int, reason: str, version: int | None = None) -> None:
    """免除协办：with a reason, by the service centre; the result no longer waits for that unit."""
    order = next((o for o in open_orders(ticket) if o.unit_id == unit_id and o.role is OrderRole.ASSIST), None)
    if order is None:
        raise NotFound("该单位没有在办的协办任务。")
    advance(ticket, Act.WAIVE_ASSISTANCE, actor=actor, words=reason, version=version, unit=unit_id)
    end_order(ticket, order, OrderOutcome.WAIVED)


def report_result(ticket: Ticket, proposal: Proposal, *, actor: Actor, version: int | None = None) -> Situation:
    """办结报送：the leader has signed; the case clock stops and the result stands for this round.

    Answers the situation it was allowed in.
    """
    assert proposal.result_kind is not None  # a CHECK of the form and of the proposal's maker
    situation = allowed(ticket, Act.REPORT_RESULT, actor=actor, version=version)
    advance(ticket, Act.REPORT_RESULT, actor=actor, words=proposal.reason, seen=situation,
            result=str(proposal.result_kind))
    db.session.add(
        Result(
            ticket_id=ticket.id,
            round=ticket.round,
            unit_id=proposal.unit_id,
            kind=proposal.result_kind,
            text=proposal.reason,
            fingerprint=second_look.fingerprint(proposal.reason),
            next_step=proposal.next_step,
            adopted=proposal.adopted,
            drafted_by_id=proposal.proposed_by_id,
            signed_by_id=actor.user_id,
        )
    )
    for order, _ in situation.open_orders:
        end_order(ticket, order, OrderOutcome.DONE)
    notices.tell_stewards(ticket, f"部门已办结，请反馈企业：{ticket.subject}")
    return situation


def _own_order(ticket: Ticket, actor: Actor, act: Act, version: int | None) -> tuple[Situation, UnitOrder]:
    situation = allowed(ticket, act, actor=actor, version=version)
    assert situation.standing is not None  # what makes it allowed
    order = situation.own_order(situation.standing, _ROLES.get(act))
    if order is None:
        raise NotFound("本单位在本件上没有在办任务。")
    return situation, order


_ROLES = {Act.CONTACT: OrderRole.LEAD, Act.REPORT_ASSISTANCE: OrderRole.ASSIST}
