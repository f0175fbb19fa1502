"""提级: a letter that nobody opens or answers goes up by itself, exactly once a rung, with the sweep (domain.md §7).

First it is raised to the next higher office, the unit's leader and the leaders in charge; then a talk is proposed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from models.access import Post, Role
from models.base import db
from models.bulk import insert_rows
from models.directory import Organisation
from models.letters import Letter, LetterAddressee, LetterClimb
from models.notices import NoticeKind
from operations import log, notices
from operations.access.actor import SYSTEM
from operations.base import be_patient, operation, remembered
from operations.clocks import rulebook
from operations.supervision import announcing, chain, ladder
from operations.supervision.letters import raising
from operations.supervision.measures import by_rule

CLIMBED = "raise_letter"
_parts: Any = LetterAddressee.__table__
_NEXT_FIRE = select(func.min(_parts.c.fire_at)).where(_parts.c.fire_at.is_not(None))
# FOR UPDATE SKIP LOCKED: of several workers each takes what no other holds, and an opening at this moment comes first.
_DUE: Any = (
    select(
        LetterAddressee.letter_id, LetterAddressee.unit_id, LetterAddressee.rung, LetterAddressee.opened_at,
        LetterAddressee.returned_count, LetterAddressee.fire_at, Letter.number, Letter.kind, Letter.region_path,
        Letter.office_id, Letter.ticket_id, Letter.issued_by_id, Organisation.short_name.label("unit"),
    )
    .join(Letter, Letter.id == LetterAddressee.letter_id)
    .join(Organisation, Organisation.id == LetterAddressee.unit_id)
    .where(LetterAddressee.fire_at <= bindparam("now"))
    .order_by(LetterAddressee.fire_at, LetterAddressee.letter_id, LetterAddressee.unit_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=LetterAddressee)
)
_RAISE = (
    update(_parts)
    .where(_parts.c.letter_id == bindparam("letter"), _parts.c.unit_id == bindparam("to"))
    .values(rung=bindparam("to_rung"), fire_at=bindparam("next_at"))
)
_SUPERVISORS = select(Post.organisation_id, Post.user_id).where(
    Post.organisation_id.in_(bindparam("offices", expanding=True)), Post.role == Role.SUPERVISOR,
    Post.ended_at.is_(None),
)


def next_fire_at() -> datetime | None:
    """The next moment at which a letter would climb."""
    return db.session.scalar(_NEXT_FIRE)


def remaining(now: datetime) -> int:
    """How many are due and have not climbed."""
    return db.session.scalar(select(func.count()).where(LetterAddressee.fire_at <= now)) or 0


@operation
def climb_due(now: datetime, *, most: int) -> tuple[int, int, int]:
    """提级：what is due, in order. Returns how many were looked at, how many climbed, and by how many seconds late."""
    rows = db.session.execute(_DUE, {"now": now, "most": most}).all()
    if not rows:
        return 0, 0, 0
    be_patient()
    offices, rules = remembered("offices", ladder.Offices), rulebook.current()
    climbs = [_climb(row, offices, now) for row in rows]
    insert_rows(db.session.connection(), LetterClimb.__table__, climbs)
    db.session.connection().execute(_RAISE, [
        {"letter": climb["letter_id"], "to": climb["unit_id"], "to_rung": climb["rung"],
         "next_at": raising.after_climbing(climb["rung"], now, rules=rules)}
        for climb in climbs
    ])
    pairs = list(zip(rows, climbs, strict=True))
    _record(pairs)
    _tell([pair for pair in pairs if pair[1]["rung"] == raising.RAISED], now)
    _propose_talks([pair for pair in pairs if pair[1]["rung"] == raising.TALK], now)
    return len(rows), len(climbs), max(int((now - row.fire_at).total_seconds()) for row in rows)


def _climb(row: Row[Any], offices: ladder.Offices, now: datetime) -> dict[str, Any]:
    rung = row.rung + 1
    office = offices.above(row.region_path, row.office_id) if rung == raising.RAISED else None
    return {"letter_id": row.letter_id, "unit_id": row.unit_id, "rung": rung, "rule": raising.rule_of(row),
            "office_id": office, "at": now}


def _record(pairs: Sequence[tuple[Row[Any], dict[str, Any]]]) -> None:
    for row, climb in pairs:
        log.record(CLIMBED, object_type="letter", object_id=row.letter_id, actor=SYSTEM, standing=SYSTEM.posts[0],
                   ticket_id=row.ticket_id, at=climb["at"],
                   details={name: climb[name] for name in ("unit_id", "rung", "rule", "office_id")})


def _tell(pairs: Sequence[tuple[Row[Any], dict[str, Any]]], now: datetime) -> None:
    """The unit's leader, the higher office, the leaders in charge and who wrote it; one message each."""
    if not pairs:
        return
    heads = chain.heads({row.unit_id for row, _ in pairs})
    above: dict[int | None, list[int]] = {}
    for office, user in db.session.execute(_SUPERVISORS, {"offices": sorted({c["office_id"] or 0 for _, c in pairs})}):
        above.setdefault(office, []).append(user)
    later = notices.not_before(now)
    notices.queue([
        {"user_id": user, "kind": NoticeKind.SUPERVISION, "ticket_id": row.ticket_id, "words": "", "created_at": now,
         "subject": f"{row.kind.label} {row.number} {row.unit}{climb['rule'].label}，已提级", "not_before": later,
         "dedup_key": f"letter_climb.{row.letter_id}.{row.unit_id}.{climb['rung']}.{user}"}
        for row, climb in pairs
        for user in sorted({row.issued_by_id, *heads.get(row.unit_id, ()), *above.get(climb["office_id"], ()),
                            *announcing.leaders_over(row.region_path)} - {None})
    ])


def _propose_talks(pairs: Sequence[tuple[Row[Any], dict[str, Any]]], now: datetime) -> None:
    if pairs:
        by_rule.propose_talks_about([
            (row.letter_id, row.unit_id, row.region_path,
             f"{row.kind.label} {row.number} 提级后仍{climb['rule'].label}，按规则提请约谈。")
            for row, climb in pairs
        ], now)
