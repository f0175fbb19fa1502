"""Files in a bucket of an S3-compatible object store, by obstore. Loaded only where a bucket is configured."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from operations.errors import Gone, StorageAway
from operations.files import MIB
from operations.storage.folder import Folder

# What is silent for so long is away: with the page that says so that makes three seconds. A file is sent in parts of
# five megabytes, one after the other, and the limit is for each: the line must bear 20 Mbit/s. It is read in pieces.
CONNECT_SECONDS, SILENT_SECONDS = 1.0, 2.0
# A connection that the store had closed is opened anew; what has waited its time is not sent again.
AGAIN_WITHIN = timedelta(milliseconds=500)
# The library has exceptions of its own for what becomes of objects only.
STATUS = re.compile(r"status code: (\d{3})")
FAULTS = {"401": "不认我们的密钥", "403": "不认我们的密钥，或没有权限", "404": "没有这个桶"}

log = logging.getLogger("zhitongche.storage")


class Bucket:
    """A storage that every machine of the site sees. See ``places.Storage``.

    ``address``: ``https://host/bucket``, or ``https://bucket.host`` where the store wants it so.
    """

    def __init__(self, room: Path, address: str, region: str, key_id: str, secret: str, ca_file: Path | None) -> None:
        self.room = room
        parts = urlsplit(address)
        name = parts.path.strip("/")
        options: Any = {"allow_http": parts.scheme == "http", "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                        "read_timeout": timedelta(seconds=SILENT_SECONDS), "timeout": timedelta(hours=1)}
        if ca_file:
            options["root_certificate"] = ca_file.read_bytes()
        self.store = S3Store(
            name or str(parts.hostname).partition(".")[0], endpoint=f"{parts.scheme}://{parts.netloc}", region=region,
            access_key_id=key_id, secret_access_key=secret, virtual_hosted_style_request=not name,
            client_options=options, retry_config={"max_retries": 2, "retry_timeout": AGAIN_WITHIN},
        )

    def put(self, key: str, path: Path) -> None:
        """The store shows an object when it has all of it, and checks its digest."""
        with _answering():
            obstore.put(self.store, key, path, max_concurrency=1)

    def open(self, key: str) -> tuple[int, IO[bytes]]:
        with _answering():
            try:
                found = obstore.get(self.store, key)
            except FileNotFoundError as missing:
                raise Gone from missing
            return found.meta["size"], io.BufferedReader(_Pieces(iter(found.stream(min_chunk_size=MIB))), MIB)

    def remove(self, key: str) -> bool:
        with _answering():
            try:
                obstore.head(self.store, key)
            except FileNotFoundError:
                return False
            obstore.delete(self.store, key)
            return True

    def keys(self) -> Iterator[str]:
        with _answering():
            for some in obstore.list(self.store):
                yield from (one["path"] for one in some)

    def fault(self) -> str:
        """By asking for what is never there: an answer costs nothing."""
        try:
            next(iter(obstore.list(self.store, prefix="none")), None)
        except (BaseError, OSError) as problem:
            code = STATUS.search(str(problem))
            return FAULTS.get(code[1], f"回答 {code[1]}") if code else "没有应答"
        return ""

    def has_what_a_restore_replaces(self) -> bool:
        """Never: a name is drawn once and stands for the same bytes ever after."""
        return False

    def lay_beside(self, source: Path) -> None:
        """Each under the name it had: what is here of other names stays, and nobody asks for it."""
        for key in Folder(source).keys():
            self.put(key, source / key)

    def take_over(self, aside: str) -> str:
        return ""


class _Pieces(io.RawIOBase):
    """The pieces of an object as a file."""

    def __init__(self, pieces: Iterator[Any]) -> None:
        self.pieces, self.rest = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self.rest:
            with _answering():
                piece = next(self.pieces, None)
            if piece is None:
                return 0
            self.rest = memoryview(piece)
        count = min(len(into), len(self.rest))
        into[:count], self.rest = self.rest[:count], self.rest[count:]
        return count


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as problem:
        said = str(problem).strip().splitlines() or [type(problem).__name__]
        log.error("the object store: %s", said[0][:300])
        raise StorageAway from problem
