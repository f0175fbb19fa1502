"""A request that is too large: its words are saved from before the files, and the browser is let finish sending."""

from typing import Any

from flask import current_app, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import NEED_DATA, Data, Epilogue, Field, File, MultipartDecoder

CHUNK = 64 * 1024
# A browser shows the answer only if the server has read what it was still sending; more than this is cut off.
READ_AT_MOST = 10


def rescue() -> dict[str, list[str]]:
    """The text fields that came before the first file; nothing when the request is not such a form."""
    length, most = request.content_length, current_app.config["MAX_CONTENT_LENGTH"]
    if request.method != "POST" or length is None or length <= most:
        return {}
    body = _Body(request.environ["wsgi.input"], length)
    boundary = parse_options_header(request.content_type)[1].get("boundary", "")
    fields = _fields(body, boundary.encode()) if request.mimetype == "multipart/form-data" and boundary else {}
    body.drain(READ_AT_MOST * most)
    return fields


class _Body:
    """The raw body, never read beyond its length."""

    def __init__(self, stream: Any, length: int) -> None:
        self.stream, self.left = stream, length

    def read(self) -> bytes:
        chunk: bytes = self.stream.read(min(CHUNK, self.left)) if self.left else b""
        self.left = self.left - len(chunk) if chunk else 0
        return chunk

    def drain(self, most: int) -> None:
        while most > 0 and (chunk := self.read()):
            most -= len(chunk)


def _fields(body: _Body, boundary: bytes) -> dict[str, list[str]]:
    decoder = MultipartDecoder(boundary, current_app.config["MAX_FORM_MEMORY_SIZE"])
    fields: dict[str, list[str]] = {}
    name, said = "", b""
    while chunk := body.read():
        try:
            decoder.receive_data(chunk)
            while (event := decoder.next_event()) is not NEED_DATA:
                if isinstance(event, File | Epilogue):
                    return fields
                if isinstance(event, Field):
                    name, said = event.name, b""
                if isinstance(event, Data):
                    said += event.data
                    if not event.more_data:
                        fields.setdefault(name, []).append(said.decode(errors="replace"))
        except (ValueError, RequestEntityTooLarge):
            return fields
    return fields
