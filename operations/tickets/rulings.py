"""归属裁定: the clerk's ruling is written down with the units at odds, and stands as a precedent for good."""

from collections.abc import Sequence

from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import Organisation
from models.routing import Ruling, RulingUnit
from models.tickets import Decision, Proposal, ProposalKind, Ticket
from operations.access.actor import Actor
from operations.tickets import categories


def write(ticket: Ticket, *, actor: Actor, lead: Organisation, basis: str, words: str,
          losing: int | None = None) -> Sequence[Organisation]:
    """记下裁定 in the running act: who had returned the ticket, whom they named instead and who had it by the ruling
    before (``losing``) are the units at odds. Returns them, the lead included."""
    ruling = Ruling(
        ticket_id=ticket.id, round=ticket.round, category=ticket.category, topic=categories.topic(ticket.category),
        region_path=ticket.region_path, lead_unit_id=lead.id, basis=basis[:500], words=words, ruled_by_id=actor.user_id,
        ruled_at=clock.now(),
    )
    db.session.add(ruling)
    db.session.flush()
    returned, named = _at_odds(ticket)
    units = sorted({*returned, *named, lead.id} | ({losing} if losing else set()))
    db.session.add_all(
        RulingUnit(ruling_id=ruling.id, unit_id=unit_id, has_returned=unit_id in returned) for unit_id in units
    )
    return db.session.scalars(select(Organisation).where(Organisation.id.in_(units)).order_by(Organisation.id)).all()


def _at_odds(ticket: Ticket) -> tuple[set[int], set[int]]:
    granted = select(Proposal.unit_id, Proposal.suggested_unit_id).where(
        Proposal.ticket_id == ticket.id, Proposal.kind == ProposalKind.SEND_BACK, Proposal.decision == Decision.GRANTED
    )
    returns = db.session.execute(granted).all()
    return {unit for unit, _ in returns}, {named for _, named in returns if named}
