"""督办件: the orders that a unit received, the unopened first; what has ended behind a tab of its own."""

from typing import Any

from sqlalchemy import case, func, or_, select

from models.access import Role
from models.base import LabelledEnum, UTCDateTime, db
from models.clocks import Clock
from models.supervision import Level, Supervision
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.scope import units_of
from operations.access.withholding import open_to
from operations.insight.keyset import TOP, Page, Place, paged
from operations.insight.lines import FAR
from operations.insight.queue import Issuer, Receiver

S = Supervision
PAGE = 25


class Tab(LabelledEnum):
    """The parts of the list."""

    OPEN = "open", "在办"
    REMINDERS = "reminders", "提醒"
    ENDED = "ended", "已结束"


PARTS = {
    Tab.OPEN: (S.ended_at.is_(None), S.level != Level.REMINDER, S.joined_to_id.is_(None)),
    Tab.REMINDERS: (S.ended_at.is_(None), S.level == Level.REMINDER),
    Tab.ENDED: (S.ended_at.is_not(None),),
}


def page_of(actor: Actor, tab: Tab, *, place: Place = TOP) -> Page:
    """One page of the orders to the actor's units."""
    rows: Any = (
        select(
            S.id, S.level, S.rule, S.opened_at, S.clock_due_at, S.sign_due_at, S.due_at, S.read_at, S.signed_at,
            S.answered_at, S.accepted_at, S.rejected_count, S.ended_at, S.ended_as, S.ticket_id, Ticket.number,
            Ticket.subject, Ticket.status, Clock.paused_at, Issuer.short_name.label("issuer"),
            Receiver.short_name.label("receiver"),
        )
        .join(Ticket, Ticket.id == S.ticket_id)
        .join(Clock, Clock.id == S.clock_id)
        .outerjoin(Issuer, Issuer.id == S.issuer_id)
        .outerjoin(Receiver, Receiver.id == S.receiver_id)
        .where(_to(actor), *PARTS[tab])
    )
    if tab is Tab.ENDED:
        return paged(rows, S.ended_at, S.id, size=PAGE, place=place, is_descending=True)
    moment: Any = func.coalesce(case((S.read_at.is_(None), S.opened_at)), FAR, type_=UTCDateTime())
    return paged(rows, moment, S.id, size=PAGE, place=place)


def counts(actor: Actor) -> dict[Tab, int]:
    """How many open orders and reminders there are; what has ended is not counted."""
    pressing = case((S.level == Level.REMINDER, str(Tab.REMINDERS)), else_=str(Tab.OPEN))
    grouped = select(pressing, func.count()).where(
        _to(actor), S.ended_at.is_(None), S.joined_to_id.is_(None)
    ).group_by(pressing)
    return {Tab(tab): count for tab, count in db.session.execute(grouped)}


def _to(actor: Actor) -> Any:
    posts = actor.posts_as(Role.CASE_OFFICER, Role.UNIT_LEADER)
    return or_(*(S.receiver_id.in_(units_of(post)) for post in posts)) & open_to(actor, S.ticket_id)
