"""企业首页: the open tickets of an enterprise, what waits for it, and who looks after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select
from sqlalchemy.orm import joinedload

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.clocks import Clock, ClockKind
from models.directory import Organisation, Stewardship, StewardshipKind
from models.ratings import Rating
from models.tickets import Act, Status, Ticket
from operations.access.actor import Actor
from operations.access.rectification_scope import own_proxies
from operations.access.scope import own_tickets
from operations.clocks import rulebook
from operations.clocks.wording import moment
from operations.insight.lines import NOW, UNIT, Line, line_of, plain_rows
from operations.insight.track import TASKS
from operations.tickets import workflow
from operations.tickets.situation import Situation

PAGE = 20
MEMBER_ACTS = (Act.SUPPLEMENT, Act.RATE, Act.MESSAGE, Act.REOPEN, Act.WITHDRAW)
VIEWS: dict[str, str] = {"open": "在办", "mine": "等我处理", "closed": "已办结", "all": "全部"}
# It waits for its window to end, not for the enterprise.
_RATED = exists().where(Rating.ticket_id == Ticket.id, Rating.round == Ticket.round)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "open": Ticket.closed_at.is_(None),
    "mine": and_(Ticket.status.in_(list(TASKS)), ~_RATED),
    "closed": Ticket.closed_at.is_not(None),
    "all": Ticket.id > 0,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket of the enterprise in a list; ``task`` is what it waits for from the enterprise, if it does."""

    ticket: Ticket
    line: Line
    task: str
    due_words: str

    @property
    def station(self) -> int:
        """Its place on the short rail: 1 to 6, 7 when it went all the way, 0 when it left the line before."""
        return 0 if self.ticket.status.stage is None and self.ticket.status is not Status.CLOSED else self.line.station


@dataclass(frozen=True, slots=True)
class Steward:
    """Who looks after the enterprise."""

    name: str
    phone: str
    unit: str
    is_substitute: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """An act the enterprise may take now, or the sentence why it no longer may."""

    act: Act
    objection: str


def page(actor: Actor, *, view: str, after: int | None = None) -> tuple[list[Row], int | None]:
    """A page of the enterprise's tickets, newest first, and the ``after`` of the next page, if there is one."""
    rows = own_tickets(actor).where(_CONDITIONS[view])
    rows = rows.where(Ticket.id < after) if after else rows
    found = db.session.scalars(rows.options(joinedload(Ticket.lead_unit)).order_by(Ticket.id.desc()).limit(PAGE + 1))
    tickets = list(found)
    return _rows(tickets[:PAGE]), tickets[PAGE - 1].id if len(tickets) > PAGE else None


def open_rows(actor: Actor) -> list[Row]:
    """The newest open tickets, those that wait for the enterprise first."""
    rows = own_tickets(actor).where(_CONDITIONS["open"]).options(joinedload(Ticket.lead_unit))
    tickets = db.session.scalars(rows.order_by(Ticket.status.in_(list(TASKS)).desc(), Ticket.id.desc()).limit(PAGE))
    return _rows(list(tickets))


def rated_cases(actor: Actor) -> Sequence[Ticket]:
    """The latest proxies of what was badly rated by name at a window."""
    return db.session.scalars(own_proxies(actor).limit(PAGE)).all()


def stewards_of(enterprise_ids: list[int]) -> list[Steward]:
    """主管家 first, then who covers for them at present."""
    found = {
        row.id: Steward(row.name, row.phone or "", row.unit or "", row.kind is StewardshipKind.SUBSTITUTE)
        for row in plain_rows(_STEWARDS, {"among": enterprise_ids, "now": clock.now()})
    }
    return list(found.values())


_STEWARDS = (
    select(User.id, User.name, User.phone, Stewardship.kind, UNIT)
    .join(User, User.id == Stewardship.steward_id)
    .outerjoin(Post, (Post.user_id == User.id) & (Post.role == Role.STEWARD) & Post.ended_at.is_(None))
    .outerjoin(Organisation, Organisation.id == Post.organisation_id)
    .where(
        Stewardship.enterprise_id.in_(bindparam("among", expanding=True)),
        Stewardship.started_at <= NOW,
        or_(Stewardship.ended_at.is_(None), Stewardship.ended_at > NOW),
    )
    .order_by(Stewardship.kind, Stewardship.id)
)


def offers(situation: Situation) -> list[Offer]:
    """What the workflow table lets the enterprise do with this ticket now; of ended chances, why they ended."""
    rows = {step.act: step for step in workflow.open_to(situation.ticket.status, frozenset({Role.ENTERPRISE_MEMBER}))}
    found = []
    for act in MEMBER_ACTS:
        step = rows.get(act)
        situation.standing = situation.standing_for(step) if step else None
        if step and situation.standing:
            found.append(Offer(act, next(filter(None, (check(situation) for check in step.checks)), "")))
    return found


def _rows(tickets: list[Ticket]) -> list[Row]:
    now, calendar, waits, rated = clock.now(), rulebook.lately().calendar, _supplement_due(tickets), _rated(tickets)
    return [
        Row(ticket, line_of(ticket, now=now, calendar=calendar),
            "" if ticket.id in rated else TASKS.get(ticket.status, ""),
            _until(waits.get(ticket.id, None if ticket.paused_at else ticket.due_at)))
        for ticket in tickets
    ]


def _supplement_due(tickets: list[Ticket]) -> dict[int, datetime]:
    """While the enterprise has the ball its own clock counts, not the paused one on the ticket's row."""
    ids = [ticket.id for ticket in tickets if ticket.status is Status.AWAITING_SUPPLEMENT]
    if not ids:
        return {}
    rows = select(Clock.ticket_id, Clock.due_at).where(
        Clock.ticket_id.in_(ids), Clock.kind == ClockKind.SUPPLEMENT, Clock.stopped_at.is_(None)
    )
    return {ticket_id: due_at for ticket_id, due_at in db.session.execute(rows)}


def _rated(tickets: list[Ticket]) -> set[int]:
    """Those that were rated without a name while they wait for the end of their window."""
    ids = [ticket.id for ticket in tickets if ticket.status is Status.FOLLOWED_UP]
    rows = select(Ticket.id).where(Ticket.id.in_(ids), _RATED)
    return set(db.session.scalars(rows)) if ids else set()


def _until(due_at: datetime | None) -> str:
    return f"{moment(due_at)} 前" if due_at else ""
