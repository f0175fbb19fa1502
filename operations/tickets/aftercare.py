"""反馈、回访、评价: the enterprise is told, called by somebody else, and grades; or the work begins anew."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, func, select

from models import clock
from models.base import db
from models.ratings import FollowUp, ReworkReason
from models.tickets import Act, Reply, ReplyMethod, Ticket
from operations import log, notices
from operations.access.actor import SYSTEM, Actor
from operations.base import operation
from operations.clocks import rulebook, shanghai
from operations.errors import BadInput
from operations.ratings import opinions, rectifications
from operations.ratings.opinions import Given, Opinion, Sound, Subject
from operations.ratings.sampling import drawing
from operations.tickets import unreasonable
from operations.tickets.advance import advance, allowed
from operations.tickets.rework import begin_round

_CALLS = select(func.count()).where(
    FollowUp.ticket_id == bindparam("ticket"), FollowUp.round == bindparam("round")
)


@operation
def reply(
    ticket: Ticket,
    *,
    actor: Actor,
    method: ReplyMethod,
    text: str,
    told_at: datetime | None = None,
    first_answer: str = "",
    version: int | None = None,
) -> None:
    """反馈：tell the enterprise the outcome and record how, when and what it first said."""
    advance(ticket, Act.REPLY, actor=actor, words=text, version=version, method=str(method))
    db.session.add(
        Reply(
            ticket_id=ticket.id,
            round=ticket.round,
            method=method,
            text=text,
            first_answer=first_answer,
            told_at=told_at or clock.now(),
            replied_by_id=actor.user_id,
        )
    )
    notices.tell_enterprise(ticket, f"办理结果已反馈：{ticket.subject}", words=text)
    drawing.decide(ticket)


@dataclass(frozen=True, slots=True)
class Call:
    """What came of one follow-up call."""

    was_reached: bool
    is_solved: bool | None = None
    is_satisfied: bool | None = None
    words: str = ""
    rework_reason: ReworkReason | None = None
    unreasonable: str = ""

    @property
    def finds_fault(self) -> bool:
        """Reached, and it cannot rest by itself: unsolved or dissatisfied."""
        return self.was_reached and not (self.is_solved and self.is_satisfied)


@operation
def follow_up(ticket: Ticket, *, actor: Actor, call: Call, version: int | None = None) -> None:
    """回访：by somebody outside the chain. Unsolved or dissatisfied begins a new round, unless the caller finds it
    unreasonable and another agrees; three failed attempts on different days go on to the rating as 未接通 (domain.md §4).
    """
    ensure_told(call)
    called = ticket.round
    if call.unreasonable:
        reason = unreasonable.find(ticket, actor=actor, reason=call.unreasonable, version=version)
        unreasonable.keep(ticket, _note_call(ticket, actor, call, called), actor=actor, reason=reason)
        return
    if not call.was_reached:
        _not_reached(ticket, actor, call, version)
    elif call.rework_reason is None:
        advance(ticket, Act.FOLLOW_UP, actor=actor, words=call.words, version=version, reached=True, solved=True)
        notices.tell_enterprise(ticket, f"请评价：{ticket.subject}")
    else:
        told = f"{call.rework_reason.label}：{call.words}" if call.words else call.rework_reason.label
        begin_round(ticket, Act.REWORK, actor=actor, reason=told, version=version, cause=call.rework_reason)
    _note_call(ticket, actor, call, called)


@operation
def reopen(ticket: Ticket, *, actor: Actor, reason: str, version: int | None = None) -> None:
    """重启：a closed ticket begins a new round with the unit that had it."""
    begin_round(ticket, Act.REOPEN, actor=actor, reason=reason, version=version)


@operation
def rate(
    ticket: Ticket, *, actor: Actor, opinion: Opinion, version: int | None = None, entered_by_id: int | None = None
) -> Given:
    """评价：one per ticket and round, by the enterprise alone; the unique key decides between two at once.

    A named 差评 is told to the service centre, which owes a call (domain.md §8); of an anonymous one see below.
    """
    of = Subject(ticket_id=ticket.id, round=ticket.round)
    checked = opinions.sound(opinion, occasion=of.occasion)
    if opinion.is_anonymous:
        return _rate_unseen(ticket, checked, of, actor=actor, version=version, entered_by_id=entered_by_id)
    unit = rectifications.unit_of(ticket) if opinion.grade.is_bad else None
    advance(ticket, Act.RATE, actor=actor, version=version, anonymous=False, words=opinion.words,
            grade=str(opinion.grade), opinion=checked.digest, **rectifications.told(unit))
    given = opinions.put_down(checked, of=of, rated_by_id=actor.user_id, entered_by_id=entered_by_id)
    if opinion.grade.is_bad:
        notices.tell_centre(ticket, f"企业评价“{opinion.grade.label}”，单位须按时限联系：{ticket.subject}")
    if unit is not None:
        rectifications.open_one(given.rating_id, ticket, unit)
    return given


@operation
def lapse_rating(ticket: Ticket) -> None:
    """评价期满：nobody grades for the enterprise; without a rating it stays 未评价 (domain.md §8)."""
    advance(ticket, Act.LAPSE_RATING, actor=SYSTEM)


def ensure_told(call: Call) -> None:
    """A call that was answered has said what it must. Raises BadInput."""
    if call.was_reached and (call.is_solved is None or call.is_satisfied is None):
        raise BadInput("接通后请记录是否解决、是否满意。")
    if call.finds_fault != (call.rework_reason is not None):
        raise BadInput("未解决或不满意的，请选择原因；已解决且满意的不选。")
    if call.unreasonable and not call.finds_fault:
        raise BadInput("未解决或不满意的，才能提请认定诉求不合理。")


def _rate_unseen(
    ticket: Ticket, checked: Sound, of: Subject, *, actor: Actor, version: int | None, entered_by_id: int | None
) -> Given:
    """匿名评价：nothing of the ticket moves, so that nobody who may open it learns that it came, or when.

    Whoever reads the ticket knows the enterprise: had it closed now, its own unit could name the rater and, by the
    sums that grew in the same minute, the grade. It closes when the window ends, as if none had come. The sealed event
    names neither the ticket nor the author, and of the opinion only its digest.
    """
    nobody = _unnamed(actor)
    situation = allowed(ticket, Act.RATE, actor=nobody, version=version)
    given = opinions.put_down(checked, of=of, entered_by_id=entered_by_id)
    log.record("rate_unseen", object_type="rating", object_id=given.rating_id, actor=nobody,
               standing=situation.standing, details={"anonymous": True, "opinion": checked.digest})
    return given


def _unnamed(actor: Actor) -> Actor:
    """An anonymous rater leaves no name, post, session or address in the log either."""
    return Actor(user_id=None, name="匿名企业", posts=tuple(replace(post, post_id=None) for post in actor.posts))


def _not_reached(ticket: Ticket, actor: Actor, call: Call, version: int | None) -> None:
    needed = rulebook.current().policy("follow_up")["attempts"]
    today = shanghai.today()
    earlier = {shanghai.day_of(moment) for moment in _failed_calls(ticket)}
    if len(earlier | {today}) >= needed:
        advance(ticket, Act.FOLLOW_UP, actor=actor, words=call.words, version=version, reached=False)
        notices.tell_enterprise(ticket, f"多次未接通，请评价：{ticket.subject}")
    else:
        advance(ticket, Act.ATTEMPT_FOLLOW_UP, actor=actor, words=call.words, version=version)


def _failed_calls(ticket: Ticket) -> list[datetime]:
    rows = select(FollowUp.called_at).where(
        FollowUp.ticket_id == ticket.id, FollowUp.round == ticket.round, FollowUp.was_reached.is_(False)
    )
    return list(db.session.scalars(rows))


def _note_call(ticket: Ticket, actor: Actor, call: Call, called: int) -> FollowUp:
    """The row of a call about the round ``called``, written down at once: what follows from it asks for it."""
    noted = FollowUp(
        ticket_id=ticket.id,
        round=called,
        attempt=(db.session.scalar(_CALLS, {"ticket": ticket.id, "round": called}) or 0) + 1,
        was_reached=call.was_reached,
        is_solved=call.is_solved,
        is_satisfied=call.is_satisfied,
        rework_reason=call.rework_reason,
        words=call.words,
        called_by_id=actor.user_id,
        called_at=clock.now(),
    )
    db.session.add(noted)
    db.session.flush()
    return noted
