"""备份清单: what a backup holds, with a digest of every table and every file. It is written last: without it, no backup."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from operations.errors import Refused

FORMAT = 2
NAME, SEAL = "manifest.json", "manifest.sha256"


class Damaged(Refused):
    """The backup is not what its manifest says; nothing of it may be used."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup. ``tables``: rows and SHA-256 of each; ``files``: bytes and SHA-256 of each, by path.

    ``missing`` are the attachments that the database named and the disk did not have when the backup was taken.
    ``seq`` and ``hash`` are the end of the log.
    """

    engine: str
    revision: str
    taken_at: str
    seq: int
    hash: str
    tables: Mapping[str, Sequence[Any]]
    files: Mapping[str, Sequence[Any]]
    missing: Sequence[str]
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(rows for rows, _ in self.tables.values())

    @property
    def bytes(self) -> int:
        """Of all files."""
        return sum(size for size, _ in self.files.values())


def write(folder: Path, manifest: Manifest) -> None:
    """Put the manifest and its own digest beside what it describes."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True).encode()
    for name, said in ((NAME, text), (SEAL, hashlib.sha256(text).hexdigest().encode())):
        with (folder / name).open("wb") as out:
            out.write(said)
            out.flush()
            os.fsync(out.fileno())


def read(folder: Path) -> Manifest:
    """The manifest of a backup; Damaged when it is not there or not as it was written."""
    try:
        text, seal = (folder / NAME).read_bytes(), (folder / SEAL).read_text(encoding="ascii", errors="replace")
    except OSError as problem:
        raise Damaged(f"{folder} 不是完整的备份：没有清单。没有改动任何内容。") from problem
    if hashlib.sha256(text).hexdigest() != seal.strip():
        raise Damaged("备份清单被改动过，不能恢复。没有改动任何内容。")
    said = json.loads(text)
    if said.get("format") != FORMAT or set(said) != {field.name for field in fields(Manifest)}:
        raise Damaged("备份由别的版本的程序制作，格式不同，不能恢复。没有改动任何内容。")
    return Manifest(**said)


def check_files(folder: Path, manifest: Manifest) -> None:
    """Read every file of the backup; Damaged with the names of those that are not as they were."""
    wrong = [name for name, said in manifest.files.items() if measured(folder / name) != tuple(said)]
    if wrong:
        raise Damaged(f"备份损坏，{len(wrong)} 个文件缺失或被改动：{'、'.join(wrong[:3])}。没有改动任何内容。")


def measured(path: Path) -> tuple[int, str] | None:
    """Bytes and SHA-256 of a file; None where there is none."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return file.tell(), digest
    except FileNotFoundError:
        return None
