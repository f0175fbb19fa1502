"""派单建议: whose business a ticket probably is, by the catalogue, by rulings and by what was not returned.

A catalogue entry answers first, the nearest category before the nearest region; then rulings on the like; then where
the like was sent and stayed. Each answer says in a sentence why.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from models import clock
from models.base import db
from models.directory import Organisation, Region
from models.routing import CatalogueAssistant, CatalogueEntry, Ruling, Suggestion, SuggestionSource
from models.tickets import OrderOutcome, Ticket, UnitOrder
from operations.access.routing_scope import ids_of
from operations.clocks import shanghai
from operations.directory.manned import GONE, is_manned
from operations.tickets import accused, categories

RULINGS_READ, PRACTICE_READ = 50, 200
PRACTICE_DAYS = timedelta(days=365)
RULINGS_OFFERED = PRACTICE_OFFERED = 2
ALIKE = 0.5  # of the pairs of signs of the shorter subject
CITY = 2  # regions from the root: 省, 市


@dataclass(frozen=True, slots=True)
class Offer:
    """One suggestion. With an ``objection`` it is shown and cannot be taken; ``has_returned``: this very ticket."""

    source: SuggestionSource
    unit: Organisation
    reason: str
    basis: str = ""
    assisting: Sequence[Organisation] = ()
    entry_id: int | None = None
    ruling_id: int | None = None
    objection: str = ""
    has_returned: bool = False


def offers(ticket: Ticket) -> list[Offer]:
    """Everything that speaks for a unit, the strongest first."""
    about = accused.houses_of(ticket)
    found = [offer for source in SOURCES for offer in _objected(source(ticket), about)]
    returned = _returned(ticket) if found else set()
    return [replace(offer, has_returned=offer.unit.id in returned) for offer in found]


def best(ticket: Ticket) -> Offer | None:
    """The first suggestion that can be taken; what a dispatch keeps beside what was done."""
    about = accused.houses_of(ticket)
    for source in SOURCES:
        found = next((offer for offer in _objected(source(ticket), about) if not offer.objection), None)
        if found:
            return found
    return None


def keep(ticket: Ticket, order: UnitOrder, offer: Offer | None, *, unit: Organisation) -> None:
    """Write down what was suggested when ``unit`` was given the ticket; earlier rows of the round now end with it."""
    settle_on(ticket, unit.id)
    db.session.add(Suggestion(
        order=order, ticket_id=ticket.id, round=ticket.round, category=ticket.category,
        topic=categories.topic(ticket.category), region_path=ticket.region_path,
        source=offer.source if offer else None, unit_id=offer.unit.id if offer else None,
        entry_id=offer.entry_id if offer else None, ruling_id=offer.ruling_id if offer else None,
        reason=offer.reason[:500] if offer else "", dispatched_unit_id=unit.id, final_unit_id=unit.id,
        dispatched_at=order.ordered_at,
    ))


def settle_on(ticket: Ticket, unit_id: int | None) -> None:
    """The lead of the round is another unit now, or nobody."""
    of_the_round = (Suggestion.ticket_id == ticket.id, Suggestion.round == ticket.round)
    db.session.execute(update(Suggestion).where(*of_the_round).values(final_unit_id=unit_id))


def _objected(found: Iterator[Offer], about: Sequence[Organisation]) -> Iterator[Offer]:
    """A complaint is never offered to whom it is about, neither to lead nor to assist."""
    for offer in found:
        helpers = [unit for unit in offer.assisting if not accused.is_within(unit, about)]
        objection = accused.AVOIDED if accused.is_within(offer.unit, about) else offer.objection
        yield replace(offer, assisting=helpers, objection=objection)


def _returned(ticket: Ticket) -> set[int]:
    rows = select(UnitOrder.unit_id).where(
        UnitOrder.ticket_id == ticket.id, UnitOrder.outcome == OrderOutcome.SENT_BACK
    )
    return set(db.session.scalars(rows))


def _by_catalogue(ticket: Ticket) -> Iterator[Offer]:
    rows = (
        select(CatalogueEntry, Organisation, Region.name, Region.path, is_manned(Organisation).label("is_manned"))
        .join(Organisation, Organisation.id == CatalogueEntry.lead_unit_id)
        .join(Region, Region.id == CatalogueEntry.region_id)
        .where(
            CatalogueEntry.ended_at.is_(None), CatalogueEntry.category.in_(categories.above(ticket.category)),
            CatalogueEntry.region_id.in_(ids_of(ticket.region_path)),
        )
    )
    found = db.session.execute(rows).all()
    if not found:
        return
    entry, unit, region, _, is_there = max(found, key=lambda row: (len(row.CatalogueEntry.category), len(row.path)))
    reason = f"目录：{region}“{entry.category}”由{unit.short_name}主办，依据{entry.basis}"
    yield Offer(SuggestionSource.CATALOGUE, unit, reason, entry.basis, _assisting(entry.id), entry_id=entry.id,
                objection="" if is_there else GONE)


def _assisting(entry_id: int) -> list[Organisation]:
    """Those who assist and are still there."""
    rows = select(Organisation).join(CatalogueAssistant, CatalogueAssistant.unit_id == Organisation.id)
    there = rows.where(CatalogueAssistant.entry_id == entry_id, is_manned(Organisation))
    return list(db.session.scalars(there.order_by(CatalogueAssistant.id)))


def _by_rulings(ticket: Ticket) -> Iterator[Offer]:
    rows: Any = (
        select(Ruling, Organisation, Region.path, Ticket.subject, is_manned(Organisation).label("is_manned"))
        .join(Ticket, Ticket.id == Ruling.ticket_id)
        .join(Organisation, Organisation.id == Ruling.lead_unit_id)
        .join(Region, Region.id == Organisation.region_id)
        .where(Ruling.topic == categories.topic(ticket.category), _in_the_city(Ruling, ticket))
        .order_by(Ruling.ruled_at.desc(), Ruling.id.desc())
        .limit(RULINGS_READ)
    )
    alike = [(_likeness(ticket, row.Ruling.category, row.subject), row)
             for row in db.session.execute(rows) if ticket.region_path.startswith(row.path)]
    named: set[int] = set()
    for likeness, row in sorted(alike, key=lambda pair: -pair[0]):
        if likeness >= ALIKE and row.Organisation.id not in named and len(named) < RULINGS_OFFERED:
            named.add(row.Organisation.id)
            day = shanghai.day_of(row.Ruling.ruled_at)
            reason = f"先例：{day:%Y年%m月%d日}同类事项裁定由{row.Organisation.short_name}办理，依据{row.Ruling.basis}"
            yield Offer(SuggestionSource.RULING, row.Organisation, reason, row.Ruling.basis,
                        ruling_id=row.Ruling.id, objection="" if row.is_manned else GONE)


def _by_practice(ticket: Ticket) -> Iterator[Offer]:
    counts = _stayed(ticket)
    rows = (
        select(Organisation, Region.path)
        .join(Region, Region.id == Organisation.region_id)
        .where(Organisation.id.in_(counts), is_manned(Organisation))
    )
    near = [unit for unit, path in db.session.execute(rows) if ticket.region_path.startswith(path)] if counts else []
    for unit in sorted(near, key=lambda unit: (-counts[unit.id], unit.id))[:PRACTICE_OFFERED]:
        reason = f"先例：近一年同类事项有 {counts[unit.id]} 件由{unit.short_name}办理，没有退回或改派"
        yield Offer(SuggestionSource.PRACTICE, unit, reason, "同类事项的办理先例")


def _stayed(ticket: Ticket) -> dict[int, int]:
    """How many of the like each unit was given and kept, among the last ``PRACTICE_READ`` of the topic."""
    last = (  # found by the index before any ticket is read
        select(Suggestion.category, Suggestion.ticket_id, Suggestion.dispatched_unit_id)
        .where(
            Suggestion.topic == categories.topic(ticket.category), _in_the_city(Suggestion, ticket),
            Suggestion.dispatched_at >= clock.now() - PRACTICE_DAYS, Suggestion.ticket_id != ticket.id,
            Suggestion.final_unit_id == Suggestion.dispatched_unit_id,
        )
        .order_by(Suggestion.dispatched_at.desc(), Suggestion.id.desc())
        .limit(PRACTICE_READ)
        .subquery()
    )
    rows = select(last.c.category, Ticket.subject, last.c.dispatched_unit_id)
    rows = rows.join(Ticket, Ticket.id == last.c.ticket_id)
    counts: dict[int, int] = defaultdict(int)
    for category, subject, unit_id in db.session.execute(rows):
        counts[unit_id] += _likeness(ticket, category, subject) >= ALIKE
    return {unit_id: count for unit_id, count in counts.items() if count}


def _in_the_city(table: Any, ticket: Ticket) -> Any:
    """Of the same city: what another city does binds nobody here."""
    path = "/".join(["", *map(str, ids_of(ticket.region_path)[:CITY]), ""])
    return table.region_path.startswith(path, autoescape=True)


def _likeness(ticket: Ticket, category: str, subject: str) -> float:
    """How much of the shorter subject the two share; one more for the same category."""
    return (category == ticket.category) + _shared(ticket.subject, subject)


def _shared(one: str, other: str) -> float:
    pairs, others = _pairs(one), _pairs(other)
    return len(pairs & others) / (min(len(pairs), len(others)) or 1)


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


SOURCES = (_by_catalogue, _by_rulings, _by_practice)
