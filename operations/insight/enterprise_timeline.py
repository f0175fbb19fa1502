"""往来记录: everything that happened with an enterprise, of every kind, newest first, in one statement.

Another area adds its own by another Source in ``SOURCES``: a select of ``columns(...)`` over rows of one enterprise.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, String, and_, bindparam, literal, or_, select, type_coerce

from models import clock
from models.access import Role, User
from models.base import LabelledEnum, UTCDateTime, db
from models.correspondence import Broadcast, BroadcastDelivery, DeliveryOutcome, Message
from models.directory import Enterprise, EnterpriseMerge, FactChange, Stewardship
from models.engagement import Interaction, Meeting, MeetingGuest
from models.log import Event
from models.ratings import Rating
from models.tickets import Act, Ticket
from operations.access.actor import Actor
from operations.access.scope import REGIONAL, stewarded_by, ticket_scope
from operations.access.withholding import open_to
from operations.insight.lines import EPOCH, FAR_MICROSECONDS, LARGEST_ID
from operations.insight.timeline_words import Entry, entry_of

SHOWN = 30
MICROSECOND = timedelta(microseconds=1)
HEARING = (Role.STEWARD, *REGIONAL)
ENTERPRISE: Any = bindparam("enterprise", type_=sa.Integer())
# What moves a ticket on; the rest is on its own page.
TICKET_ACTS = (
    Act.SUBMIT, Act.ACCEPT, Act.DISPATCH, Act.REPORT_RESULT, Act.REPLY, Act.REWORK, Act.REOPEN, Act.WITHDRAW, Act.MERGE,
    Act.SUPERVISE,
)
COLUMNS: dict[str, Any] = {
    "title": String(), "words": sa.Text(), "who": String(), "link": String(), "noted_at": UTCDateTime(),
    "on_day": sa.Date(), "before": String(), "after": String(), "effect": String(), "flaw": String(),
}


class Kind(LabelledEnum):
    """What the entries may be narrowed to."""

    TALK = "talk", "互动"
    MESSAGE = "message", "消息"
    TICKET = "ticket", "诉求"
    RATING = "rating", "评价"
    STEWARD = "steward", "管家"
    FACT = "fact", "资料"


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of entry: what ``rows`` selects, by ``at`` and ``row_id``. ``roles``: whom it is told, nobody else.

    ``rows`` takes the actor and answers a select of ``columns``; it is narrowed, ordered and limited here.
    """

    kind: Kind
    name: str
    at: Any
    row_id: Any
    rows: Callable[[Actor], Select[Any]]
    roles: tuple[Role, ...] = (*HEARING, Role.REGISTRAR)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page of the timeline ended: the moment, the place of the source in SOURCES, the row."""

    at: datetime
    number: int
    row_id: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.number}-{self.row_id}"

    @classmethod
    def parse(cls, text: str) -> "Mark | None":
        """The mark that ``str`` wrote; None for anything else."""
        found = re.fullmatch(r"([0-9]{1,18})-([0-9]{1,2})-([0-9]{1,10})", text, re.ASCII)
        if not found or int(found[3]) > LARGEST_ID:
            return None
        return cls(EPOCH + min(int(found[1]), FAR_MICROSECONDS) * MICROSECOND, int(found[2]), int(found[3]))


@dataclass(frozen=True, slots=True)
class Told:
    """One page; ``older`` leads on, None at the beginning of everything."""

    entries: list[Entry]
    older: Mark | None


def timeline(
    enterprise: Enterprise, *, actor: Actor, kind: Kind | None = None, after: Mark | None = None, size: int = SHOWN
) -> Told:
    """One page of what the actor is told of the enterprise, newest first: one statement whatever there is."""
    chosen = [
        (number, source) for number, source in enumerate(SOURCES)
        if actor.holds(*source.roles) and kind in (None, source.kind)
    ]
    parts = [_part(source, number, actor=actor, after=after, size=size) for number, source in chosen]
    if not parts:
        return Told([], None)
    together = sa.union_all(*parts).subquery()
    page = together.c
    order = (page.at.desc(), page.number.desc(), page.row_id.desc())
    asked = {"enterprise": enterprise.id, "now": clock.now()}
    rows = db.session.execute(select(together).order_by(*order).limit(size + 1), asked).all()
    last = rows[size - 1] if len(rows) > size else None
    entries = [entry_of(SOURCES[row.number].name, row) for row in rows[:size]]
    return Told(entries, Mark(last.at, last.number, last.row_id) if last else None)


def kinds_of(actor: Actor) -> list[Kind]:
    """The kinds of which the actor is told anything."""
    told = {source.kind for source in SOURCES if actor.holds(*source.roles)}
    return [kind for kind in Kind if kind in told]


def columns(**given: Any) -> list[Any]:
    """The columns of an entry by name; what is not given is empty. Enums are given as their codes."""
    return [
        type_coerce(given[name], kind).label(name) if name in given else sa.cast(sa.null(), kind).label(name)
        for name, kind in COLUMNS.items()
    ]


def _part(source: Source, number: int, *, actor: Actor, after: Mark | None, size: int) -> Select[Any]:
    """The latest of one source behind the mark, no more than a page needs."""
    rows = source.rows(actor).add_columns(
        type_coerce(source.at, UTCDateTime()).label("at"), literal(number).label("number"),
        source.row_id.label("row_id"),
    )
    if after is not None:
        rows = rows.where(_behind(source, number, after))
    latest = rows.order_by(source.at.desc(), source.row_id.desc()).limit(size + 1).subquery()
    return select(latest)


def _behind(source: Source, number: int, mark: Mark) -> ColumnElement[bool]:
    moment = literal(mark.at, UTCDateTime())
    if number != mark.number:
        return source.at <= moment if number < mark.number else source.at < moment
    return or_(source.at < moment, and_(source.at == moment, source.row_id < mark.row_id))


def _talks(actor: Actor) -> Select[Any]:
    said = columns(title=Interaction.kind, words=Interaction.content, who=User.name, link=Ticket.number,
                   noted_at=sa.case((~Interaction.is_exchange, Interaction.recorded_at)),
                   on_day=Interaction.next_contact_on, effect=Interaction.effect, flaw=Interaction.flaw)
    rows = select(*said).join(User, User.id == Interaction.steward_id)
    rows = rows.outerjoin(Ticket, Ticket.id == Interaction.ticket_id)
    return rows.where(Interaction.enterprise_id == ENTERPRISE, open_to(actor, Interaction.ticket_id))


def _messages(actor: Actor) -> Select[Any]:
    """The thread is the enterprise's and its stewards' own: it is told to nobody above them."""
    said = columns(title=Message.side, words=Message.body, who=User.name)
    rows = select(*said).join(User, User.id == Message.author_id)
    return rows.where(Message.enterprise_id == ENTERPRISE, Message.enterprise_id.in_(stewarded_by(actor.user_id)))


def _broadcasts(_: Actor) -> Select[Any]:
    sent = columns(title=Broadcast.title, words=Broadcast.body, who=User.name)
    rows = select(*sent).join(BroadcastDelivery, BroadcastDelivery.broadcast_id == Broadcast.id)
    return rows.join(User, User.id == Broadcast.author_id).where(
        BroadcastDelivery.enterprise_id == ENTERPRISE, BroadcastDelivery.outcome == DeliveryOutcome.SENT
    )


def _meetings(_: Actor) -> Select[Any]:
    held = columns(title=Meeting.kind, words=Meeting.theme, who=User.name)
    rows = select(*held).select_from(MeetingGuest).join(Meeting, Meeting.id == MeetingGuest.meeting_id)
    rows = rows.join(User, User.id == Meeting.chair_id)
    return rows.where(MeetingGuest.enterprise_id == ENTERPRISE, Meeting.cancelled_at.is_(None))


def _ticket_events(actor: Actor) -> Select[Any]:
    done = columns(title=Event.action, words=Ticket.subject, who=User.name, link=Ticket.number)
    return (
        select(*done)
        .select_from(Ticket)
        .join(Event, Event.of_ticket(Ticket.id))
        .outerjoin(User, User.id == Event.actor_id)
        .where(Ticket.enterprise_id == ENTERPRISE, ticket_scope(actor), Event.action.in_(TICKET_ACTS))
    )


def _ratings(actor: Actor) -> Select[Any]:
    """An anonymous one is of no enterprise: here it would have a name."""
    rated = columns(title=Rating.grade, words=Ticket.subject, link=Ticket.number)
    return select(*rated).join(Ticket, Ticket.id == Rating.ticket_id).where(
        Ticket.enterprise_id == ENTERPRISE, ticket_scope(actor), Rating.is_anonymous.is_(False)
    )


def _facts(_: Actor) -> Select[Any]:
    changed = columns(title=FactChange.field, before=FactChange.before, after=FactChange.after, words=FactChange.source,
                      who=User.name)
    rows = select(*changed).outerjoin(User, User.id == FactChange.changed_by_id)
    return rows.where(FactChange.enterprise_id == ENTERPRISE)


def _duties(is_end: bool) -> Callable[[Actor], Select[Any]]:
    moment = Stewardship.ended_at if is_end else Stewardship.started_at

    def rows(_: Actor) -> Select[Any]:
        told = columns(title=Stewardship.kind, who=User.name, words=Stewardship.reason)
        of_one = select(*told).join(User, User.id == Stewardship.steward_id)
        begun = moment <= bindparam("now", type_=UTCDateTime())
        return of_one.where(Stewardship.enterprise_id == ENTERPRISE, begun)

    return rows


def _merges(is_into: bool, is_undone: bool) -> Callable[[Actor], Select[Any]]:
    ours, other = EnterpriseMerge.enterprise_id, EnterpriseMerge.into_id
    if is_into:
        ours, other = other, ours
    moment = EnterpriseMerge.undone_at if is_undone else EnterpriseMerge.merged_at
    reason = EnterpriseMerge.undo_reason if is_undone else EnterpriseMerge.reason
    by = EnterpriseMerge.undone_by_id if is_undone else EnterpriseMerge.merged_by_id

    def rows(_: Actor) -> Select[Any]:
        told = columns(title=Enterprise.name, who=User.name, words=reason)
        pairs = select(*told).select_from(EnterpriseMerge).join(Enterprise, Enterprise.id == other)
        return pairs.outerjoin(User, User.id == by).where(ours == ENTERPRISE, moment.is_not(None))

    return rows


def _beginning(_: Actor) -> Select[Any]:
    return select(*columns(words=Enterprise.source)).where(Enterprise.id == ENTERPRISE)


def _merge_sources() -> Iterable[Source]:
    for name, is_into, is_undone in (
        ("merged", False, False), ("unmerged", False, True), ("took_in", True, False), ("gave_back", True, True)
    ):
        moment = EnterpriseMerge.undone_at if is_undone else EnterpriseMerge.merged_at
        yield Source(Kind.FACT, name, moment, EnterpriseMerge.id, _merges(is_into, is_undone))


SOURCES: tuple[Source, ...] = (
    Source(Kind.FACT, "registered", Enterprise.created_at, Enterprise.id, _beginning),
    Source(Kind.FACT, "fact", FactChange.changed_at, FactChange.id, _facts),
    *_merge_sources(),
    Source(Kind.STEWARD, "steward_began", Stewardship.started_at, Stewardship.id, _duties(is_end=False)),
    Source(Kind.STEWARD, "steward_ended", Stewardship.ended_at, Stewardship.id, _duties(is_end=True)),
    Source(Kind.TICKET, "ticket", Event.at, Event.seq, _ticket_events, HEARING),
    Source(Kind.RATING, "rating", Rating.rated_at, Rating.id, _ratings, HEARING),
    Source(Kind.MESSAGE, "message", Message.sent_at, Message.id, _messages, (Role.STEWARD,)),
    Source(Kind.MESSAGE, "broadcast", Broadcast.sent_at, Broadcast.id, _broadcasts, HEARING),
    Source(Kind.TALK, "talk", Interaction.occurred_at, Interaction.id, _talks, HEARING),
    Source(Kind.TALK, "meeting", Meeting.held_at, Meeting.id, _meetings, HEARING),
)
