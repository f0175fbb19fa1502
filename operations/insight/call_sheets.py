"""回访单: whom to call, what they asked, what was promised and answered, who has tried, and whom I must not call."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, or_, select

from models import clock
from models.access import Role, User
from models.base import db
from models.clocks import Clock, ClockKind
from models.directory import Enterprise, Organisation
from models.ratings import FollowUp, ReworkReason
from models.tickets import Reply, Result, Status, Ticket
from models.unreasonable import UnreasonableFinding
from operations.access.actor import Actor
from operations.access.withholding import open_to
from operations.clocks import rulebook
from operations.insight.keyset import TOP, Place, paged_first
from operations.insight.lines import CALLED, COLUMNS, UNIT, Cursor, Line, conditions, line_of, tonight
from operations.tickets import avoidance, musts

SHOWN = 25
VIEWS = ("all", "red", "today")


@dataclass(frozen=True, slots=True)
class CallSheet:
    """One ticket to call about. ``barred``: why the actor must not call about it, so that somebody else must.

    ``musts``: why it may never be left uncalled. ``rework_reason``: what the call of the round before came to.
    """

    line: Line
    promise: Any
    attempts: Sequence[Any]
    barred: Sequence[str]
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
    now, calendar = clock.now(), rulebook.lately().calendar
    moments = {"now": now, "tonight": tonight(now)}
    waiting = select(Ticket.id).where(*_replied(actor), conditions()[view]).params(moments)
    page = paged_first([waiting], _sheets(), Ticket.due_at, Ticket.id, size=SHOWN, place=place)
    ids = [row.id for row in page.rows]
    promises, attempts, must = _promises(ids), _attempts(ids), musts.of(ids)
    barred = avoidance.reasons(ids, actor.user_id)
    sheets = [
        CallSheet(line_of(row, now=now, calendar=calendar), promises.get((row.id, row.round)),
                  attempts[row.id, row.round], barred[row.id], must[row.id],
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
    waits = exists().where(UnreasonableFinding.ticket_id == Ticket.id, UnreasonableFinding.decided_at.is_(None))
    return Ticket.status == Status.REPLIED, Ticket.closed_at.is_(None), ~waits, or_(*region), open_to(actor, Ticket.id)


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
