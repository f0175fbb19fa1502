"""What a reported refusal and its joint review must hold before they count (domain.md §6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from models import clock
from models.access import Post
from models.base import db
from models.clocks import Clock
from models.directory import Organisation
from models.refusals import FEWEST_ACCOUNTS, FEWEST_MEMBERS, Endorsement, Refusal, RefusalKind, ReviewMember, Verdict
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.clocks import rulebook
from operations.errors import NotFound, Refused
from operations.supervision import climbing
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


def ensure_sound(case: Case) -> None:
    """Grounds, articles and alternatives are all there (domain.md §6). Raises BadInput."""
    for said, missing in ((case.grounds, "请写明否定的理由。"), (case.articles, "请写明依据的法律条款。"),
                          (case.alternatives, "请写明企业还可以怎么办。")):
        ensure_said(said, missing, most=TEXT_LIMIT)


def ensure_open(ticket: Ticket, refusal: Refusal) -> None:
    """It is this ticket's and on its way. Raises NotFound, Refused."""
    if refusal.ticket_id != ticket.id:
        raise NotFound
    if refusal.ended_at is not None:
        raise Refused("这份否定报备已经有了结论。")


def ensure_unreviewed(refusal: Refusal) -> None:
    """The review has not been concluded."""
    if refusal.ended_at is not None or refusal.reviewed_at is not None:
        raise Refused("联审已经作出结论。")


def ensure_apart(refusal: Refusal, people: Mapping[int, str]) -> None:
    """回避: nobody of the unit that refuses, who has signed, or who may have to sign reviews it. Raises Refused."""
    unit = refusal.unit
    bureau = next((desk.unit_id for desk in climbing.desks(unit).values() if desk.unit_id), unit.id)
    own = select(Post.user_id).join(Organisation, Organisation.id == Post.organisation_id).where(
        Post.user_id.in_(people), Post.ended_at.is_(None),
        or_(Organisation.path.startswith(unit.path, autoescape=True), Organisation.id == bureau),
    )
    signing = {user_id for desk in climbing.desks(unit).values() for user_id in desk.people}
    concerned = {*db.session.scalars(own), *signers(refusal), *signing} & set(people)
    if concerned:
        names = "、".join(sorted(people[one] for one in concerned if one is not None))
        raise Refused(f"报备单位的人和签批人应当回避，不参加联审：{names}。")


def seated(refusal: Refusal) -> Sequence[ReviewMember]:
    """The members who sit in the review now."""
    rows = select(ReviewMember).where(ReviewMember.refusal_id == refusal.id, ReviewMember.released_at.is_(None))
    return db.session.scalars(rows.order_by(ReviewMember.id)).all()


def not_to_conclude(refusal: Refusal) -> str | None:
    """Why the review cannot be concluded yet: too few have spoken, or somebody has not while there is time."""
    fewest = max(FEWEST_MEMBERS, int(rulebook.current().policy("refusal")["members"]))
    members = seated(refusal)
    silent = [one.name for one in members if one.given_at is None]
    if len(members) - len(silent) < fewest:
        return f"联审至少 {fewest} 人发表意见，现在只有 {len(members) - len(silent)} 人。"
    if sum(one.given_at is not None and one.user_id is not None for one in members) < FEWEST_ACCOUNTS:
        return f"联审至少 {FEWEST_ACCOUNTS} 位成员本人登录发表意见，外请成员的不算在内。"
    due_at = db.session.scalar(select(Clock.due_at).where(Clock.id == refusal.review_clock_id))
    if silent and due_at is not None and clock.now() <= due_at:
        return f"{'、'.join(silent)}还没有发表意见；联审到期后可以不等。"
    return None


def ensure_concluded_as_heard(refusal: Refusal, verdict: Verdict, words: str) -> int:
    """The conclusion follows the members: upheld exactly when more than half of who spoke uphold it.

    Returns how many spoke. Raises BadInput, Refused.
    """
    ensure_said(words, "请写明联审意见。", most=TEXT_LIMIT)
    objection = not_to_conclude(refusal)
    if objection:
        raise Refused(objection)
    opinions = [one.opinion for one in seated(refusal) if one.opinion is not None]
    upholding = opinions.count(Verdict.UPHELD)
    if verdict is Verdict.UPHELD and upholding * 2 <= len(opinions):
        raise Refused(f"{len(opinions)} 位成员中只有 {upholding} 位同意维持，不过半数，不能维持。")
    if verdict is not Verdict.UPHELD and upholding * 2 > len(opinions):
        raise Refused(f"{len(opinions)} 位成员中有 {upholding} 位同意维持，过了半数，结论应为维持。")
    return len(opinions)


def signers(refusal: Refusal, *more: Actor) -> set[int | None]:
    """Whoever has signed a level, and these."""
    rows = select(Endorsement.decided_by_id).where(
        Endorsement.refusal_id == refusal.id, Endorsement.decided_by_id.is_not(None)
    )
    return {*db.session.scalars(rows), *(actor.user_id for actor in more)}
