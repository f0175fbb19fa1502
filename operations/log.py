"""The sealed log: acts record drafts while they run; just before the commit the drafts become links of the chain."""

import hashlib
import json
import secrets
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from models import clock
from models.base import db
from models.bulk import insert_rows
from models.log import Event, EventWords, LogHead
from models.tickets import Attachment
from operations import protection
from operations.access.actor import Actor, Standing

GENESIS = "0" * 64
BOOT = secrets.token_hex(4)
# Made once: ``json.dumps`` with options of its own makes an encoder for every text.
_encoded = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


@dataclass(slots=True)
class Draft:
    """An event before it has its number. ``details`` holds codes, ids and digests only, never words."""

    action: str
    object_type: str
    object_id: int | None
    at: datetime
    actor: Actor
    standing: Standing | None = None
    ticket_id: int | None = None
    round: int | None = None
    source: str | None = None
    target: str | None = None
    words: str = ""
    is_public: bool = False
    result: str = "done"
    details: dict[str, Any] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()


class _Sealing:
    algorithm = "sha256"


_drafts: ContextVar[list[Draft] | None] = ContextVar("event_drafts", default=None)
_is_vital: ContextVar[bool] = ContextVar("is_vital", default=False)


def seal_by(algorithm: str) -> None:
    """Which algorithm new links are hashed by, ``sha256`` or ``sm3``: the site's setting. Older links keep theirs."""
    _Sealing.algorithm = algorithm


@contextmanager
def gathering(*, is_vital: bool = False) -> Iterator[None]:
    """Collect what is recorded until the transaction ends. What is vital is sealed by a wrong clock, too."""
    token, vital = _drafts.set([]), _is_vital.set(is_vital)
    try:
        yield
    finally:
        _drafts.reset(token)
        _is_vital.reset(vital)


def record(action: str, *, object_type: str, object_id: int | None, actor: Actor, **rest: Any) -> None:
    """留痕：note one thing that happens in the running operation. Outside an operation nothing may happen."""
    drafts = _drafts.get()
    if drafts is None:
        raise RuntimeError(f"{action} was recorded outside an operation")
    rest.setdefault("at", clock.now())
    drafts.append(Draft(str(action), object_type, object_id, actor=actor, **rest))


def seal() -> None:
    """Give the gathered drafts their numbers and hashes and write them; the head is locked until the commit."""
    drafts = _drafts.get()
    if drafts:
        append(drafts)
        drafts.clear()


def take_turn() -> None:
    """Wait until nobody else is writing an event, and let nobody until this operation ends.

    For acts that count first and then add: of two at once the second counts what the first has added.
    """
    db.session.execute(select(LogHead.__table__.c.seq).with_for_update())


def append(drafts: Sequence[Draft]) -> None:
    """Append drafts to the chain in the running transaction. Locks the head: call it last.

    Raises ClockWrong while the clock is known to be wrong and nobody has confirmed it, unless the act is vital.
    """
    head = LogHead.__table__
    asked = select(head.c.seq, head.c.hash, protection.CLOCK_IS_WRONG).with_for_update()
    seq, prev, clock_is_wrong = db.session.execute(asked).one()
    if clock_is_wrong and not _is_vital.get():
        raise protection.ClockWrong
    events, words, stamp = [], [], f"{BOOT}:{time.monotonic_ns()}"
    for draft in drafts:
        seq += 1
        row, said = link(draft, seq, prev, stamp)
        prev = row["hash"]
        events.append(row)
        if said:
            words.append(said)
        for attachment in draft.attachments:
            attachment.event_seq = seq
    insert_rows(db.session.connection(), Event.__table__, events)
    insert_rows(db.session.connection(), EventWords.__table__, words)
    db.session.execute(update(head).values(seq=seq, hash=prev))


def link(draft: Draft, seq: int, prev: str, stamp: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The row of one event as the link after ``prev``, and the row of its words when something was said."""
    body, said, alg = _body(draft, seq, stamp), None, _Sealing.algorithm
    if draft.words:
        salt = secrets.token_hex(8)
        body["words"] = words_digest(salt, draft.words, alg)
        said = {"event_seq": seq, "salt": salt, "words": draft.words}
    text = canonical(body)
    return {
        "seq": seq,
        "at": draft.at,
        "actor_id": draft.actor.user_id,
        "post_id": body["post"],
        "action": draft.action,
        "object_type": draft.object_type,
        "object_id": draft.object_id,
        "ticket_id": draft.ticket_id,
        "round": draft.round,
        "source": draft.source,
        "target": draft.target,
        "is_public": draft.is_public,
        "body": text,
        "alg": alg,
        "prev": prev,
        "hash": link_hash(prev, seq, text, alg),
    }, said


def _body(draft: Draft, seq: int, stamp: str) -> dict[str, Any]:
    """What is sealed: who, by which post, from where, did what to what (security.md (e))."""
    return {
        "seq": seq,
        "at": draft.at.isoformat(),
        "boot": stamp,
        "actor": draft.actor.user_id,
        "post": draft.standing.post_id if draft.standing else None,
        "session": draft.actor.session_id,
        "ip": draft.actor.address,
        "action": draft.action,
        "object": [draft.object_type, draft.object_id],
        "ticket": draft.ticket_id,
        "round": draft.round,
        "from": draft.source,
        "to": draft.target,
        "public": draft.is_public,
        "result": draft.result,
        "details": draft.details | _place(draft.standing),
        "files": [attachment.sha256 for attachment in draft.attachments],
    }


def _place(standing: Standing | None) -> dict[str, Any]:
    """For whose vacant post it was done, where it was."""
    return {"in_place_of": standing.unit_id} if standing is not None and standing.stands_in else {}


def canonical(body: dict[str, Any]) -> str:
    """The one text of a body: JSON, sorted keys, no spaces, NFC (security.md (e))."""
    return unicodedata.normalize("NFC", _encoded(body))


def link_hash(prev: str, seq: int, body: str, alg: str) -> str:
    """``H(prev ‖ LF ‖ seq ‖ LF ‖ body)``, hexadecimal."""
    return hashlib.new(alg, f"{prev}\n{seq}\n{body}".encode()).hexdigest()


def words_digest(salt: str, words: str, alg: str = "sha256") -> str:
    """Digest of what was said; the salt is erased with the words, so that nothing can be guessed back."""
    return hashlib.new(alg, f"{salt}\n{words}".encode()).hexdigest()
