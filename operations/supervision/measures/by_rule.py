"""What the rules propose: a talk when a second supervision has lapsed, and when a unit has had three in a quarter."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from models import clock
from models.base import db
from models.bulk import insert_returning
from models.directory import Organisation, Region
from models.measures import Measure, MeasureKind
from models.supervision import Level, Supervision, SupervisionSource
from operations import log
from operations.access.actor import SYSTEM, Actor
from operations.base import operation, remembered
from operations.clocks import rulebook
from operations.clocks.calendar import SHANGHAI
from operations.supervision import chain, ladder
from operations.supervision.announcing import Opened

SECOND_LAPSED, OFTEN, BY_HAND, LETTER = "second_lapsed", "often", "by_hand", "letter_ignored"
LAPSED_WORDS = "二次督办到期仍未落实，按规则提请约谈。"
_EMPTY = ("direct_name", "direct_title", "leading_name", "leading_title", "decision_words", "place", "participants",
          "words")


def propose_talks(opened: Sequence[Opened], now: datetime, *, actor: Actor = SYSTEM, reason: str = "") -> None:
    """提请约谈：for every order of that rung just opened, in the transaction that opened it; one open per ticket."""
    due = [order for order in opened if order.level is Level.TALK and order.receiver_id]
    if not due:
        return
    people = chain.heads({order.receiver_id for order in due if order.receiver_id})
    rows = [
        _row(now, unit_id=order.receiver_id, ticket_id=order.ticket_id, office_id=order.issuer_id, actor=actor,
             region_path=order.region_path, reason=reason or LAPSED_WORDS, occasion=f"order.{order.order_id}",
             rule=SECOND_LAPSED if actor is SYSTEM else BY_HAND, people=people)
        for order in due
    ]
    _propose(rows, actor)


@operation
def propose_for_units() -> int:
    """提请约谈：each unit that has had too many second supervisions this quarter, once a quarter. Returns how many.

    A revoked order counts no more, and one that was joined to another never did.
    """
    now, rules = clock.now(), rulebook.current()
    quarter, since = _quarter(now)
    found = db.session.execute(_often(since, int(rules.policy("measures")["seconds_in_a_quarter"]))).all()
    offices = ladder.Offices() if found else None
    people = chain.heads([row.id for row in found])
    rows = [
        _row(now, unit_id=row.id, ticket_id=None, office_id=offices and offices.issuer(row.path, Level.TALK),
             region_path=row.path, rule=OFTEN, occasion=f"unit.{row.id}.{quarter}", people=people, actor=SYSTEM,
             reason=f"{quarter[:4]} 年第 {quarter[-1]} 季度已被二次督办 {row.seconds} 次，按规则提请约谈。")
        for row in found
    ]
    return _propose(rows, SYSTEM)


def propose_talks_about(letters: Sequence[tuple[int, int, str, str]], now: datetime) -> int:
    """提请约谈：for each ignored letter as (letter, unit, region path, reason); one open talk per unit."""
    people, offices = chain.heads({unit for _, unit, *_ in letters}), remembered("offices", ladder.Offices)
    return _propose([
        _row(now, unit_id=unit, ticket_id=None, office_id=offices.issuer(path, Level.TALK), region_path=path,
             rule=LETTER, occasion=f"letter.{letter}.{unit}", people=people, actor=SYSTEM, reason=reason)
        for letter, unit, path, reason in letters
    ], SYSTEM)


def _quarter(now: datetime) -> tuple[str, datetime]:
    """The quarter of a moment by name, ``2026Q3``, with its first moment in Shanghai."""
    here = now.astimezone(SHANGHAI)
    place = (here.month - 1) // 3
    return f"{here.year}Q{place + 1}", datetime(here.year, place * 3 + 1, 1, tzinfo=SHANGHAI)


def _often(since: datetime, fewest: int) -> Any:
    s = Supervision
    return (
        select(Organisation.id, Region.path, func.count().label("seconds"))
        .select_from(s)
        .join(Organisation, Organisation.id == s.receiver_id)
        .join(Region, Region.id == Organisation.region_id)
        .where(s.level == Level.SECOND, s.opened_at >= since, s.revoked_at.is_(None), s.joined_to_id.is_(None))
        .group_by(Organisation.id, Region.path)
        .having(func.count() >= fewest)
    )


def _row(now: datetime, *, people: dict[int, list[int]], actor: Actor, **said: Any) -> dict[str, Any]:
    source = SupervisionSource.RULE if actor is SYSTEM else SupervisionSource.PERSON
    return {
        "kind": MeasureKind.TALK, "source": source, "proposed_at": now, "proposed_by_id": actor.user_id,
        "responsible_id": next(iter(people.get(said["unit_id"], [])), None), **said, **dict.fromkeys(_EMPTY, ""),
    }


def _propose(rows: list[dict[str, Any]], actor: Actor) -> int:
    made = insert_returning(db.session.connection(), Measure.__table__, rows, key="occasion")
    for row in rows:
        measure_id = made.get(row["occasion"])
        if measure_id is not None:
            log.record("propose_measure", object_type="measure", object_id=measure_id, actor=actor,
                       standing=actor.posts[0], ticket_id=row["ticket_id"],
                       details={"kind": row["kind"], "rule": row["rule"], "unit": row["unit_id"]})
    return len(made)
