"""One refusal: the small rail of its signatures, what is said in the form, and what the reader may do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import joinedload

from models import clock
from models.access import User
from models.base import db
from models.clocks import Clock
from models.refusals import Endorsement, LevelOutcome, Refusal, RefusalLevel, ReviewMember
from models.tickets import Act, Ticket
from operations.access.actor import Actor
from operations.access.refusal_scope import get_refusal, refusal_scope
from operations.access.scope import ticket_scope
from operations.clocks.wording import moment
from operations.errors import DomainError
from operations.supervision.refusal_checks import seated
from operations.tickets.advance import may


@dataclass(frozen=True, slots=True)
class Station:
    """One signature: ``state`` is done, now, late or empty."""

    name: str
    state: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Card:
    """A refusal as its page shows it."""

    refusal: Refusal
    ticket: Ticket
    stations: list[Station]
    members: Sequence[ReviewMember]
    reporter: str
    may_sign: bool
    may_judge: bool
    may_speak: bool
    may_open_ticket: bool

    @property
    def heard(self) -> Sequence[ReviewMember]:
        """Who has spoken, unless the reader has a seat and has not: everybody speaks before hearing the others."""
        return [] if self.may_speak else [one for one in self.members if one.given_at]


def card(actor: Actor, refusal_id: int) -> Card:
    """The refusal of this id, or NotFound."""
    refusal = get_refusal(actor, refusal_id)
    ticket = db.session.get_one(Ticket, refusal.ticket_id, options=[joinedload(Ticket.enterprise)])
    signed, members = _signed(refusal), seated(refusal)
    return Card(
        refusal, ticket, list(_stations(refusal, signed)), members, signed[0].person,
        may_sign=refusal.ended_at is None and _may(ticket, Act.ENDORSE_REFUSAL, actor),
        may_judge=refusal.ended_at is None and _may(ticket, Act.UPHOLD_REFUSAL, actor),
        may_speak=_has_to_speak(refusal, members, actor),
        may_open_ticket=bool(db.session.scalar(select(exists().where(Ticket.id == ticket.id, ticket_scope(actor))))),
    )


def as_filed(refusal: Refusal, ticket: Ticket) -> Card:
    """The refusal as it is filed, for nobody in particular to act on."""
    signed = _signed(refusal)
    return Card(refusal, ticket, list(_stations(refusal, signed)), seated(refusal), signed[0].person, may_sign=False,
                may_judge=False, may_speak=False, may_open_ticket=False)


def of_ticket(ticket: Ticket, actor: Actor) -> list[tuple[Refusal, list[Station], bool]]:
    """Every refusal of a ticket, the latest first, with its rail and whether the actor may open its page."""
    rows = select(Refusal, refusal_scope(actor)).where(Refusal.ticket_id == ticket.id).order_by(Refusal.id.desc())
    return [(refusal, list(_stations(refusal, _signed(refusal))), may_open)
            for refusal, may_open in db.session.execute(rows)]


def task(ticket: Ticket, actor: Actor) -> str:
    """What the actor owes the refusal that is on its way: a signature, the review, or nothing."""
    if not ticket.refusing_since:
        return ""
    if _may(ticket, Act.ENDORSE_REFUSAL, actor):
        return "签批否定报备"
    return "组织联审" if _may(ticket, Act.UPHOLD_REFUSAL, actor) else ""


def latest(ticket: Ticket) -> Refusal | None:
    """The last refusal of a ticket: what the enterprise reads of when it was refused."""
    rows = select(Refusal).where(Refusal.ticket_id == ticket.id).order_by(Refusal.id.desc()).limit(1)
    return db.session.scalar(rows)


def _has_to_speak(refusal: Refusal, members: Sequence[ReviewMember], actor: Actor) -> bool:
    if refusal.ended_at is not None or refusal.reviewed_at is not None:
        return False
    return any(one.user_id == actor.user_id and one.given_at is None for one in members)


def _signed(refusal: Refusal) -> Sequence[Row[Any]]:
    rows = (
        select(Endorsement.level, Endorsement.outcome, Endorsement.decided_at, Endorsement.words,
               User.name.label("person"), Clock.due_at)
        .outerjoin(User, User.id == Endorsement.decided_by_id)
        .outerjoin(Clock, Clock.id == Endorsement.clock_id)
        .where(Endorsement.refusal_id == refusal.id)
    )
    return sorted(db.session.execute(rows), key=lambda row: row.level.place)


def _stations(refusal: Refusal, signed: Sequence[Row[Any]]) -> Iterator[Station]:
    levels = {row.level: row for row in signed}
    highest = max(refusal.height.place, *(level.place for level in levels))
    for level in RefusalLevel:
        if level in levels:
            yield _station(refusal, levels[level])
        elif level.place <= highest and refusal.ended_at is None:
            yield Station(level.label, "", ["未到"])
    yield _review(refusal)


def _station(refusal: Refusal, row: Row[Any]) -> Station:
    if row.outcome is None:
        return _waiting(row.level.label, row.due_at, is_over=refusal.ended_at is not None)
    if row.outcome is LevelOutcome.VACANT:
        return Station(row.level.label, "", [f"{LevelOutcome.VACANT.label}，跳过"])
    said = "报备" if row.level is RefusalLevel.SECTION else row.outcome.label
    late = "　超时" if row.due_at and row.decided_at > row.due_at else ""
    lines = [f"{row.person}　{said}", f"{moment(row.decided_at)}{late}", row.words]
    return Station(row.level.label, "done", [line for line in lines if line])


def _review(refusal: Refusal) -> Station:
    due_at = db.session.scalar(select(Clock.due_at).where(Clock.id == refusal.review_clock_id))
    if refusal.verdict is None or refusal.reviewed_at is None:
        waiting = _waiting("营商局联审", due_at, is_over=refusal.ended_at is not None)
        members = seated(refusal)
        spoken = f"{len(members)} 人中 {sum(one.given_at is not None for one in members)} 人已发表意见"
        return replace(waiting, lines=[*waiting.lines, spoken]) if members and not refusal.ended_at else waiting
    late = "　超时" if due_at and refusal.reviewed_at > due_at else ""
    lines = [f"{refusal.verdict.label}　{refusal.member_count} 人", f"{moment(refusal.reviewed_at)}{late}"]
    return Station("营商局联审", "done", lines)


def _waiting(name: str, due_at: datetime | None, *, is_over: bool) -> Station:
    if is_over:
        return Station(name, "", ["已终止"])
    is_late = due_at is not None and clock.now() > due_at
    words = f"{'应于' if is_late else '最晚'} {moment(due_at)}" if due_at else "待签"
    return Station(name, "late" if is_late else "now", [words])


def _may(ticket: Ticket, act: Act, actor: Actor) -> bool:
    try:
        return bool(may(ticket, act, actor))
    except DomainError:
        return False
