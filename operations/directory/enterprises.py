"""企业: those an official looks after, by name or lately spoken to, and what the page of one shows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from models import clock
from models.access import Role, User
from models.base import db
from models.directory import Enterprise, Organisation, Region, Stewardship
from models.tickets import Ticket
from operations.access import scope
from operations.access.actor import Actor
from operations.clocks import rulebook
from operations.errors import NotFound
from operations.insight.lines import COLUMNS, UNIT, Line, line_of, next_due

TICKETS_SHOWN, NAMES_SHOWN = 25, 8


def named(actor: Actor, words: str) -> Sequence[Any]:
    """The steward's own enterprises that ``words`` may mean: the one of exactly that name or code, else all that
    contain it, at most eight. Rows of id, name and credit code."""
    own = select(Enterprise.id, Enterprise.name, Enterprise.credit_code).where(
        Enterprise.id.in_(scope.stewarded_by(actor.user_id))
    )
    exact = or_(Enterprise.name == words, Enterprise.short_name == words, Enterprise.credit_code == words.upper())
    found = db.session.execute(own.where(exact).order_by(Enterprise.id).limit(NAMES_SHOWN)).all()
    return found or db.session.execute(own.where(_contains(words)).order_by(Enterprise.id).limit(NAMES_SHOWN)).all()


def latest(actor: Actor, limit: int = 6) -> Sequence[Any]:
    """The steward's own enterprises spoken to most recently: offered where one is to be picked."""
    own = select(Enterprise.id, Enterprise.name, Enterprise.short_name).where(
        Enterprise.id.in_(scope.stewarded_by(actor.user_id))
    )
    return db.session.execute(own.order_by(Enterprise.quiet_since.desc(), Enterprise.id).limit(limit)).all()


def get_own(actor: Actor, enterprise_id: int) -> Enterprise:
    """The enterprise when the actor is its steward now; NotFound otherwise."""
    mine = Enterprise.id.in_(scope.stewarded_by(actor.user_id))
    found = db.session.scalar(select(Enterprise).where(mine, Enterprise.id == enterprise_id))
    if found is None or not actor.holds(Role.STEWARD):
        raise NotFound
    return found


def is_own(actor: Actor, stewards: Sequence[Any]) -> bool:
    """Whether the actor is among the present stewards, as ``stewards_of`` listed them."""
    return actor.holds(Role.STEWARD) and any(row.is_now and row.steward_id == actor.user_id for row in stewards)


def facts_of(enterprise: Enterprise) -> Any:
    """The names of the region and of the unit that reports it."""
    rows = select(Region.name.label("region"), Organisation.name.label("owner")).select_from(Region)
    rows = rows.outerjoin(Organisation, Organisation.id == enterprise.owner_unit_id)
    return db.session.execute(rows.where(Region.id == enterprise.region_id)).one()


def stewards_of(enterprise: Enterprise, limit: int = 20) -> Sequence[Any]:
    """Who looks after the enterprise and who did: present ones first, the latest first."""
    now = clock.now()
    ended = func.coalesce(Stewardship.ended_at <= now, False)
    rows = (
        select(
            Stewardship.steward_id, Stewardship.kind, Stewardship.started_at, Stewardship.ended_at, Stewardship.reason,
            User.name, User.phone, (~ended).label("is_now"),
        )
        .join(User, User.id == Stewardship.steward_id)
        .where(Stewardship.enterprise_id == enterprise.id, Stewardship.started_at <= now)
        .order_by(ended, Stewardship.started_at.desc(), Stewardship.id.desc())
        .limit(limit)
    )
    return db.session.execute(rows).all()


def open_tickets(actor: Actor, enterprise: Enterprise) -> list[Line]:
    """The enterprise's tickets on the line that the actor may open, by time left; one more than are shown."""
    now, calendar = clock.now(), rulebook.current().calendar
    rows = (
        select(*COLUMNS, UNIT)
        .outerjoin(Organisation, Organisation.id == Ticket.lead_unit_id)
        .where(Ticket.enterprise_id == enterprise.id, Ticket.closed_at.is_(None), scope.ticket_scope(actor))
        .order_by(next_due(), Ticket.id)
        .limit(TICKETS_SHOWN + 1)
    )
    return [line_of(row, now=now, calendar=calendar) for row in db.session.execute(rows)]


def _contains(words: str) -> ColumnElement[bool]:
    places = (Enterprise.name, Enterprise.short_name, Enterprise.credit_code)
    return or_(*(place.icontains(words, autoescape=True) for place in places))
