"""裁定先例: the register with its search, and one ruling with what each unit had argued."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from models.access import User
from models.base import db
from models.directory import Organisation
from models.routing import Ruling, RulingUnit
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.routing_scope import get_ruling, ruling_scope
from operations.access.scope import ticket_scope
from operations.insight.keyset import TOP, Page, Place, paged
from operations.insight.routing.arbitration import Argument, arguments_of
from operations.insight.tokens import RUNS_ASKED, runs

PAGE = 25


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the register is narrowed to: words, the first level of the category, a unit that led or was at odds."""

    words: str = ""
    topic: str = ""
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One ruling with the arguments it answered; ``may_open``: whether the reader may open the ticket."""

    ruling: Ruling
    ruled_by: str
    arguments: Sequence[Argument]
    may_open: bool


def page_of(actor: Actor, narrowing: Narrowing, *, place: Place = TOP) -> Page:
    """One page of the register, the latest first."""
    rows: Any = (
        select(
            Ruling.id, Ruling.category, Ruling.basis, Ruling.words, Ruling.ruled_at, Ticket.subject, Ticket.number,
            Organisation.short_name.label("unit"),
        )
        .join(Ticket, Ticket.id == Ruling.ticket_id)
        .join(Organisation, Organisation.id == Ruling.lead_unit_id)
        .where(ruling_scope(actor), *_narrowed(narrowing))
    )
    return paged(rows, Ruling.ruled_at, Ruling.id, size=PAGE, place=place, is_descending=True)


def units(actor: Actor) -> Sequence[Any]:
    """The units that were ruled on, for the filter."""
    ruled = select(RulingUnit.unit_id).join(Ruling, Ruling.id == RulingUnit.ruling_id).where(ruling_scope(actor))
    rows = select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(ruled))
    return db.session.execute(rows.order_by(Organisation.short_name)).all()


def topics(actor: Actor) -> Sequence[str]:
    """The first levels of what was ruled on, for the filter."""
    rows = select(Ruling.topic).where(ruling_scope(actor), Ruling.topic != "").distinct().order_by(Ruling.topic)
    return db.session.scalars(rows).all()


def card(actor: Actor, ruling_id: int) -> Card:
    """The ruling of this id, or NotFound."""
    ruling = get_ruling(actor, ruling_id)
    told = select(User.name, select(Ticket.id).where(Ticket.id == ruling.ticket_id, ticket_scope(actor)).exists())
    ruled_by, may_open = db.session.execute(told.where(User.id == ruling.ruled_by_id)).one()
    return Card(ruling, ruled_by, arguments_of(ruling.ticket_id, until=ruling.ruled_at), may_open)


def of_ticket(ticket: Ticket) -> Sequence[Ruling]:
    """The rulings on one ticket, the latest first."""
    if not ticket.ruled_at:
        return ()
    rows = select(Ruling).options(joinedload(Ruling.lead_unit)).where(Ruling.ticket_id == ticket.id)
    rows = rows.order_by(Ruling.id.desc())
    return db.session.scalars(rows).all()


def _narrowed(narrowing: Narrowing) -> list[ColumnElement[bool]]:
    held = (Ticket.subject, Ruling.category, Ruling.basis, Ruling.words)
    found = [
        or_(*(func.lower(column).contains(run, autoescape=True) for column in held))
        for run in runs(narrowing.words)[:RUNS_ASKED]
    ]
    if narrowing.topic:
        found.append(Ruling.topic == narrowing.topic)
    if narrowing.unit_id is not None:
        at_odds = select(RulingUnit.ruling_id).where(RulingUnit.unit_id == narrowing.unit_id)
        found.append(Ruling.id.in_(at_odds))
    return found
