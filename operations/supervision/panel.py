"""联审: who sits in the review of a refusal, and what each of them said under their own login (domain.md §6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, or_, select, update

from models import clock
from models.access import Post, User
from models.base import db
from models.clocks import Clock
from models.directory import Organisation
from models.refusals import Refusal, ReviewMember, Verdict
from models.tickets import Act, Ticket
from operations import log, notices
from operations.access.actor import Actor
from operations.access.refusal_scope import READING
from operations.base import operation
from operations.clocks.wording import moment
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.supervision import climbing
from operations.supervision.refusal_checks import (
    MOST_MEMBERS,
    OPINION_LIMIT,
    ensure_apart,
    ensure_open,
    ensure_unreviewed,
    seated,
)
from operations.tickets.advance import advance, allowed
from operations.words import ensure_said

GIVEN, ENTERED = "give_opinion", "enter_opinion"
M = ReviewMember


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as the office names them: by name, or by account where two have one name, and by their unit.

    ``is_outside``: a lawyer, an expert, without an account; the office enters what they say.
    """

    name: str
    house: str
    is_outside: bool = False


@operation
def name_reviewers(
    ticket: Ticket, refusal: Refusal, *, actor: Actor, people: Sequence[Named], version: int | None = None
) -> None:
    """指定联审成员：accounts of the offices concerned, and people from outside; more until it is concluded."""
    ensure_open(ticket, refusal)
    situation = allowed(ticket, Act.NAME_REVIEWERS, actor=actor, version=version)
    if not people:
        raise BadInput("请写明至少一位成员的姓名和单位。")
    found = [_called(one) for one in people if not one.is_outside]
    guests = [(one.name, one.house) for one in people if one.is_outside]
    ids, already = [row.user_id for row in found], seated(refusal)
    _ensure_once([*ids, *guests], already)
    if len(already) + len(people) > MOST_MEMBERS:
        raise Refused(f"联审成员最多 {MOST_MEMBERS} 人。")
    ensure_apart(refusal, {row.user_id: row.name for row in found})
    advance(ticket, Act.NAME_REVIEWERS, actor=actor, seen=situation, refusal=refusal.id, named=sorted(ids),
            outside=len(guests) or None)
    seats = [*((row.user_id, row.name, row.house) for row in found), *((None, *guest) for guest in guests)]
    now = clock.now()
    db.session.add_all(
        M(refusal_id=refusal.id, user_id=user_id, name=name, house=house, named_at=now, named_by_id=actor.user_id)
        for user_id, name, house in seats
    )
    notices.tell(ids, ticket, f"请发表联审意见：{ticket.subject}", words=_asked(refusal))


@operation
def release_reviewer(
    ticket: Ticket, refusal: Refusal, member_id: int, *, actor: Actor, version: int | None = None
) -> None:
    """换人：a member who has said nothing yet leaves the review; who has spoken stays."""
    ensure_open(ticket, refusal)
    situation = allowed(ticket, Act.RELEASE_REVIEWER, actor=actor, version=version)
    member = next((one for one in seated(refusal) if one.id == member_id), None)
    if member is None:
        raise NotFound
    if member.given_at is not None:
        raise Refused(f"{member.name}已经发表意见，不能换人。")
    advance(ticket, Act.RELEASE_REVIEWER, actor=actor, seen=situation, refusal=refusal.id, released=member.user_id)
    member.released_at = clock.now()
    notices.tell([member.user_id], ticket, f"不再参加联审：{ticket.subject}")


@operation
def give_opinion(ticket: Ticket, refusal: Refusal, *, actor: Actor, opinion: Verdict, words: str) -> None:
    """发表联审意见：the member's own, once; nobody changes it afterwards."""
    ensure_open(ticket, refusal)
    ensure_said(words, "请写明意见的理由。", most=OPINION_LIMIT)
    db.session.refresh(refusal, with_for_update=True)  # the conclusion counts this opinion or comes before it
    ensure_unreviewed(refusal)
    member = next((one for one in seated(refusal) if one.user_id == actor.user_id), None)
    standing = next(iter(actor.posts_as(*READING)), None)
    if member is None or standing is None:
        raise NotAllowed
    if member.given_at is not None:
        raise Refused("您的联审意见已经发表，不能再改。")
    member.opinion, member.words, member.given_at = opinion, words, clock.now()
    log.record(GIVEN, object_type="refusal", object_id=refusal.id, actor=actor, standing=standing,
               ticket_id=ticket.id, round=refusal.round, words=words,
               details={"opinion": str(opinion), "member": member.id})
    db.session.flush()
    if all(one.given_at for one in seated(refusal)):
        notices.tell(climbing.reviewers(refusal.office_id), ticket, f"联审意见已齐，请作结论：{ticket.subject}")


@operation
def enter_opinion(
    ticket: Ticket, refusal: Refusal, member_id: int, *, actor: Actor, opinion: Verdict, words: str
) -> None:
    """录入外请成员的意见：by the office that named them, once, marked as entered; nobody enters an account's."""
    ensure_open(ticket, refusal)
    ensure_said(words, "请写明意见的理由。", most=OPINION_LIMIT)
    standing = allowed(ticket, Act.NAME_REVIEWERS, actor=actor).standing
    db.session.refresh(refusal, with_for_update=True)
    ensure_unreviewed(refusal)
    member = next((one for one in seated(refusal) if one.id == member_id and one.is_outside), None)
    if member is None:
        raise NotFound
    if member.given_at is not None:
        raise Refused(f"{member.name}的意见已经录入，不能再改。")
    member.opinion, member.words, member.given_at = opinion, words, clock.now()
    member.entered_by_id = actor.user_id
    log.record(ENTERED, object_type="refusal", object_id=refusal.id, actor=actor, standing=standing,
               ticket_id=ticket.id, round=refusal.round, words=words,
               details={"opinion": str(opinion), "member": member.id})


@operation
def remind_members() -> int:
    """提醒：whoever has said nothing when the review's time runs short, once each. Returns how many."""
    now = clock.now()
    due = (
        select(Refusal.id)
        .join(Clock, Clock.id == Refusal.review_clock_id)
        .where(Refusal.ended_at.is_(None), Refusal.reviewed_at.is_(None), Clock.warn_at <= now)
    )
    silent = update(M).where(M.refusal_id.in_(due), M.user_id.is_not(None), M.given_at.is_(None),
                             M.released_at.is_(None), M.reminded_at.is_(None))
    claimed = db.session.execute(silent.values(reminded_at=now).returning(M.refusal_id, M.user_id),
                                 execution_options={"synchronize_session": False}).all()
    by_refusal: dict[int, list[int | None]] = {}
    for refusal_id, user_id in claimed:
        by_refusal.setdefault(refusal_id, []).append(user_id)
    for refusal_id, people in sorted(by_refusal.items()):
        refusal = db.session.get_one(Refusal, refusal_id)
        notices.tell(people, refusal.ticket, f"联审即将到期，请发表意见：{refusal.ticket.subject}", words=_asked(refusal))
    return len(claimed)


def _ensure_once(named: Sequence[Any], already: Sequence[ReviewMember]) -> None:
    """Nobody sits twice: accounts by their id, people from outside by name and house."""
    there = {one.user_id or (one.name, one.house) for one in already}
    if len(set(named)) != len(named) or there & set(named):
        raise BadInput("同一位成员只写一次。")


def _called(one: Named) -> Row[Any]:
    """The account that is meant: somebody who holds a post in that unit now. Raises BadInput."""
    rows: Any = (
        select(User.id.label("user_id"), User.name, Organisation.short_name.label("house"))
        .join(Post, Post.user_id == User.id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .where(
            or_(User.name == one.name, User.username == one.name), User.is_active, Post.ended_at.is_(None),
            Post.role.in_(READING), or_(Organisation.name == one.house, Organisation.short_name == one.house),
        )
        .distinct()
        .limit(2)
    )
    found = db.session.execute(rows).all()
    if not found:
        raise BadInput(f"“{one.house[:30]}”没有叫“{one.name[:30]}”的在岗人员，请核对姓名和单位。")
    if len(found) > 1:
        raise BadInput(f"“{one.house[:30]}”不止一位“{one.name[:30]}”，请写账号。")
    return found[0]


def _asked(refusal: Refusal) -> str:
    due_at = db.session.scalar(select(Clock.due_at).where(Clock.id == refusal.review_clock_id))
    return f"最晚 {moment(due_at)}，本人登录发表；发表后不能改。" if due_at else ""
