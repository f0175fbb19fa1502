"""查毒: what comes in is shown to ClamAV's daemon before anybody can ask for it, where the site has one.

The bytes go over its socket (``INSTREAM``): it needs no way into our folders, and may stand on another machine. Without
an answer nothing is let in, and nobody waits for one for long.
"""

import logging
import re
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models import clock
from operations import log as events
from operations.access.actor import Actor
from operations.base import operation
from operations.errors import BadInput, ScannerAway

CONNECT_SECONDS, ANSWER_SECONDS, BYTES_A_SECOND = 2.0, 10.0, 10_000_000
# Who let one wait in vain is not asked by everybody after them: all threads of the site would soon stand there.
LEFT_ALONE_SECONDS = 10.0
CHUNK = 64 * 1024
OLD = timedelta(days=7)
FOUND = re.compile(r"stream: (.+) FOUND")
DATED = re.compile(r"ClamAV [^/]*/\d+/(.+)")

log = logging.getLogger("zhitongche.scanning")


class _Site:
    address = ""
    asked_again_at = float("-inf")


@dataclass(frozen=True, slots=True)
class Standing:
    """How the scanner is; ``seconds`` is the age of its signatures, None where it does not tell."""

    is_well: bool
    words: str
    seconds: float | None = None


def scan_by(address: str) -> None:
    """Who is asked from now on: the path of clamd's socket, or ``host:port``. Empty: nobody."""
    _Site.address, _Site.asked_again_at = address, float("-inf")


def ensure_clean(path: Path, name: str, *, actor: Actor, digest: str) -> None:
    """Raise BadInput when something is found in the file; that it was sent is in the log then. Raises ScannerAway.

    To be called outside the act that keeps the file: the event must outlive its refusal.
    """
    if not _Site.address:
        return
    said = _asked(b"INSTREAM", path)
    if said == "stream: OK":
        return
    if found := FOUND.fullmatch(said):
        note(actor, digest=digest, signature=found[1])
        raise BadInput(f"“{name}”没有收下：查毒程序在里面发现了病毒（{found[1]}）。请在自己的电脑上查杀，换一份干净的再传。")
    log.error("clamd did not look at a file of %s bytes: %s", path.stat().st_size, said[:200])
    raise BadInput(f"“{name}”没有收下：查毒程序查不了这个文件，请换一种格式或分成几份再传，仍然不行的告诉系统管理员。")


@operation
def note(actor: Actor, *, digest: str, signature: str) -> None:
    """记下带病毒的文件: who sent it, its digest and what was found; its name is nobody's business."""
    place = actor.posts[0] if actor.posts else None
    events.record("find_virus", object_type="file", object_id=None, actor=actor, standing=place, result="refused",
                  details={"sha256": digest, "found": signature[:120]})


def standing() -> Standing:
    """Whether it answers, and of when its signatures are: with old ones it finds what was known then."""
    try:
        said = _asked(b"VERSION")
    except ScannerAway:
        return Standing(False, "没有应答，带附件的都收不了")
    dated = DATED.fullmatch(said)
    if dated is None:
        return Standing(True, f"{said[:40]}，没有说病毒库是哪天的")
    made_at = datetime.strptime(dated[1], "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    age = clock.now() - made_at
    words = f"病毒库是 {made_at:%Y-%m-%d} 的" + ("" if age <= OLD else "，该更新了")
    return Standing(age <= OLD, words, age.total_seconds())


def _asked(command: bytes, path: Path | None = None) -> str:
    """What clamd says to a command, or of a file. Raises ScannerAway, in bounded time."""
    now, size = time.monotonic(), path.stat().st_size if path else 0
    if path and now < _Site.asked_again_at:
        raise ScannerAway
    until = now + (ANSWER_SECONDS + size / BYTES_A_SECOND if path else CONNECT_SECONDS)
    try:
        with _connected() as line:
            line.sendall(b"z" + command + b"\0")
            with suppress(BrokenPipeError, ConnectionResetError):  # it has heard enough, and says why
                _send(line, path, until)
            return _answer(line, until)
    except (OSError, ValueError) as problem:
        _Site.asked_again_at = time.monotonic() + LEFT_ALONE_SECONDS
        log.error("clamd: %s", problem)
        raise ScannerAway from problem


def _connected() -> socket.socket:
    if not _Site.address.startswith("/"):
        host, _, port = _Site.address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(CONNECT_SECONDS)
    try:
        line.connect(_Site.address)
    except OSError:
        line.close()
        raise
    return line


def _send(line: socket.socket, path: Path | None, until: float) -> None:
    """The file in pieces, each after its length; none of no length ends it."""
    if path is None:
        return
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            line.settimeout(_left(until))
            line.sendall(struct.pack(">I", len(piece)) + piece)
    line.sendall(struct.pack(">I", 0))


def _answer(line: socket.socket, until: float) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < CHUNK:
        line.settimeout(_left(until))
        piece = line.recv(CHUNK)
        if not piece:
            break
        said += piece
    if not said.endswith(b"\0"):
        raise ValueError("hung up without an answer")
    return said[:-1].decode(errors="replace")


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left
