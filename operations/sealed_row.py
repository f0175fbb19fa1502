"""One row of the sealed log held against its own seal: hash, sealed text, columns that repeat it, words."""

import hashlib
import json
from operator import itemgetter
from typing import Any, NamedTuple

from operations.log import link_hash, words_digest

ALGORITHMS = frozenset({"sha256", "sm3"})
# What the columns are called in the sealed text, in their order; ``object`` is two columns.
SEALED = ("seq", "at", "actor", "post", "action", "object", "ticket", "round", "from", "to", "public")

_sealed = itemgetter(*SEALED)
_parse = json.JSONDecoder().decode


class SealedRow(NamedTuple):
    """An event as stored, with its words."""

    seq: int
    at: Any
    actor: int | None
    post: int | None
    action: str
    object_type: str
    object_id: int | None
    ticket: int | None
    round: int | None
    source: str | None
    target: str | None
    is_public: Any
    body: str
    alg: str
    prev: str
    hash: str
    salt: str | None
    words: str | None


def complaints(row: SealedRow, at: str) -> list[str]:
    """Everything wrong with the row, in words; empty when it is as it was sealed. ``at`` is its time in ISO 8601."""
    if row.alg not in ALGORITHMS:
        return [f"不认识的算法 {row.alg}"]
    if _hash(row) != row.hash:
        return ["内容与封印不符"]
    try:
        told = _parse(row.body)
        sealed = _sealed(told)
    except (ValueError, KeyError, TypeError):
        return ["封存的内容无法识别"]
    stored = (row.seq, at, row.actor, row.post, row.action, [row.object_type, row.object_id], row.ticket, row.round,
              row.source, row.target, row.is_public)  # fmt: skip
    digest = told.get("words")
    if stored == sealed and ((row.words is None) if digest is None else _is_said(row, digest)):
        return []
    return [
        *(f"{name} 与封存的内容不符" for name, mine, theirs in zip(SEALED, stored, sealed, strict=True) if mine != theirs),
        *_about_words(row, digest),
    ]


def _hash(row: SealedRow) -> str:
    if row.alg == "sha256":  # as `link_hash`, without its look-up: there are millions of rows
        return hashlib.sha256(f"{row.prev}\n{row.seq}\n{row.body}".encode()).hexdigest()
    return link_hash(row.prev, row.seq, row.body, row.alg)


def _is_said(row: SealedRow, digest: str) -> bool:
    """The words are those that were sealed, or were lawfully erased together with their salt."""
    salt, words = row.salt, row.words
    return words is not None and salt is not None and (not (salt or words) or words_digest(salt, words) == digest)


def _about_words(row: SealedRow, digest: str | None) -> list[str]:
    if row.words is None:
        return ["原话缺失"] if digest else []
    if digest is None:
        return ["有未封存的原话"]
    return [] if _is_said(row, digest) else ["原话与封存的摘要不符"]
