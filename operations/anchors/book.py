"""The file of anchors outside the database: one a line, only ever added to. A copy of it is what the witness keeps."""

import os
from collections.abc import Sequence
from pathlib import Path

from operations.anchors.statement import Checkpoint, Unreadable, from_line
from operations.errors import Refused

TAIL = 16 * 1024


def read(path: Path) -> list[Checkpoint]:
    """All of them; none where there is no file. A last line that was not finished does not count. Raises Unreadable."""
    return [from_line(line) for line in _lines(path)]


def last(path: Path) -> Checkpoint | None:
    """The newest, without reading the others. Raises Unreadable."""
    lines = _lines(path, most=TAIL)
    return from_line(lines[-1]) if lines else None


def append(path: Path, added: Sequence[Checkpoint]) -> None:
    """Write them behind those that are there, on the disk when this returns. Raises Refused when it cannot."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
            unfinished = file.read().rpartition(b"\n")[2]
            file.truncate(file.tell() - len(unfinished))
            file.write("".join(f"{one.line}\n" for one in added).encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        raise Refused(f"锚点文件 {path} 写不进去：{problem.strerror or problem}") from problem


def _lines(path: Path, *, most: int = 0) -> list[str]:
    """Finished lines; of the last ``most`` bytes only, where the first may be a part of one."""
    try:
        with path.open("rb") as file:
            if most:
                file.seek(max(0, file.seek(0, os.SEEK_END) - most))
            return file.read().decode("utf-8", "replace").split("\n")[:-1]
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise Unreadable(f"锚点文件 {path} 读不出来：{problem.strerror or problem}") from problem
