"""包保关系 as rows: a set of them is ended and another opened at one moment. Nothing is ever overwritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from models import clock
from models.access import Post, User
from models.base import db
from models.bulk import among, insert_returning
from models.directory import Enterprise, Stewardship, StewardshipKind
from models.notices import NoticeKind
from operations import log, notices
from operations.access.actor import Actor, Standing

REASON_LIMIT = 200
_SILENTLY = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Change:
    """The enterprise goes to the steward; ``seen_id`` is the open main row this ends, None where there was none."""

    enterprise_id: int
    steward_id: int
    reason: str
    seen_id: int | None = None


def mains_of(enterprise_ids: Sequence[int]) -> dict[int, Any]:
    """The open main row of each of these enterprises: id, enterprise_id, steward_id."""
    rows = select(Stewardship.id, Stewardship.enterprise_id, Stewardship.steward_id).where(
        among(Stewardship.enterprise_id), is_main(), Stewardship.ended_at.is_(None)
    )
    found = db.session.connection().execute(rows, {"ids": list(enterprise_ids)})
    return {row.enterprise_id: row for row in found}


def is_main(row: Any = Stewardship) -> Any:
    """The condition on a stewardship, or an alias of it: a 主管家."""
    return row.kind == StewardshipKind.MAIN


def change(changes: Sequence[Change], *, actor: Actor, standing: Standing) -> dict[int, int]:
    """Let each enterprise go over, in a handful of statements; answers the new row's id by enterprise.

    What somebody else changed since it was seen is left out: their row is no longer open, or theirs is there already.
    """
    now = clock.now()
    ended = end({one.enterprise_id: one.seen_id for one in changes if one.seen_id}, now)
    wanted = [one for one in changes if one.seen_id is None or one.enterprise_id in ended]
    rows = [
        {"enterprise_id": one.enterprise_id, "steward_id": one.steward_id, "kind": StewardshipKind.MAIN,
         "started_at": now, "ended_at": None, "reason": one.reason[:REASON_LIMIT]}
        for one in wanted
    ]
    opened = insert_returning(db.session.connection(), Stewardship.__table__, rows, key="enterprise_id")
    done = [one for one in wanted if one.enterprise_id in opened]
    for one in done:
        log.record(
            "assign_steward", object_type="stewardship", object_id=opened[one.enterprise_id], actor=actor,
            standing=standing, words=one.reason,
            details={"enterprise": one.enterprise_id, "steward": one.steward_id, "previous": one.seen_id},
        )
    tell_of(done, ended)
    return opened


def end(seen: Mapping[int, int], now: datetime) -> dict[int, int]:
    """End the seen row of each enterprise as far as it is open and still that enterprise's; answers who it was."""
    if not seen:
        return {}
    ending = update(Stewardship).where(
        among(Stewardship.id), among(Stewardship.enterprise_id, "firms"), Stewardship.ended_at.is_(None)
    )
    ending = ending.values(ended_at=now).returning(Stewardship.enterprise_id, Stewardship.steward_id)
    asked = {"ids": list(seen.values()), "firms": list(seen)}
    rows = db.session.connection().execute(ending, asked, execution_options=_SILENTLY)
    return {enterprise: steward for enterprise, steward in rows}


def tell_of(done: Sequence[Change], before: Mapping[int, int]) -> None:
    """Members hear who their steward is, the new stewards what they got and the former ones what they gave."""
    if not done:
        return
    names = names_of([one.enterprise_id for one in done])
    stewards = _stewards({one.steward_id for one in done})
    tell_members({one.enterprise_id: f"您的企业管家是{stewards[one.steward_id]}" for one in done}, names)
    got: dict[int, list[str]] = {}
    gave: dict[int, list[str]] = {}
    for one in done:
        got.setdefault(one.steward_id, []).append(names[one.enterprise_id])
        if one.enterprise_id in before:
            gave.setdefault(before[one.enterprise_id], []).append(names[one.enterprise_id])
    tell_people({person: f"{_several(firms)}由你担任企业管家" for person, firms in got.items()})
    tell_people({person: f"{_several(firms)}已转由他人担任企业管家" for person, firms in gave.items()})


def tell_members(subjects: Mapping[int, str], names: Mapping[int, str]) -> None:
    """One message for each member of each enterprise: ``subjects`` by the enterprise's id."""
    members = select(Post.user_id, Post.enterprise_id).where(among(Post.enterprise_id), Post.ended_at.is_(None))
    found: Any = db.session.connection().execute(members, {"ids": list(subjects)})
    now = clock.now()
    later, stamp = notices.not_before(now), int(now.timestamp() * 1000)
    notices.queue([
        _notice(person, subjects[firm], key=f"stewardship.{firm}.{person}.{stamp}", at=now, later=later)
        | {"words": names[firm]}
        for person, firm in found
    ])


def tell_people(subjects: Mapping[int, str]) -> None:
    """One message for each person: ``subjects`` by their id."""
    now = clock.now()
    later, stamp = notices.not_before(now), int(now.timestamp() * 1000)
    notices.queue([
        _notice(person, subject, key=f"person.{person}.{notices.hash_of(subject)}.{stamp}", at=now, later=later)
        for person, subject in subjects.items()
    ])


def _notice(person: int, subject: str, *, key: str, at: datetime, later: datetime) -> dict[str, Any]:
    return {"user_id": person, "kind": NoticeKind.SYSTEM, "ticket_id": None, "subject": subject[:200], "words": "",
            "dedup_key": key, "created_at": at, "not_before": later}


def names_of(ids: Sequence[int]) -> dict[int, str]:
    """The names of these enterprises, by id."""
    rows = select(Enterprise.id, Enterprise.name).where(among(Enterprise.id))
    return {key: name for key, name in db.session.connection().execute(rows, {"ids": list(ids)})}


def where_to_call(phone: str | None) -> str:
    """Where the enterprise finds the number: a notice is kept, and holds none."""
    return "，电话见首页" if phone else ""


def _stewards(ids: set[int]) -> dict[int, str]:
    rows = select(User.id, User.name, User.phone).where(among(User.id))
    found = db.session.connection().execute(rows, {"ids": sorted(ids)})
    return {key: f"{name}{where_to_call(phone)}" for key, name, phone in found}


def _several(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]}等 {len(names)} 家企业"
