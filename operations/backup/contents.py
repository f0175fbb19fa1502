"""The files of a site that are backed up beside its database, and whether they are those that the database names."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from models.tickets import Attachment
from operations.backup.manifest import measured
from operations.files import path_of

ATTACHMENTS = "attachments"


def copied(folders: Mapping[str, Path], into: Path) -> Mapping[str, tuple[int, str]]:
    """Copy every file of ``folders`` under its name; bytes and SHA-256 of each copy, by its path in the backup."""
    found = {}
    for name, folder in folders.items():
        for source in sorted(folder.rglob("*")):
            if source.is_symlink() or not source.is_file():
                continue
            path = f"{name}/{source.relative_to(folder).as_posix()}"
            with suppress(FileNotFoundError):  # an abandoned upload may go while we come by
                (into / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, into / path)
                found[path] = measured(into / path) or (0, "")
    return found


def attached(connection: sa.Connection) -> Sequence[tuple[str, str]]:
    """The attachments that the database names: where each lies in a backup, and its SHA-256."""
    rows = sa.select(Attachment.stored_name, Attachment.sha256).where(Attachment.discarded_at.is_(None))
    place = Path(ATTACHMENTS)
    return [(path_of(place, name).as_posix(), digest) for name, digest in connection.execute(rows)]


def missing(wanted: Sequence[tuple[str, str]], files: Mapping[str, Sequence[object]]) -> Sequence[str]:
    """Attachments without a file, or with another than was sent in, in order."""
    return sorted(path for path, digest in wanted if path not in files or files[path][1] != digest)
