"""What a reported refusal and its joint review must hold before they count (domain.md §6)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from models.access import User
from models.base import db
from models.refusals import FEWEST_MEMBERS, Endorsement, Refusal, RefusalKind, Verdict
from operations.access.actor import Actor
from operations.clocks import rulebook
from operations.errors import BadInput, Refused
from operations.words import ensure_said

TEXT_LIMIT, OPINION_LIMIT, MOST_MEMBERS = 2000, 500, 15


@dataclass(frozen=True, slots=True)
class Case:
    """What is reported: the enterprise reads grounds, articles and alternatives if it comes to a refusal."""

    kind: RefusalKind
    grounds: str
    articles: str
    alternatives: str
    was_noticed: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the joint review with their opinion."""

    name: str
    house: str
    opinion: Verdict
    words: str = ""


def ensure_sound(case: Case) -> None:
    """Grounds, articles and alternatives are all there (domain.md §6). Raises BadInput."""
    for said, missing in ((case.grounds, "请写明否定的理由。"), (case.articles, "请写明依据的法律条款。"),
                          (case.alternatives, "请写明企业还可以怎么办。")):
        ensure_said(said, missing, most=TEXT_LIMIT)


def ensure_panel(refusal: Refusal, words: str, members: Sequence[Member]) -> None:
    """At least three, each once, none of whom has signed or belongs to the unit that refuses (回避)."""
    fewest = max(FEWEST_MEMBERS, int(rulebook.current().policy("refusal")["members"]))
    if not words.strip():
        raise BadInput("请写明联审意见。")
    if len(members) > MOST_MEMBERS or any(not one.name.strip() or not one.house.strip() for one in members):
        raise BadInput("请写明每位成员的姓名和单位。")
    names = [(one.name, one.house) for one in members]
    if len(set(names)) != len(names):
        raise BadInput("同一位成员只写一次。")
    if len(members) < fewest:
        raise Refused(f"联审至少 {fewest} 人，现在只有 {len(members)} 人。")
    signed = db.session.scalars(select(User.name).where(User.id.in_(signers(refusal))))
    concerned = {refusal.unit.name, refusal.unit.short_name}
    if any(one.house in concerned for one in members) or {one.name for one in members} & set(signed):
        raise Refused("报备单位的人和签过意见的人应当回避，不参加联审。")


def signers(refusal: Refusal, *more: Actor) -> set[int | None]:
    """Whoever has signed a level, and these."""
    rows = select(Endorsement.decided_by_id).where(
        Endorsement.refusal_id == refusal.id, Endorsement.decided_by_id.is_not(None)
    )
    return {*db.session.scalars(rows), *(actor.user_id for actor in more)}
