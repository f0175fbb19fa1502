"""Where the bytes of files lie: a folder, or a bucket of an S3-compatible object store. Keys are random."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Protocol

from operations.storage.folder import Folder

BUCKET = ("ATTACHMENTS_BUCKET", "ATTACHMENTS_REGION", "ATTACHMENTS_KEY_ID", "ATTACHMENTS_SECRET", "ATTACHMENTS_CA_FILE")


class Storage(Protocol):
    """One place. ``room`` is a folder of this machine, where what arrives is looked at before it is kept.

    Where the place does not answer, each raises StorageAway within three seconds.
    """

    room: Path

    def put(self, key: str, path: Path) -> None:
        """Keep the file at ``path`` under ``key``: all of it, durably, or nothing. ``path`` may be gone then."""

    def open(self, key: str) -> tuple[int, IO[bytes]]:
        """Begin to read: the size in bytes, and what is read from and closed. Raises Gone where there is none."""

    def remove(self, key: str) -> bool:
        """Forget a file; whether it was there."""

    def keys(self) -> Iterator[str]:
        """Of all files."""

    def fault(self) -> str:
        """In words what stands against keeping files here; empty when it answers."""

    def has_what_a_restore_replaces(self) -> bool:
        """Whether files lie here whose place those of a backup would take."""

    def lay_beside(self, source: Path) -> None:
        """The first half of a restore: bring the files below ``source`` here, without touching those that are here."""

    def take_over(self, aside: str) -> str:
        """The second half: what was laid beside is now here. Answers where the former is kept; empty if it was not."""


def of_attachments(settings: Mapping[str, Any]) -> Storage:
    """Where the site keeps its attachments."""
    if not settings["ATTACHMENTS_BUCKET"]:
        return Folder(settings["ATTACHMENTS_DIR"])
    return _bucket(os.getpid(), settings["VAR_DIR"] / "arriving", *(settings[name] for name in BUCKET))


def of_site(settings: Mapping[str, Any]) -> Mapping[str, Storage]:
    """All that is backed up beside the database, by its name in the backup."""
    return {"attachments": of_attachments(settings), "imports": Folder(settings["IMPORTS_DIR"])}


@contextmanager
def arriving(storage: Storage) -> Iterator[Path]:
    """The path for a file on its way in; whatever lies there in the end is gone."""
    storage.room.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="arriving-", dir=storage.room) as folder:
        yield Path(folder, "file")


@lru_cache(maxsize=4)
def _bucket(_process: int, room: Path, *said: str) -> Storage:
    """One for each process: its threads do not survive a fork. A site with a folder never loads the library."""
    make: Callable[..., Storage] = import_module("operations.storage.bucket").Bucket
    return make(room, *said)
