"""签批: what lies on somebody's desk, by the time its ticket has left, and one proposal in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased, joinedload

from models import clock
from models.access import User
from models.base import db
from models.directory import Enterprise, Organisation
from models.tickets import Proposal, ProposalKind, Ticket
from operations.access.actor import Actor
from operations.access.scope import visible_proposals
from operations.clocks import rulebook
from operations.clocks.wording import moment
from operations.errors import NotFound
from operations.insight.keyset import TOP, Page, Place, paged
from operations.insight.lines import CALLED, COLUMNS, Line, line_of
from operations.tickets import second_look

PAGE = 25
WORDS_SHOWN = 120
Asker, Unit, Lead = aliased(User), aliased(Organisation), aliased(Organisation)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the desk: the ticket with its light, and what is asked."""

    id: int
    line: Line
    kind: ProposalKind
    stage: str
    asked_by: str
    asked_at: str
    reason: str
    version: int


def on_desk(actor: Actor, *, place: Place = TOP) -> tuple[list[Item], Page]:
    """One page of what waits for the actor's signature, the most pressing ticket first."""
    page = paged(_rows(actor), Ticket.due_at, Proposal.id, size=PAGE, place=place)
    now, calendar = clock.now(), rulebook.lately().calendar
    return [_item(row, line_of(row, now=now, calendar=calendar)) for row in page.rows], page


def get(actor: Actor, proposal_id: int) -> tuple[Proposal, Ticket]:
    """The open proposal on the actor's desk and its ticket. Raises NotFound."""
    found = db.session.scalar(visible_proposals(actor).where(Proposal.id == proposal_id))
    if found is None:
        raise NotFound
    return found, db.session.get_one(Ticket, found.ticket_id, options=[joinedload(Ticket.enterprise)])


def hints(ticket: Ticket, proposal: Proposal) -> list[str]:
    """What the officer was asked to look at again, for who signs."""
    if proposal.kind is not ProposalKind.RESULT:
        return []
    return second_look.of_result(ticket, proposal.reason, kind=proposal.result_kind, next_step=proposal.next_step,
                                 unit_id=proposal.unit_id)


def names(proposal: Proposal) -> tuple[str, str, str]:
    """Who asks, for which unit, and which unit is suggested."""
    suggested = aliased(Organisation)
    row: Row[*tuple[Any, ...]] = db.session.execute(
        select(Asker.name, Unit.name, suggested.name)
        .select_from(Proposal)
        .join(Asker, Asker.id == Proposal.proposed_by_id)
        .join(Unit, Unit.id == Proposal.unit_id)
        .outerjoin(suggested, suggested.id == Proposal.suggested_unit_id)
        .where(Proposal.id == proposal.id)
    ).one()
    return row[0], row[1], row[2] or ""


def _rows(actor: Actor) -> Select[Any]:
    columns: Sequence[Any] = (
        *COLUMNS, Ticket.version, CALLED, Unit.short_name.label("unit"), Asker.name.label("asked_by"),
        Proposal.id.label("proposal_id"), Proposal.kind.label("proposed"), Proposal.stage, Proposal.proposed_at,
        Proposal.reason,
    )
    return (
        visible_proposals(actor)
        .with_only_columns(*columns)
        .join(Enterprise, Enterprise.id == Ticket.enterprise_id)
        .join(Unit, Unit.id == Proposal.unit_id)
        .join(Asker, Asker.id == Proposal.proposed_by_id)
    )


def _item(row: Row[Any], line: Line) -> Item:
    reason = row.reason if len(row.reason) <= WORDS_SHOWN else f"{row.reason[:WORDS_SHOWN]}…"
    asked_at = moment(row.proposed_at)
    return Item(row.proposal_id, line, row.proposed, row.stage.label, row.asked_by, asked_at, reason, row.version)
