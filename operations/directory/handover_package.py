"""移交清单: what a hand-over hands over – enterprises, open tickets, planned visits – and the list of hand-overs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.directory import Enterprise, Handover, HandoverItem, HandoverStage, Organisation
from models.log import Event
from models.tickets import Act, Ticket
from operations.access import duty_scope, scope
from operations.access.actor import Actor
from operations.access.withholding import open_to
from operations.clocks import rulebook
from operations.directory.handovers import IS_WAITING
from operations.insight.lines import CALLED, COLUMNS, UNIT, Line, line_of, next_due, plain_rows

TICKETS_SHOWN = 50
LISTED = 50

_PERSON: Any = bindparam("person", type_=Integer)
_OTHER = aliased(User)
# Put together once: every steward's desk asks it.
_WAITING = (
    select(Handover.id, (Handover.to_id == _PERSON).label("is_to_me"), _OTHER.name.label("other"))
    .join(_OTHER, _OTHER.id == func.coalesce(func.nullif(Handover.from_id, _PERSON), Handover.to_id))
    .where(*IS_WAITING, or_(Handover.to_id == _PERSON, Handover.from_id == _PERSON))
    .order_by(Handover.id)
    .limit(5)
)


@dataclass(frozen=True, slots=True)
class Package:
    """``firms`` carry name, last contact, promised visit and outcome; ``lines`` are open tickets, by time left."""

    firms: Sequence[Any]
    lines: Sequence[Line]
    visits: int
    unanswered: int
    has_more_tickets: bool


def package(handover: Handover, actor: Actor) -> Package:
    """For both stewards the whole of it; for an office what lies in its scope. Two statements, however much it is."""
    firms = _firms(handover, actor)
    lines = _lines([row.id for row in firms], actor) if handover.stage is HandoverStage.WAITING else []
    shown = lines[:TICKETS_SHOWN]
    unanswered = sum(1 for line in shown if line.row.is_unanswered)
    visits = sum(1 for row in firms if row.next_contact_on)
    return Package(firms, shown, visits, unanswered, len(lines) > TICKETS_SHOWN)


def listed(actor: Actor, *, has_ended: bool, before: int | None = None) -> Sequence[Any]:
    """Hand-overs that wait, or that have ended, the latest first; one more than LISTED when there are older ones."""
    giver, receiver = aliased(User), aliased(User)
    size = select(func.count()).where(HandoverItem.handover_id == Handover.id).correlate(Handover).scalar_subquery()
    ended = or_(*(~waits for waits in IS_WAITING))
    rows = (
        duty_scope.visible_handovers(actor)
        .join(giver, giver.id == Handover.from_id)
        .join(receiver, receiver.id == Handover.to_id)
        .where(ended if has_ended else ~ended)
        .with_only_columns(Handover, giver.name.label("giver"), receiver.name.label("receiver"), size.label("size"))
        .order_by(Handover.id.desc())
        .limit(LISTED + 1)
    )
    if before is not None:
        rows = rows.where(Handover.id < before)
    return db.session.execute(rows).all()


def waiting_for(actor: Actor) -> Sequence[Any]:
    """What a steward's desk says: the hand-overs that wait for their word, or for somebody's word on theirs."""
    return plain_rows(_WAITING, {"person": actor.user_id})


def _firms(handover: Handover, actor: Actor) -> Sequence[Any]:
    rows = (
        select(Enterprise.id, Enterprise.name, Enterprise.category, Enterprise.contact_name, Enterprise.quiet_since,
               Enterprise.next_contact_on, HandoverItem.outcome)
        .join(HandoverItem, HandoverItem.enterprise_id == Enterprise.id)
        .where(HandoverItem.handover_id == handover.id)
        .order_by(Enterprise.next_contact_on.is_(None), Enterprise.next_contact_on, Enterprise.id)
    )
    if not (actor.holds(Role.STEWARD) and actor.user_id in (handover.from_id, handover.to_id)):
        seen = scope.visible_enterprises(actor).with_only_columns(Enterprise.id)
        rows = rows.where(Enterprise.id.in_(seen))
    return db.session.execute(rows).all()


def _lines(ids: Sequence[int], actor: Actor) -> list[Line]:
    now, calendar = clock.now(), rulebook.current().calendar
    said_last = (
        select(Post.role)
        .join(Event, Event.post_id == Post.id)
        .where(Event.of_ticket(Ticket.id), Event.action == Act.MESSAGE)
        .order_by(Event.seq.desc()).limit(1).correlate(Ticket).scalar_subquery()
    )
    rows = (
        select(*COLUMNS, UNIT, CALLED, func.coalesce(said_last == Role.ENTERPRISE_MEMBER, False).label("is_unanswered"))
        .join(Enterprise, Enterprise.id == Ticket.enterprise_id)
        .outerjoin(Organisation, Organisation.id == Ticket.lead_unit_id)
        .where(Ticket.enterprise_id.in_(ids), Ticket.closed_at.is_(None), open_to(actor, Ticket.id))
        .order_by(next_due(), Ticket.id)
        .limit(TICKETS_SHOWN + 1)
    )
    return [line_of(row, now=now, calendar=calendar) for row in db.session.execute(rows)]
