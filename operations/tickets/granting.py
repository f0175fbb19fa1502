"""同意 in bulk: many signatures at once, foretold first, then each given by itself with rights and version anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import joinedload

from models.base import db
from models.directory import Organisation
from models.tickets import Proposal, ProposalKind, SigningStage, Ticket
from operations.access.actor import Actor
from operations.access.scope import visible_proposals, visible_tickets
from operations.errors import DomainError, NotFound
from operations.supervision.in_bulk import MOST, Outcome
from operations.tickets import proposals, second_look


@dataclass(frozen=True, slots=True)
class Picked:
    """One proposal with its ticket, the unit that asks, and the ticket's version as the page showed it."""

    proposal: Proposal
    ticket: Ticket
    unit: str
    version: int | None = None


def pick(actor: Actor, versions: Mapping[int, int | None]) -> list[Picked]:
    """Those of the proposals that lie on the actor's desk, the tightest first. Raises NotFound without any."""
    rows = (
        visible_proposals(actor)
        .add_columns(Ticket, Organisation.short_name)
        .join(Organisation, Organisation.id == Proposal.unit_id)
        .options(joinedload(Ticket.enterprise))
        .where(Proposal.id.in_(list(versions)[:MOST]))
        .order_by(Ticket.due_at, Proposal.id)
    )
    picked = [Picked(proposal, ticket, unit, versions[proposal.id])
              for proposal, ticket, unit in db.session.execute(rows)]
    if not picked:
        raise NotFound
    return picked


def forecast(picked: Sequence[Picked], *, actor: Actor) -> list[Outcome]:
    """What each signature does, with what a second look would ask, or what stands against it. Writes nothing."""
    found = []
    for item in picked:
        try:
            proposals.ensure_not_own(item.proposal, actor)
            found.append(_outcome(item, True, "；".join([_effect(item.proposal), *_hints(item)])))
        except DomainError as refusal:
            found.append(_outcome(item, False, str(refusal)))
    return found


def grant_all(versions: Mapping[int, int | None], *, actor: Actor, words: str = "") -> list[Outcome]:
    """同意：each of the proposals; one refusal stops no other. What somebody else has decided meanwhile says so."""
    tried = (_attempt(proposal_id, actor, words, version) for proposal_id, version in list(versions.items())[:MOST])
    return [outcome for outcome in tried if outcome]


def _attempt(proposal_id: int, actor: Actor, words: str, version: int | None) -> Outcome | None:
    try:
        (item,) = pick(actor, {proposal_id: version})
    except NotFound:
        return _decided_by_another(proposal_id, actor)
    shown = _outcome(item, False, "")
    try:
        proposals.grant(item.ticket, item.proposal, actor=actor, words=words, version=version)
        told, is_done = "已签批同意", True
    except DomainError as refusal:
        told, is_done = str(refusal), False
    db.session.expire_all()
    return Outcome(shown.number, shown.subject, shown.unit, is_done, told)


def _decided_by_another(proposal_id: int, actor: Actor) -> Outcome | None:
    """None where the actor may not even open the ticket: an id of somebody else's tells nothing."""
    rows = (
        visible_tickets(actor)
        .join(Proposal, Proposal.ticket_id == Ticket.id)
        .join(Organisation, Organisation.id == Proposal.unit_id)
        .where(Proposal.id == proposal_id, Proposal.decided_at.is_not(None))
        .with_only_columns(Ticket.number, Ticket.subject, Organisation.short_name)
    )
    row = db.session.execute(rows).first()
    return Outcome(row.number, row.subject, row.short_name, False, "这份提请已经有了结论。") if row else None


def _outcome(item: Picked, is_done: bool, words: str) -> Outcome:
    return Outcome(item.ticket.number, item.ticket.subject, item.unit, is_done, words)


def _effect(proposal: Proposal) -> str:
    if proposal.kind is ProposalKind.EXTENSION and proposal.stage is SigningStage.UNIT_LEADER:
        return "同意延期，转下一级签批"
    return f"同意{proposal.kind.label}"


def _hints(item: Picked) -> list[str]:
    proposal = item.proposal
    if proposal.kind is not ProposalKind.RESULT:
        return []
    return second_look.of_result(item.ticket, proposal.reason, kind=proposal.result_kind,
                                 next_step=proposal.next_step, unit_id=proposal.unit_id)
