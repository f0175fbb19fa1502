"""Files that arrive: their name as shown, their place, and how they are written there as they come in."""

import hashlib
import os
import unicodedata
from pathlib import Path
from typing import IO

from operations import scanning
from operations.access.actor import Actor
from operations.base import let_go
from operations.errors import BadInput, DomainError

MIB = 1024 * 1024


def size_in_words(limit: int) -> str:
    """``10 MB``, ``512 KB``: how large something may be."""
    return f"{limit // MIB} MB" if limit >= MIB else f"{max(1, limit // 1024)} KB"


def write_down(
    stream: IO[bytes], path: Path, *, name: str, actor: Actor, most: int, if_empty: str, if_too_large: str
) -> tuple[int, str]:
    """Write what ``actor`` sends under ``name`` to a new file; its size in bytes and its SHA-256 in hex.

    Nothing stays behind of a file without a byte or with more than ``most`` (BadInput with the sentence given for it),
    nor of one in which something was found, or that nobody could look at (see ``scanning.ensure_clean``). That takes
    its time, as what is done to the file next may: no transaction is open afterwards.
    """
    let_go()
    path.parent.mkdir(parents=True, exist_ok=True)
    size, digest = 0, hashlib.sha256()
    with path.open("xb") as out:
        while chunk := stream.read(MIB):
            size += len(chunk)
            if size > most:
                break
            digest.update(chunk)
            out.write(chunk)
    if size == 0 or size > most:
        path.unlink()
        raise BadInput(if_empty if size == 0 else if_too_large)
    try:
        scanning.ensure_clean(path, name, actor=actor, digest=digest.hexdigest())
    except DomainError:
        path.unlink()
        raise
    return size, digest.hexdigest()


def path_of(folder: Path, stored_name: str) -> Path:
    """Where a file lies: spread over folders by its random name; no part of it comes from a user."""
    return folder / key_of(stored_name)


def key_of(stored_name: str) -> str:
    """By which name a storage keeps a file."""
    return f"{stored_name[:2]}/{stored_name}"


def clean_name(file_name: str) -> str:
    """The name as shown: NFC, without folders and control characters, at most 120 characters."""
    name = unicodedata.normalize("NFC", file_name.replace("\\", "/").rsplit("/", 1)[-1])
    shown = "".join(char for char in name if unicodedata.category(char)[0] != "C").strip(" .")
    stem, ending = os.path.splitext(shown)
    return (stem[: 120 - len(ending)] + ending) or "未命名"
