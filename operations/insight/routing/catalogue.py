"""派单目录: the list with its filters, one entry with its history, and the categories that have no entry."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import aliased

from models import clock
from models.access import Role, User
from models.base import db
from models.directory import Organisation, Region, RegionLevel
from models.routing import CatalogueAssistant, CatalogueEntry, Suggestion, SuggestionSource
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.routing_scope import catalogue_scope, ids_of, suggestion_scope, visible_entries
from operations.access.scope import OFFICIALS, REGIONAL
from operations.directory.manned import is_manned
from operations.insight.keyset import TOP, Page, Place, paged
from operations.tickets import categories

PAGE = 25
IN_USE, IN_USE_SHOWN = timedelta(days=90), 100
CHOSEN_FROM = (RegionLevel.CITY, RegionLevel.COUNTY, RegionLevel.TOWN)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the catalogue is narrowed to: words of the category or the unit, and whether only gaps are meant."""

    words: str = ""
    is_vacant: bool = False


@dataclass(frozen=True, slots=True)
class Lacking:
    """Categories that no entry answers in ``region``: those used lately with how often, and those one can choose."""

    region: str
    in_use: list[tuple[str, int]]
    offered: list[str]


def listed(actor: Actor, narrowing: Narrowing, *, place: Place = TOP) -> tuple[Page, dict[int, list[str]]]:
    """One page of the entries that hold, the latest first, and who assists in each."""
    rows = _rows(actor, narrowing).where(CatalogueEntry.ended_at.is_(None))
    page = paged(rows, CatalogueEntry.opened_at, CatalogueEntry.id, size=PAGE, place=place, is_descending=True)
    return page, assistants(row.id for row in page.rows)


def all_rows(actor: Actor, narrowing: Narrowing, *, limit: int) -> Sequence[Row[Any]]:
    """The catalogue without pages, by category, for its file."""
    rows = _rows(actor, narrowing).where(CatalogueEntry.ended_at.is_(None))
    return db.session.execute(rows.order_by(CatalogueEntry.category, CatalogueEntry.id).limit(limit)).all()


def history(entry: CatalogueEntry) -> Sequence[Any]:
    """Every row of the entry's category and region, the latest first, with who opened and who ended it."""
    opener, ender = aliased(User), aliased(User)
    rows = (
        select(CatalogueEntry, Organisation.short_name.label("unit"), is_manned(Organisation).label("is_manned"),
               opener.name.label("opener"), ender.name.label("ender"))
        .join(Organisation, Organisation.id == CatalogueEntry.lead_unit_id)
        .join(opener, opener.id == CatalogueEntry.opened_by_id)
        .outerjoin(ender, ender.id == CatalogueEntry.ended_by_id)
        .where(CatalogueEntry.category == entry.category, CatalogueEntry.region_id == entry.region_id)
    )
    return db.session.execute(rows.order_by(CatalogueEntry.revision.desc())).all()


def assistants(entry_ids: Iterable[int]) -> dict[int, list[str]]:
    """The names of those who assist, by entry."""
    rows = (
        select(CatalogueAssistant.entry_id, Organisation.name)
        .join(Organisation, Organisation.id == CatalogueAssistant.unit_id)
        .where(CatalogueAssistant.entry_id.in_(list(entry_ids)))
        .order_by(CatalogueAssistant.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for entry_id, name in db.session.execute(rows):
        found[entry_id].append(name)
    return found


def regions(actor: Actor) -> Sequence[Any]:
    """The regions whose catalogue the actor keeps, down to the towns."""
    posts = actor.posts_as(Role.CLERK)
    within = or_(*(Region.path.startswith(post.region_path, autoescape=True) for post in posts))
    rows = select(Region.id, Region.name).where(within, Region.level.in_(CHOSEN_FROM), Region.valid_to.is_(None))
    return db.session.execute(rows.order_by(func.length(Region.path), Region.code)).all()


def get_region(actor: Actor, region_id: int) -> Region:
    """A region out of these. Raises NotFound."""
    within = or_(*(Region.path.startswith(post.region_path, autoescape=True) for post in actor.posts_as(Role.CLERK)))
    return the_one(select(Region).where(within, Region.id == region_id))


def lacking(actor: Actor) -> Lacking:
    """What the catalogue does not answer in the region of the actor's first post."""
    post = _first(actor)
    held = _held(post)
    used = (
        select(Suggestion.category, func.count().label("times"))
        .where(
            suggestion_scope(actor), Suggestion.dispatched_at >= clock.now() - IN_USE, Suggestion.category != "",
            or_(Suggestion.source.is_(None), Suggestion.source != SuggestionSource.CATALOGUE),
        )
        .group_by(Suggestion.category)
        .order_by(func.count().desc(), Suggestion.category)
        .limit(IN_USE_SHOWN)
    )
    in_use = [(row.category, row.times) for row in db.session.execute(used) if not _answers(held, row.category)]
    name = db.session.scalar(select(Region.name).where(Region.path == post.region_path)) or ""
    return Lacking(name, in_use, [one for one in categories.OFFERED if not _answers(held, one)])


def known(actor: Actor) -> list[str]:
    """Every category one may choose: those of the product, and those the catalogue has."""
    rows = visible_entries(actor).where(CatalogueEntry.ended_at.is_(None)).with_only_columns(CatalogueEntry.category)
    return list(dict.fromkeys((*categories.OFFERED, *db.session.scalars(rows.distinct().order_by(
        CatalogueEntry.category
    ).limit(500)))))


def _rows(actor: Actor, narrowing: Narrowing) -> Any:
    rows: Any = (
        select(
            CatalogueEntry.id, CatalogueEntry.category, CatalogueEntry.basis, CatalogueEntry.revision,
            CatalogueEntry.opened_at, Region.name.label("region"), Organisation.short_name.label("unit"),
            is_manned(Organisation).label("is_manned"),
        )
        .join(Region, Region.id == CatalogueEntry.region_id)
        .join(Organisation, Organisation.id == CatalogueEntry.lead_unit_id)
    )
    return rows.where(catalogue_scope(actor), *_narrowed(narrowing))


def _narrowed(narrowing: Narrowing) -> list[ColumnElement[bool]]:
    found = []
    if narrowing.words:
        held = (CatalogueEntry.category, CatalogueEntry.basis, Organisation.name, Region.name)
        found.append(or_(*(column.contains(narrowing.words, autoescape=True) for column in held)))
    if narrowing.is_vacant:
        found.append(~is_manned(Organisation))
    return found


def _first(actor: Actor) -> Standing:
    return next(iter((*actor.posts_as(*REGIONAL), *actor.posts_as(*OFFICIALS))))


def _held(post: Standing) -> set[str]:
    rows = select(CatalogueEntry.category).where(
        CatalogueEntry.ended_at.is_(None), CatalogueEntry.region_id.in_(ids_of(post.region_path))
    )
    return set(db.session.scalars(rows))


def _answers(held: set[str], category: str) -> bool:
    return not held.isdisjoint(categories.above(category))
