"""企业: those an official looks after, by name or lately spoken to, and what the page of one shows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select

from models import clock
from models.access import Role, User
from models.base import db
from models.directory import Enterprise, Organisation, Region, Stewardship
from models.tickets import Ticket
from operations.access import scope
from operations.access.actor import Actor
from operations.clocks import rulebook
from operations.errors import NotFound
from operations.insight.lines import COLUMNS, NOW, UNIT, Line, line_of, next_due, plain_rows

TICKETS_SHOWN, NAMES_SHOWN, STEWARDS_SHOWN = 25, 8, 20


def named(actor: Actor, words: str) -> Sequence[Any]:
    """The steward's own enterprises that ``words`` may mean: the one of exactly that name or code, else all that
    contain it, at most eight. Rows of id, name and credit code."""
    asked = {"person": actor.user_id, "now": clock.now()}
    found = plain_rows(_EXACTLY, asked | {"words": words, "code": words.upper()})
    return found or plain_rows(_OWN.where(_contains(words)), asked)


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
    return plain_rows(_FACTS, {"owner": enterprise.owner_unit_id, "region": enterprise.region_id})[0]


def stewards_of(enterprise: Enterprise) -> Sequence[Any]:
    """Who looks after the enterprise and who did: present ones first, the latest first."""
    return plain_rows(_STEWARDS, {"enterprise": enterprise.id, "now": clock.now()})


def open_tickets(actor: Actor, enterprise: Enterprise) -> list[Line]:
    """The enterprise's tickets on the line that the actor may open, by time left; one more than are shown."""
    now, calendar = clock.now(), rulebook.lately().calendar
    rows = plain_rows(_OPEN.where(scope.ticket_scope(actor)), {"enterprise": enterprise.id})
    return [line_of(row, now=now, calendar=calendar) for row in rows]


def _contains(words: str) -> ColumnElement[bool]:
    places = (Enterprise.name, Enterprise.short_name, Enterprise.credit_code)
    return or_(*(place.icontains(words, autoescape=True) for place in places))


_OWN = (
    select(Enterprise.id, Enterprise.name, Enterprise.credit_code)
    .where(Enterprise.id.in_(scope.stewarded_by(bindparam("person"), NOW)))
    .order_by(Enterprise.id)
    .limit(NAMES_SHOWN)
)
_WORDS: Any = bindparam("words")
_EXACTLY = _OWN.where(or_(Enterprise.name == _WORDS, Enterprise.short_name == _WORDS,
                          Enterprise.credit_code == bindparam("code")))
_FACTS = (
    select(Region.name.label("region"), Organisation.name.label("owner"))
    .select_from(Region)
    .outerjoin(Organisation, Organisation.id == bindparam("owner"))
    .where(Region.id == bindparam("region"))
)
_ENDED = func.coalesce(Stewardship.ended_at <= NOW, False)
_STEWARDS = (
    select(
        Stewardship.steward_id, Stewardship.kind, Stewardship.started_at, Stewardship.ended_at, Stewardship.reason,
        User.name, User.phone, (~_ENDED).label("is_now"),
    )
    .join(User, User.id == Stewardship.steward_id)
    .where(Stewardship.enterprise_id == bindparam("enterprise"), Stewardship.started_at <= NOW)
    .order_by(_ENDED, Stewardship.started_at.desc(), Stewardship.id.desc())
    .limit(STEWARDS_SHOWN)
)
_OPEN = (
    select(*COLUMNS, UNIT)
    .outerjoin(Organisation, Organisation.id == Ticket.lead_unit_id)
    .where(Ticket.enterprise_id == bindparam("enterprise"), Ticket.closed_at.is_(None))
    .order_by(next_due(), Ticket.id)
    .limit(TICKETS_SHOWN + 1)
)
