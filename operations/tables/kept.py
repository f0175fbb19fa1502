"""A small table that somebody sends, kept under its own digest while they look at what it would change."""

import re
import secrets
from pathlib import Path
from typing import IO

from operations.access.actor import Actor
from operations.errors import BadInput
from operations.files import MIB, clean_name, path_of, size_in_words, write_down

ENDINGS = (".xlsx", ".xls", ".csv")
MOST = 10 * MIB
KEPT = re.compile(r"[0-9a-f]{64}\.(xlsx|xls|csv)")


def keep(stream: IO[bytes], file_name: str, *, actor: Actor, folder: Path) -> str:
    """Keep the file for this person; the name it is asked for by. Raises BadInput, ScannerAway."""
    name = clean_name(file_name)
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise BadInput("只接受 .xlsx、.xls 或 .csv 文件。")
    arriving = path_of(folder, f"{secrets.token_hex(20)}{ending}")
    _, digest = write_down(stream, arriving, name=name, actor=actor, most=MOST, if_empty="文件是空的。",
                           if_too_large=f"文件超过 {size_in_words(MOST)}，请分成几份。")
    kept = f"{digest}{ending}"
    lasting = _path(folder, kept, actor.user_id)
    lasting.parent.mkdir(parents=True, exist_ok=True)
    arriving.replace(lasting)
    return kept


def path_of_kept(kept: str, *, owner: int | None, folder: Path) -> Path:
    """Where this person's file lies. Raises BadInput when it is not there."""
    path = _path(folder, kept, owner)
    if not path.exists():
        raise BadInput("找不到上传的文件，请重新选择。")
    return path


def _path(folder: Path, kept: str, owner: int | None) -> Path:
    if not KEPT.fullmatch(kept):
        raise BadInput("找不到上传的文件，请重新选择。")
    return path_of(folder, f"{kept[:64]}-{owner}{kept[64:]}")
