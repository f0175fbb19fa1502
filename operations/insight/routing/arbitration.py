"""归属争议: what each unit argued when it returned the ticket, and whose hands the days of the case went through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from models import clock
from models.access import User
from models.base import db
from models.directory import Organisation
from models.tickets import Decision, OrderRole, Proposal, ProposalKind, Ticket, UnitOrder
from operations.access.actor import Actor
from operations.access.scope import get_ticket
from operations.clocks import rulebook
from operations.clocks.wording import moment, spent
from operations.tickets import suggesting
from operations.tickets.coordination import may_rule

CENTRE = "协调（没有主办单位）"


@dataclass(frozen=True, slots=True)
class Argument:
    """One return: who argued what by which law, who signed it, and whom they named instead."""

    unit: str
    reason: str
    basis: str
    named: str
    proposer: str
    signer: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """How long one holder has had the case: office time in words, and its share of the whole in percent."""

    holder: str
    since: str
    words: str
    share: int


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket whose unit is disputed, as the page shows it."""

    ticket: Ticket
    arguments: Sequence[Argument]
    silent: Sequence[str]  # named by the others, and not heard themselves
    held: Sequence[Held]
    total: str
    offers: Sequence[suggesting.Offer]
    may_rule: bool


def case_of(actor: Actor, number: str) -> Case:
    """The dispute over a ticket, or NotFound."""
    ticket = get_ticket(actor, number)
    held, total = _held(ticket)
    is_waiting = ticket.is_open and ticket.lead_unit_id is None
    arguments = arguments_of(ticket.id)
    heard = {one.unit for one in arguments}
    silent = list(dict.fromkeys(one.named for one in arguments if one.named and one.named not in heard))
    return Case(
        ticket, arguments, silent, held, total, suggesting.offers(ticket) if is_waiting else (),
        may_rule=is_waiting and may_rule(ticket, actor),
    )


def arguments_of(ticket_id: int, *, until: datetime | None = None) -> list[Argument]:
    """What the units that returned a ticket argued, the first return first."""
    named, proposer, signer = aliased(Organisation), aliased(User), aliased(User)
    rows: Any = (
        select(Organisation.short_name.label("unit"), Proposal.reason, Proposal.basis, Proposal.decided_at,
               named.short_name.label("named"), proposer.name.label("proposer"), signer.name.label("signer"))
        .join(Organisation, Organisation.id == Proposal.unit_id)
        .join(proposer, proposer.id == Proposal.proposed_by_id)
        .join(signer, signer.id == Proposal.decided_by_id)
        .outerjoin(named, named.id == Proposal.suggested_unit_id)
        .where(
            Proposal.ticket_id == ticket_id, Proposal.kind == ProposalKind.SEND_BACK,
            Proposal.decision == Decision.GRANTED,
        )
        .order_by(Proposal.id)
    )
    if until is not None:
        rows = rows.where(Proposal.decided_at <= until)
    return [
        Argument(row.unit, row.reason, row.basis, row.named or "", row.proposer, row.signer, row.decided_at)
        for row in db.session.execute(rows)
    ]


def _held(ticket: Ticket) -> tuple[list[Held], str]:
    """The office time since the first dispatch of the round, by who had it; what nobody had was the centre's."""
    rows = (
        select(Organisation.short_name, UnitOrder.ordered_at, UnitOrder.ended_at)
        .join(Organisation, Organisation.id == UnitOrder.unit_id)
        .where(UnitOrder.ticket_id == ticket.id, UnitOrder.round == ticket.round, UnitOrder.role == OrderRole.LEAD)
        .order_by(UnitOrder.id)
    )
    orders = [(name, since, until) for name, since, until in db.session.execute(rows)]
    if not orders:
        return [], ""
    calendar, now = rulebook.current().calendar, ticket.closed_at or clock.now()
    whole = calendar.office_seconds(orders[0][1], now)

    def told(holder: str, since: str, seconds: int) -> Held:
        return Held(holder, since, spent(seconds, calendar.day_seconds), round(100 * seconds / whole) if whole else 0)

    held = [(name, since, calendar.office_seconds(since, until or now)) for name, since, until in orders]
    lines = [told(name, moment(since), seconds) for name, since, seconds in held]
    rest = whole - sum(seconds for _, _, seconds in held)
    if rest > 0:
        lines.append(told(CENTRE, "", rest))
    return lines, spent(whole, calendar.day_seconds)
