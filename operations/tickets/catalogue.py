"""派单目录: kept by the service centre of the region. A change ends one dated row and opens the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, func, select, update

from models import clock
from models.base import db
from models.directory import Organisation, Region
from models.routing import CatalogueAssistant, CatalogueEntry
from operations import log
from operations.access.actor import Actor, Standing
from operations.access.routing_scope import keeping_post
from operations.base import operation
from operations.errors import BadInput, NotAllowed, Refused, Stale
from operations.tickets import categories


@dataclass(frozen=True, slots=True)
class Terms:
    """What an entry says: who leads, who assists, by which law; ``reason`` is why it is said now."""

    lead: Organisation
    basis: str
    assisting: Sequence[Organisation] = ()
    reason: str = ""


@operation
def enter(*, actor: Actor, category: str, region: Region, terms: Terms) -> CatalogueEntry:
    """列入目录：open the entry of a category in a region. Raises BadInput, NotAllowed, and Refused for a second one."""
    standing, name = _keeper(actor, region), _sound_category(category)
    _ensure_sound(terms)
    rows = select(CatalogueEntry).where(CatalogueEntry.category == name, CatalogueEntry.region_id == region.id)
    if db.session.scalar(rows.where(CatalogueEntry.ended_at.is_(None))) is not None:
        raise Refused(f"{region.name}的“{name}”已经在目录里，请修改原来的一条。")
    last = rows.with_only_columns(func.max(CatalogueEntry.revision))
    return _open("enter_catalogue", name, region.id, terms, actor=actor, standing=standing,
                 revision=(db.session.scalar(last) or 0) + 1)


@operation
def revise(entry: CatalogueEntry, *, actor: Actor, terms: Terms) -> CatalogueEntry:
    """修改目录：end the row and open the next. Raises BadInput, NotAllowed, and Stale for a row that has ended."""
    standing = _keeper(actor, entry.region)
    _ensure_sound(terms)
    if not terms.reason.strip():
        raise BadInput("请写明为什么修改。")
    _close(entry, actor, terms.reason)
    return _open("revise_catalogue", entry.category, entry.region_id, terms, actor=actor, standing=standing,
                 revision=entry.revision + 1)


@operation
def end(entry: CatalogueEntry, *, actor: Actor, reason: str) -> None:
    """移出目录：the row ends and stays as history. Raises BadInput without a reason, NotAllowed and Stale."""
    standing = _keeper(actor, entry.region)
    if not reason.strip():
        raise BadInput("请写明为什么移出目录。")
    _close(entry, actor, reason)
    log.record("end_catalogue", object_type="catalogue_entry", object_id=entry.id, actor=actor, standing=standing,
               words=reason)


def _open(act: str, category: str, region_id: int, terms: Terms, *, actor: Actor, standing: Standing,
          revision: int) -> CatalogueEntry:
    entry = CatalogueEntry(
        category=category, region_id=region_id, revision=revision, lead_unit_id=terms.lead.id, basis=terms.basis,
        reason=terms.reason[:200], opened_by_id=actor.user_id, opened_at=clock.now(),
    )
    db.session.add(entry)
    db.session.flush()
    db.session.add_all(CatalogueAssistant(entry_id=entry.id, unit_id=unit.id) for unit in terms.assisting)
    log.record(act, object_type="catalogue_entry", object_id=entry.id, actor=actor, standing=standing,
               words=terms.reason, details={
                   "region": region_id, "revision": revision, "lead": terms.lead.id,
                   "assisting": [unit.id for unit in terms.assisting],
               })
    return entry


def _close(entry: CatalogueEntry, actor: Actor, reason: str) -> None:
    """The row itself decides who comes first."""
    closing = (
        update(CatalogueEntry)
        .where(CatalogueEntry.id == entry.id, CatalogueEntry.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_by_id=actor.user_id, end_reason=reason[:200])
    )
    closed: CursorResult[Any] = db.session.execute(closing)  # type: ignore[assignment]
    if not closed.rowcount:
        raise Stale("这条目录刚刚被他人修改或移出，请核对后再提交。")


def _keeper(actor: Actor, region: Region) -> Standing:
    standing = keeping_post(actor, region.path)
    if standing is None:
        raise NotAllowed
    return standing


def _sound_category(category: str) -> str:
    names = categories.parts(category)
    if not names:
        raise BadInput("请填写事项类别。")
    if len(names) > categories.DEEPEST:
        raise BadInput("事项类别最多三级，用“/”分开。")
    return categories.STROKE.join(names)


def _ensure_sound(terms: Terms) -> None:
    if not terms.basis.strip():
        raise BadInput("请写明法律或职责依据。")
    if terms.lead in terms.assisting or len(set(terms.assisting)) != len(terms.assisting):
        raise BadInput("主办单位和协办单位不能重复。")
