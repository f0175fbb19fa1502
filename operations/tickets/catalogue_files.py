"""派单目录 by a workbook: shown as what it would change, published as it was shown; what it leaves out stays.

Many entries of one file are one act and one event: the event names each row that it opened, with its revision.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select, update

from models import clock
from models.access import Role
from models.base import db
from models.bulk import among, insert_rows
from models.routing import CatalogueAssistant, CatalogueEntry
from operations import log
from operations.access.actor import Actor
from operations.base import operation
from operations.errors import NotAllowed, Stale
from operations.insight.units import HANDLING
from operations.tables import kept
from operations.tickets.catalogue_rows import Known, Named, Problem, fault_of, known_to, of_file

BY_FILE = "批量导入"
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """What one row would open: a new entry, or the next revision of the one that holds."""

    named: Named
    region_id: int
    lead_id: int
    assisting: tuple[int, ...]
    revision: int
    replaces: int | None = None
    before: str = ""


@dataclass(slots=True)
class Plan:
    """What a file would change. ``known`` rows say what holds already; ``bad`` ones are left out."""

    changes: list[Change] = field(default_factory=list)
    known: int = 0
    bad: list[Problem] = field(default_factory=list)

    @property
    def added(self) -> list[Change]:
        """Entries that are new."""
        return [change for change in self.changes if change.replaces is None]

    @property
    def revised(self) -> list[Change]:
        """Entries that would get another revision."""
        return [change for change in self.changes if change.replaces is not None]

    @property
    def mark(self) -> str:
        """A short digest of everything it would do."""
        return hashlib.sha256(repr(self.changes).encode()).hexdigest()[:32]


def keep(stream: IO[bytes], file_name: str, *, actor: Actor, folder: Path) -> str:
    """Keep the file for this person; the name it is asked for by. Raises BadInput."""
    return kept.keep(stream, file_name, actor=actor, folder=folder)


def preview(name: str, *, actor: Actor, folder: Path) -> Plan:
    """What the kept file would change now; nothing is written. Raises BadInput, NotAllowed."""
    if not actor.holds(Role.CLERK):
        raise NotAllowed
    return _plan(of_file(kept.path_of_kept(name, owner=actor.user_id, folder=folder)), known_to(actor, HANDLING))


@operation
def publish(name: str, *, actor: Actor, folder: Path, seen: str) -> Plan:
    """导入目录 as it was shown. Raises BadInput, NotAllowed, and Stale when it would no longer do the same."""
    found = preview(name, actor=actor, folder=folder)
    if found.mark != seen:
        raise Stale("目录在您查看之后有变化；下面是现在会有的改动，请核对后再导入。")
    if found.changes:
        _apply(found.changes, actor=actor, digest=name.split(".")[0])
    return found


def _plan(rows: Sequence[Named], known: Known) -> Plan:
    """Row by row against what holds: three statements, however many rows."""
    plan, seen = Plan(), dict[Key, int]()
    holding, assisting, last = _holding({row.category for row in rows})
    names = {unit.id: unit.short_name for unit in known.units.values() if unit}
    for row in rows:
        fault = fault_of(row, known)
        region = known.regions.get(row.region)
        key = (row.category, region.id if region else 0)
        if not fault and key in seen:
            fault = f"与第 {seen[key]} 行是同一类别、同一区域。"
        if fault:
            plan.bad.append(Problem(row.row, row.category, fault))
            continue
        seen[key] = row.row
        lead, *others = (unit.id for name in (row.lead, *row.assisting) if (unit := known.units[name]))
        entry = holding.get(key)
        helpers = assisting.get(entry.id, ()) if entry else ()
        if entry and (entry.lead_unit_id, entry.basis, set(helpers)) == (lead, row.basis, set(others)):
            plan.known += 1
            continue
        before = "、".join(names.get(unit, "") for unit in (entry.lead_unit_id, *helpers)) if entry else ""
        plan.changes.append(Change(row, key[1], lead, tuple(others), last.get(key, 0) + 1,
                                   entry.id if entry else None, before))
    return plan


def _holding(names: set[str]) -> tuple[dict[Key, CatalogueEntry], dict[int, list[int]], dict[Key, int]]:
    """The entries of these categories that hold, who assists in each, and the last revision there has been."""
    e = CatalogueEntry
    here = select(e).where(e.category.in_(names))
    rows = db.session.scalars(here.where(e.ended_at.is_(None))).all()
    lasts = db.session.execute(
        here.with_only_columns(e.category, e.region_id, func.max(e.revision)).group_by(e.category, e.region_id)
    )
    helping: dict[int, list[int]] = {}
    helpers = select(CatalogueAssistant.entry_id, CatalogueAssistant.unit_id).where(among(CatalogueAssistant.entry_id))
    for entry_id, unit_id in db.session.execute(helpers.order_by(CatalogueAssistant.id), {"ids": [r.id for r in rows]}):
        helping.setdefault(entry_id, []).append(unit_id)
    return ({(row.category, row.region_id): row for row in rows}, helping,
            {(category, region): revision for category, region, revision in lasts})


def _apply(changes: Sequence[Change], *, actor: Actor, digest: str) -> None:
    """End what is replaced and open all rows, by sets; the partial unique index decides between two files."""
    standing, now, connection = actor.posts_as(Role.CLERK)[0], clock.now(), db.session.connection()
    ending = [change.replaces for change in changes if change.replaces is not None]
    closed: Any = db.session.execute(
        update(CatalogueEntry).where(among(CatalogueEntry.id), CatalogueEntry.ended_at.is_(None))
        .values(ended_at=now, ended_by_id=actor.user_id, end_reason=BY_FILE),
        {"ids": ending}, execution_options={"synchronize_session": False},
    )
    if closed.rowcount != len(ending):
        raise Stale("目录刚刚被他人修改，请重新核对。")
    insert_rows(connection, CatalogueEntry.__table__, [
        {"category": change.named.category, "region_id": change.region_id, "revision": change.revision,
         "lead_unit_id": change.lead_id, "basis": change.named.basis, "reason": change.named.why or BY_FILE,
         "opened_by_id": actor.user_id, "opened_at": now, "end_reason": ""}
        for change in changes
    ])
    opened = _opened({change.named.category for change in changes})
    ids = [opened[change.named.category, change.region_id] for change in changes]
    insert_rows(connection, CatalogueAssistant.__table__, [
        {"entry_id": entry_id, "unit_id": unit}
        for entry_id, change in zip(ids, changes, strict=True) for unit in change.assisting
    ])
    log.record("import_catalogue", object_type="catalogue", object_id=None, actor=actor, standing=standing, details={
        "file": digest, "rows": len(changes), "ended": ending,
        "opened": [[entry_id, change.revision, change.lead_id] for entry_id, change in zip(ids, changes, strict=True)],
    })


def _opened(names: set[str]) -> dict[Key, int]:
    """The ids of the entries of these categories that hold: one for a category and region."""
    rows = select(CatalogueEntry.category, CatalogueEntry.region_id, CatalogueEntry.id)
    held = rows.where(CatalogueEntry.category.in_(names), CatalogueEntry.ended_at.is_(None))
    return {(category, region): entry_id for category, region, entry_id in db.session.execute(held)}
