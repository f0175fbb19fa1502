"""Attachments: checked by content, kept under an opaque name, never trusted by their file name."""

import hashlib
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO

from sqlalchemy import bindparam, func, select

from models import clock
from models.base import db
from models.tickets import Attachment, Ticket
from operations import protection
from operations.access.actor import Actor
from operations.base import operation
from operations.errors import BadInput, Busy, DomainError, NotFound, StorageAway
from operations.files import MIB, clean_name, key_of, size_in_words, write_down
from operations.storage.places import Storage, arriving
from operations.tickets import authors, photos

ROOM_IN_ZIP = 300 * MIB
# Taking one apart may cost a hostile document's 768 MiB or a large photo's 300: so many at a time in each process.
_at_once, PATIENCE_SECONDS = BoundedSemaphore(2), 15.0


@dataclass(frozen=True, slots=True)
class UploadRules:
    """The site's settings: where files are kept, bytes of one file, files of one sending, bytes of one enterprise."""

    storage: Storage
    per_file: int
    per_sending: int
    per_enterprise: int


@dataclass(frozen=True, slots=True)
class FileKind:
    """One allowed kind: its ending, media type and how its bytes must begin (security.md (d))."""

    media_type: str
    signatures: tuple[bytes, ...]
    member: str = ""


KINDS = {
    ".pdf": FileKind("application/pdf", (b"%PDF-",)),
    ".jpg": FileKind("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": FileKind("image/jpeg", (b"\xff\xd8\xff",)),
    ".png": FileKind("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".webp": FileKind("image/webp", (b"RIFF",)),
    ".docx": FileKind(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",), "word/document.xml"
    ),
    ".xlsx": FileKind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",), "xl/workbook.xml"
    ),
}
ALLOWED = "、".join(sorted({ending.lstrip(".") for ending in KINDS}))


def store(
    stream: IO[bytes],
    file_name: str,
    *,
    actor: Actor,
    rules: UploadRules,
    draft_key: str,
    enterprise_id: int | None = None,
    is_public: bool = True,
) -> Attachment:
    """Keep one uploaded file for ``actor``'s draft. Raises BadInput with the reason when it may not be kept.

    ``enterprise_id`` is whose room it takes up (ATTACHMENT_QUOTA); None takes up nobody's.
    """
    name = clean_name(file_name)
    kind = KINDS.get(Path(name).suffix.lower())
    if kind is None:
        raise BadInput(f"“{name}”的类型不能上传，只接受 {ALLOWED}。")
    protection.ensure_off()
    attachment = Attachment(
        public_id=secrets.token_urlsafe(16),
        draft_key=draft_key,
        uploaded_by_id=actor.user_id,
        file_name=name,
        media_type=kind.media_type,
        stored_name=secrets.token_hex(20),
        is_public=is_public,
        created_at=clock.now(),
    )
    _keep(stream, attachment, actor=actor, rules=rules)  # before its act: no lock is held
    try:
        _enter(attachment, actor=actor, rules=rules, enterprise_id=enterprise_id)
    except DomainError:
        with suppress(StorageAway):  # what nobody asks for may stay
            rules.storage.remove(key_of(attachment.stored_name))
        raise
    return attachment


@operation
def _enter(attachment: Attachment, *, actor: Actor, rules: UploadRules, enterprise_id: int | None) -> None:
    if count_in_draft(actor, attachment.draft_key or "") >= rules.per_sending:
        raise BadInput(
            f"“{attachment.file_name}”没有收下：一次最多 {rules.per_sending} 个文件，可把几份材料合成一个 PDF。")
    _ensure_room(enterprise_id, attachment.size, attachment.file_name, most=rules.per_enterprise)
    db.session.add(attachment)


@operation
def discard(attachment: Attachment, *, actor: Actor) -> None:
    """Take a file out of one's own draft; what belongs to a ticket is never deleted."""
    is_used = attachment.ticket_id is not None or attachment.interaction_id is not None
    if is_used or attachment.uploaded_by_id != actor.user_id:
        raise NotFound
    attachment.discarded_at = clock.now()


def of_draft(actor: Actor, draft_key: str) -> list[Attachment]:
    """The files that wait in one draft of the actor's."""
    return list(db.session.scalars(_IN_DRAFT, {"person": actor.user_id, "draft": draft_key}))


def count_in_draft(actor: Actor, draft_key: str) -> int:
    """How many files wait in one draft."""
    return db.session.scalar(_COUNT, {"person": actor.user_id, "draft": draft_key}) or 0


def attach(ticket: Ticket, attachments: Iterable[Attachment], *, is_public: bool) -> None:
    """The files leave their draft and belong to the ticket from now on."""
    for attachment in attachments:
        attachment.ticket_id, attachment.draft_key, attachment.is_public = ticket.id, None, is_public


def of_ticket(ticket: Ticket, *, with_internal: bool) -> list[Attachment]:
    """The files of a ticket, oldest first; the enterprise sees the public ones only."""
    rows = select(Attachment).where(Attachment.ticket_id == ticket.id, Attachment.discarded_at.is_(None))
    shown = rows if with_internal else rows.where(Attachment.is_public.is_(True))
    return list(db.session.scalars(shown.order_by(Attachment.id)))


def _keep(stream: IO[bytes], attachment: Attachment, *, actor: Actor, rules: UploadRules) -> None:
    """Look at what arrives where nobody can ask for it, then keep it; its size and SHA-256 are known then."""
    name, kind = attachment.file_name, KINDS[Path(attachment.file_name).suffix.lower()]
    with arriving(rules.storage) as path:
        write_down(
            stream, path, name=name, actor=actor, most=rules.per_file, if_empty=f"“{name}”是空文件。",
            if_too_large=f"“{name}”超过 {size_in_words(rules.per_file)}，请压缩后再传。",
        )
        _ensure_is(kind, path, name)
        with _in_turn():
            if kind.media_type in photos.FORMATS:
                photos.redraw(path, kind.media_type, name)
            else:
                authors.forget(path, Path(name).suffix.lower(), name)
        attachment.size = path.stat().st_size
        attachment.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        rules.storage.put(key_of(attachment.stored_name), path)


@contextmanager
def _in_turn() -> Iterator[None]:
    if not _at_once.acquire(timeout=PATIENCE_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _at_once.release()


_IN_DRAFT = select(Attachment).where(
    Attachment.uploaded_by_id == bindparam("person"),
    Attachment.draft_key == bindparam("draft"),
    Attachment.ticket_id.is_(None),
    Attachment.interaction_id.is_(None),
    Attachment.discarded_at.is_(None),
).order_by(Attachment.id)
_COUNT = _IN_DRAFT.order_by(None).with_only_columns(func.count())


def _ensure_room(enterprise_id: int | None, size: int, name: str, *, most: int) -> None:
    if enterprise_id is None:
        return
    taken = (
        select(func.coalesce(func.sum(Attachment.size), 0))
        .join(Ticket, Ticket.id == Attachment.ticket_id)
        .where(Ticket.enterprise_id == enterprise_id, Attachment.discarded_at.is_(None))
    )
    if (db.session.scalar(taken) or 0) + size > most:
        raise BadInput(f"“{name}”没有收下：贵企业的附件总量已满 {size_in_words(most)}，请压缩，或联系企业管家。")


def _ensure_is(kind: FileKind, path: Path, name: str) -> None:
    with path.open("rb") as file:
        head = file.read(16)
    if not head.startswith(kind.signatures) or (kind.media_type == "image/webp" and head[8:12] != b"WEBP"):
        raise BadInput(f"“{name}”的内容与扩展名不符，请用原来的软件重新另存后上传。")
    if kind.member and not _holds(path, kind.member):
        raise BadInput(f"“{name}”已损坏或不是 Office 文档，请重新另存后上传。")


def _holds(path: Path, member: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            sane = len(entries) <= 2000 and sum(entry.file_size for entry in entries) <= ROOM_IN_ZIP
            return sane and any(entry.filename == member for entry in entries)
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def ticket_of(attachment: Attachment) -> Ticket | None:
    """The ticket it belongs to; None for a draft's and for the photo of an interaction."""
    return db.session.get(Ticket, attachment.ticket_id) if attachment.ticket_id is not None else None
