"""Letters as rows: numbered, sealed by a digest and inserted set by set, as the last step before the commit."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.base import db
from models.bulk import insert_rows, reserve_ids
from models.letters import Letter, LetterKind
from operations.clocks.calendar import SHANGHAI
from operations.errors import BadInput
from operations.log import canonical
from operations.supervision.letters import series, templates
from operations.supervision.letters.heads import heads_of

ADDRESSEE_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter before it has its number. ``details`` are those of the event of its issue: number and digest go in."""

    kind: LetterKind
    office_id: int
    addressee: str
    facts: dict[str, Any]
    ticket_id: int | None = None
    supervision_id: int | None = None
    measure_id: int | None = None
    receiver_id: int | None = None
    answer_due_at: datetime | None = None
    issued_by_id: int | None = None
    post_id: int | None = None
    details: dict[str, Any] = field(default_factory=dict)


def write(drafts: Sequence[Draft], *, now: datetime) -> list[int]:
    """Give the drafts their numbers and write them; answers the ids in the same order. Raises BadInput."""
    if any(not draft.addressee.strip() for draft in drafts):
        raise BadInput("没有收文单位，不能发文。")
    heads = heads_of({draft.office_id for draft in drafts})
    counts = Counter((draft.office_id, draft.kind.family) for draft in drafts)
    taken = series.take(counts, now)
    ids = reserve_ids(db.session.connection(), Letter.__table__, len(drafts))
    given: Counter[series.Key] = Counter()
    rows = []
    for letter_id, draft in zip(ids, drafts, strict=True):
        key = (draft.office_id, draft.kind.family)
        serial = taken[key].first + given[key]
        given[key] += 1
        rows.append(_row(letter_id, draft, heads[draft.office_id], taken[key], serial, now))
    insert_rows(db.session.connection(), Letter.__table__, rows)
    return ids


def digest_of(row: Any, issued_at: datetime) -> str:
    """摘要: SHA-256 over everything that the printed letter says. ``row`` is a mapping of a letter's columns."""
    said = {name: row[name] for name in ("number", "template_id", "addressee", "facts")}
    said |= {"kind": str(row["kind"]), "issued_at": issued_at.astimezone(SHANGHAI).isoformat()}
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def _row(letter_id: int, draft: Draft, head: Any, taken: series.Taken, serial: int, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": letter_id,
        "kind": draft.kind,
        "number": series.written(head.mark, draft.kind.family, year=taken.year, serial=serial),
        "series_id": taken.series_id,
        "serial": serial,
        "template_id": templates.in_force().choose(draft.kind, head.region_path),
        "office_id": draft.office_id,
        "region_path": head.region_path,
        "ticket_id": draft.ticket_id,
        "supervision_id": draft.supervision_id,
        "measure_id": draft.measure_id,
        "receiver_id": draft.receiver_id,
        "addressee": draft.addressee[:ADDRESSEE_LIMIT],
        "facts": draft.facts | {"发文机关": head.name, "联系方式": head.contact},
        "answer_due_at": draft.answer_due_at,
        "issued_at": now,
        "issued_by_id": draft.issued_by_id,
        "post_id": draft.post_id,
    }
    row["digest"] = digest_of(row, now)
    draft.details.update(letter=row["number"], digest=row["digest"])
    return row
