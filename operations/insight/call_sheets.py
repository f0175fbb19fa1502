"""回访单: whom to call, what they asked, what was promised and answered, who has tried, and whom I must not call."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, or_, select, union

from models import clock
from models.access import Role, User
from models.base import db
from models.clocks import Clock, ClockKind
from models.directory import Enterprise, Organisation
from models.log import Event
from models.ratings import FollowUp, Grade, Rating, ReworkReason
from models.supervision import Supervision
from models.tickets import Act, Instruction, Reply, Result, Status, Ticket
from operations.access.actor import Actor
from operations.clocks import rulebook
from operations.insight.keyset import TOP, Place, paged
from operations.insight.lines import CALLED, COLUMNS, UNIT, Cursor, Line, conditions, line_of, tonight
from operations.tickets.situation import IN_THE_CHAIN

SHOWN = 25
VIEWS = ("all", "red", "today")


@dataclass(frozen=True, slots=True)
class CallSheet:
    """One ticket to call about. ``chain``: what the actor did on it in this round, so that somebody else must call.

    ``musts``: why it may never be left uncalled. ``rework_reason``: what the call of the round before came to.
    """

    line: Line
    promise: Any
    attempts: Sequence[Any]
    chain: Sequence[str]
    musts: Sequence[str]
    rework_reason: ReworkReason | None


@dataclass(frozen=True, slots=True)
class CallSheets:
    """One page with the figures of every view and the cursors of its neighbours."""

    sheets: Sequence[CallSheet]
    counts: dict[str, int]
    before: Cursor | None
    after: Cursor | None


def to_call(actor: Actor, *, view: str = "all", place: Place = TOP) -> CallSheets:
    """待回访：the replied tickets of the actor's region by due moment."""
    now, calendar = clock.now(), rulebook.current().calendar
    moments = {"now": now, "tonight": tonight(now)}
    rows = _sheets().where(*_replied(actor), conditions()[view]).params(moments)
    page = paged(rows, Ticket.due_at, Ticket.id, size=SHOWN, place=place)
    ids = [row.id for row in page.rows]
    promises, attempts, chain, musts = _promises(ids), _attempts(ids), _own_part(ids, actor), _musts(ids)
    sheets = [
        CallSheet(line_of(row, now=now, calendar=calendar), promises.get((row.id, row.round)),
                  attempts[row.id, row.round], chain[row.id, row.round], musts[row.id],
                  _cause(attempts[row.id, row.round - 1]))
        for row in page.rows
    ]
    return CallSheets(sheets, _counts(actor, moments), page.previous, page.next)


def _counts(actor: Actor, moments: dict[str, Any]) -> dict[str, int]:
    views = conditions()
    counted = select(*(func.count().filter(views[name]) for name in VIEWS)).where(*_replied(actor))
    found = db.session.execute(counted, moments).one()
    return dict(zip(VIEWS, found, strict=True))


def _replied(actor: Actor) -> tuple[Any, ...]:
    region = (Ticket.region_path.startswith(post.region_path, autoescape=True) for post in actor.posts_as(Role.CLERK))
    return Ticket.status == Status.REPLIED, Ticket.closed_at.is_(None), or_(*region)


def _sheets() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *COLUMNS, Ticket.round, Ticket.content, Ticket.submitted_at, Ticket.contact_name, Ticket.contact_phone,
            Result.kind.label("result_kind"), Result.text.label("result_text"), Result.next_step,
            Reply.method, Reply.text.label("reply_text"), Reply.first_answer, Reply.told_at, CALLED, UNIT,
        )
        .join(Enterprise, Enterprise.id == Ticket.enterprise_id)
        .outerjoin(Organisation, Organisation.id == Ticket.lead_unit_id)
        .outerjoin(Result, (Result.ticket_id == Ticket.id) & (Result.round == Ticket.round))
        .outerjoin(Reply, (Reply.ticket_id == Ticket.id) & (Reply.round == Ticket.round))
    )


def _promises(ids: list[int]) -> dict[tuple[int, int], Any]:
    """The case clock of each round: what was promised, and whether it was kept."""
    rows = select(Clock.ticket_id, Clock.round, Clock.original_due_at, Clock.due_at, Clock.stopped_at, Clock.outcome)
    rows = rows.where(Clock.ticket_id.in_(ids), Clock.kind == ClockKind.HANDLING)
    return {(row.ticket_id, row.round): row for row in db.session.execute(rows.order_by(Clock.id))}


def _attempts(ids: list[int]) -> dict[tuple[int, int], list[Any]]:
    rows = (
        select(FollowUp.ticket_id, FollowUp.round, FollowUp.attempt, FollowUp.called_at, FollowUp.words,
               FollowUp.rework_reason, User.name)
        .outerjoin(User, User.id == FollowUp.called_by_id)
        .where(FollowUp.ticket_id.in_(ids))
        .order_by(FollowUp.attempt)
    )
    found: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in db.session.execute(rows):
        found[row.ticket_id, row.round].append(row)
    return found


def _cause(attempts: Sequence[Any]) -> ReworkReason | None:
    return attempts[-1].rework_reason if attempts else None


def _musts(ids: list[int]) -> dict[int, list[str]]:
    """必访: supervised, instructed, or rated badly in a round before. An anonymous grade is not told here."""
    supervised = select(Supervision.ticket_id, literal("督办件").label("why")).where(
        Supervision.ticket_id.in_(ids), Supervision.revoked_at.is_(None))
    instructed = select(Instruction.ticket_id, literal("批示件")).where(Instruction.ticket_id.in_(ids))
    rated = select(Rating.ticket_id, literal("曾获差评")).where(
        Rating.ticket_id.in_(ids), Rating.grade.in_([grade for grade in Grade if grade.is_bad]),
        Rating.is_anonymous.is_(False))
    found: dict[int, list[str]] = defaultdict(list)
    rows: Sequence[Any] = db.session.execute(union(supervised, instructed, rated)).all()
    for row in rows:
        found[row.ticket_id].append(row.why)
    return {ticket_id: sorted(found[ticket_id]) for ticket_id in ids}


def _own_part(ids: list[int], actor: Actor) -> dict[tuple[int, int], list[str]]:
    """回避: the acts by which the actor had a hand in each round, in words."""
    rows = select(Event.ticket_id, Event.round, Event.action).where(
        Event.ticket_id.in_(ids), Event.actor_id == actor.user_id, Event.action.in_(IN_THE_CHAIN)
    )
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    for row in db.session.execute(rows.order_by(Event.seq)):
        words = Act(row.action).label
        if words not in found[row.ticket_id, row.round]:
            found[row.ticket_id, row.round].append(words)
    return found
