"""更新区划 by the site's own file: kept where it came in, shown as what it would change, published as it was shown."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from operations.access.actor import Actor
from operations.base import operation
from operations.directory import regions
from operations.directory.region_rows import of_file
from operations.directory.regions import ADMINISTRATORS, Plan
from operations.errors import BadInput, NotAllowed, Stale
from operations.files import MIB, clean_name, path_of, write_down

ENDINGS = (".xlsx", ".xls", ".csv")
MOST = 10 * MIB
KEPT = re.compile(r"[0-9a-f]{64}\.(xlsx|xls|csv)")


@dataclass(frozen=True, slots=True)
class Update:
    """A kept file and how it is to be read: from which day, and whether what it lacks ends on that day."""

    kept: str
    on: date | None = None
    closes_missing: bool = False


def keep(stream: IO[bytes], file_name: str, *, actor: Actor, folder: Path) -> str:
    """Keep the file under its own digest, for this person; the name it is asked for by. Raises BadInput."""
    ending = Path(clean_name(file_name)).suffix.lower()
    if ending not in ENDINGS:
        raise BadInput("只接受 .xlsx、.xls 或 .csv 文件。")
    arriving = path_of(folder, f"{secrets.token_hex(20)}{ending}")
    _, digest = write_down(stream, arriving, most=MOST, if_empty="文件是空的。",
                           if_too_large=f"文件超过 {MOST // MIB} MB，请分成几份。")
    kept = f"{digest}{ending}"
    lasting = _path(folder, kept, actor)
    lasting.parent.mkdir(parents=True, exist_ok=True)
    arriving.replace(lasting)
    return kept


def preview(update: Update, *, actor: Actor, folder: Path) -> Plan:
    """What the file would change now; nothing is written. Raises BadInput, NotAllowed."""
    if not actor.holds(*ADMINISTRATORS):
        raise NotAllowed
    path = _path(folder, update.kept, actor)
    if not path.exists():
        raise BadInput("找不到上传的文件，请重新选择。")
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


def _path(folder: Path, kept: str, actor: Actor) -> Path:
    if not KEPT.fullmatch(kept):
        raise BadInput("找不到上传的文件，请重新选择。")
    return path_of(folder, f"{kept[:64]}-{actor.user_id}{kept[64:]}")
