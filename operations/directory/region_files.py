"""更新区划 by the site's own file: kept where it came in, shown as what it would change, published as it was shown."""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from operations.access.actor import Actor
from operations.base import operation
from operations.directory import regions
from operations.directory.region_rows import of_file
from operations.directory.regions import ADMINISTRATORS, Plan
from operations.errors import NotAllowed, Stale
from operations.tables import kept


@dataclass(frozen=True, slots=True)
class Update:
    """A kept file and how it is to be read: from which day, and whether what it lacks ends on that day."""

    kept: str
    on: date | None = None
    closes_missing: bool = False


def keep(stream: IO[bytes], file_name: str, *, actor: Actor, folder: Path) -> str:
    """Keep the file for this person; the name it is asked for by. Raises BadInput."""
    return kept.keep(stream, file_name, actor=actor, folder=folder)


def preview(update: Update, *, actor: Actor, folder: Path) -> Plan:
    """What the file would change now; nothing is written. Raises BadInput, NotAllowed."""
    if not actor.holds(*ADMINISTRATORS):
        raise NotAllowed
    path = kept.path_of_kept(update.kept, owner=actor.user_id, folder=folder)
    return regions.plan(of_file(path), on=update.on, closes_missing=update.closes_missing)


@operation
def publish(update: Update, *, actor: Actor, folder: Path, seen: str) -> Plan:
    """更新区划 as it was shown: ``seen`` is the mark of the plan on the page. Raises BadInput, NotAllowed, Stale."""
    found = preview(update, actor=actor, folder=folder)
    if mark_of(found) != seen:
        raise Stale("区划在您查看之后有变化，或改过生效日期等选项；下面是现在会有的改动，请核对后再公布。")
    regions.apply(found, actor=actor)
    return found


def mark_of(found: Plan) -> str:
    """A short digest of everything a plan would do."""
    said = (found.on, found.added, found.renamed, found.moved, found.reopened, found.closed)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]
