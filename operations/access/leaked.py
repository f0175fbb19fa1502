"""泄露过的密码: looked up in a file of their digests that the site was brought, as Have I Been Pwned hands it out."""

import hashlib
from bisect import bisect_left
from pathlib import Path
from typing import BinaryIO

DIGEST = 40
AFTER_ALL = b"~"


def is_in(path: Path, password: str) -> bool:
    """Whether the file has it: a line each of SHA-1 and count, in order. Forty gigabytes take forty short reads."""
    # Not a digest of ours: that of the list. Nothing is kept by it.
    wanted = hashlib.new("sha1", password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        found = bisect_left(range(path.stat().st_size), wanted, key=lambda place: _line_from(file, place))
        return _line_from(file, found) == wanted


def _line_from(file: BinaryIO, place: int) -> bytes:
    """The digest of the first line that begins at this place or behind it."""
    file.seek(max(place - 1, 0))
    if place:
        file.readline()
    return file.readline()[:DIGEST].upper() or AFTER_ALL
