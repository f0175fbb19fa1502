"""The files of a site that are backed up beside its database, and whether they are those that the database names."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from models.tickets import Attachment
from operations.backup.manifest import measured
from operations.errors import Gone
from operations.files import MIB, key_of
from operations.storage.places import Storage

ATTACHMENTS = "attachments"


def copied(storages: Mapping[str, Storage], into: Path) -> Mapping[str, tuple[int, str]]:
    """Copy every file of ``storages`` under its name; bytes and SHA-256 of each copy, by its path in the backup."""
    found = {}
    for name, storage in storages.items():
        for key in storage.keys():
            path = f"{name}/{key}"
            with suppress(Gone):  # an abandoned upload may go while we come by
                _copy(storage, key, into / path)
                found[path] = measured(into / path) or (0, "")
    return found


def _copy(storage: Storage, key: str, target: Path) -> None:
    _, source = storage.open(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    with source, target.open("xb") as out:
        shutil.copyfileobj(source, out, MIB)


def attached(connection: sa.Connection) -> Sequence[tuple[str, str]]:
    """The attachments that the database names: where each lies in a backup, and its SHA-256."""
    rows = sa.select(Attachment.stored_name, Attachment.sha256).where(Attachment.discarded_at.is_(None))
    return [(f"{ATTACHMENTS}/{key_of(name)}", digest) for name, digest in connection.execute(rows)]


def missing(wanted: Sequence[tuple[str, str]], files: Mapping[str, Sequence[object]]) -> Sequence[str]:
    """Attachments without a file, or with another than was sent in, in order."""
    return sorted(path for path, digest in wanted if path not in files or files[path][1] != digest)
