"""Files in a folder, spread over 256 more by the beginning of their random names."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from operations.errors import Gone

ARRIVING = "arriving"


class Folder:
    """A storage on this machine's own disk, or on one that several machines see. See ``places.Storage``."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.room = place / ARRIVING  # beside what is kept: a file is put by its name alone

    def put(self, key: str, path: Path) -> None:
        """Written through to the disk first; its name comes last."""
        target = self.place / key
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_through(path)
        os.replace(path, target)
        _write_through(target.parent)

    def open(self, key: str) -> tuple[int, IO[bytes]]:
        try:
            file = (self.place / key).open("rb")
        except (FileNotFoundError, IsADirectoryError) as missing:
            raise Gone from missing
        return os.fstat(file.fileno()).st_size, file

    def remove(self, key: str) -> bool:
        with suppress(FileNotFoundError):
            (self.place / key).unlink()
            return True
        return False

    def keys(self) -> Iterator[str]:
        for path in sorted(self.place.rglob("*")):
            if path.is_file() and not path.is_symlink() and self.room not in path.parents:
                yield path.relative_to(self.place).as_posix()

    def fault(self) -> str:
        """Whether there is room is another question (``health``)."""
        return ""

    def has_what_a_restore_replaces(self) -> bool:
        return next(self.keys(), None) is not None

    def lay_beside(self, source: Path) -> None:
        shutil.rmtree(self._beside, ignore_errors=True)
        if source.exists():
            shutil.copytree(source, self._beside)
        else:
            self._beside.mkdir(parents=True)

    def take_over(self, aside: str) -> str:
        kept = ""
        if self.place.exists():
            kept = str(self.place.rename(self.place.with_name(f"{self.place.name}.{aside}")))
        self._beside.rename(self.place)
        return kept

    @property
    def _beside(self) -> Path:
        return self.place.with_name(f"{self.place.name}.restoring")


def _write_through(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
