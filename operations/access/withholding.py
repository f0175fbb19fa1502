"""回避: what a complaint is about is kept from the unit it is about (信访工作条例 第三十条), said once for every scope.

Barred is whoever holds a post, of any role, in the accused house or below it, whoever stands in for a vacant one there,
and every steward whom the house has registered. Being a condition on the rows as they are now, it holds from the very
statement after a unit was named. What the enterprise itself may see is not touched by it.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, or_, select, true, union
from sqlalchemy.orm import aliased

from models.access import Post
from models.base import db
from models.directory import Organisation, Steward
from models.tickets import ACCUSING, AccusedUnit, Ticket
from operations.access.actor import Actor

_House, _Own = aliased(Organisation), aliased(Organisation)
_IS_WITHIN = _Own.path.startswith(_House.path)
_IS_OPEN = AccusedUnit.ended_at.is_(None)
# For statements that are built once: whoever asks hands in ``asked_by``.
KEPT_FROM_ASKER = select(AccusedUnit.ticket_id).where(
    AccusedUnit.house_id.in_(bindparam("houses", expanding=True)), _IS_OPEN
)


def open_to(actor: Actor, ticket_id: Any) -> ColumnElement[bool]:
    """The condition that a row is not about a house of the actor's; ``ticket_id`` may be empty on rows of no ticket."""
    if not actor.houses:
        return true()
    return _is_none_of(
        select(AccusedUnit.ticket_id).where(AccusedUnit.house_id.in_(sorted(actor.houses)), _IS_OPEN), ticket_id)


def open_to_asker(ticket_id: Any) -> ColumnElement[bool]:
    """The same in a statement that is built once. Parameters: ``asked_by``."""
    return _is_none_of(KEPT_FROM_ASKER, ticket_id)


def asked_by(actor: Actor) -> dict[str, Any]:
    """The parameters of ``KEPT_FROM_ASKER``."""
    return {"houses": sorted(actor.houses)}


def is_kept_from(person: Any, ticket_id: Any, *, kind: Any = None) -> ColumnElement[bool]:
    """The condition on rows of people and tickets, such as messages: what the one must not know of the other.

    ``kind``: of the ticket, on rows that tell it. A queue of thousands then looks up its complaints alone.
    """
    kept = or_(
        _of_posts(AccusedUnit.id).where(Post.user_id == person, AccusedUnit.ticket_id == ticket_id)
        .correlate_except(AccusedUnit, _House, _Own, Post).exists(),
        _of_registration(AccusedUnit.id).where(Steward.user_id == person, AccusedUnit.ticket_id == ticket_id)
        .correlate_except(AccusedUnit, _House, _Own, Steward).exists(),
    )
    return kept if kind is None else kind.in_(ACCUSING) & kept


def is_barred(actor: Actor, ticket: Ticket) -> bool:
    """Whether this ticket is kept from the actor. Asked of complaints alone: nothing else is about a unit."""
    if ticket.kind not in ACCUSING or not actor.houses:
        return False
    about = exists().where(AccusedUnit.ticket_id == ticket.id, AccusedUnit.house_id.in_(sorted(actor.houses)), _IS_OPEN)
    return bool(db.session.scalar(select(about)))


def not_barred(people: list[int], ticket: Ticket) -> list[int]:
    """Those of ``people`` who may know of the ticket, in their order."""
    if ticket.kind not in ACCUSING or not people:
        return people
    posts = _of_posts(Post.user_id).where(AccusedUnit.ticket_id == ticket.id, Post.user_id.in_(people))
    registered = _of_registration(Steward.user_id).where(Steward.user_id.in_(people))
    barred = set(db.session.scalars(union(posts, registered.where(AccusedUnit.ticket_id == ticket.id))))
    return [one for one in people if one not in barred]


def _is_none_of(about: Select[Any], ticket_id: Any) -> ColumnElement[bool]:
    kept = ticket_id.not_in(about)
    return or_(ticket_id.is_(None), kept) if getattr(ticket_id, "nullable", True) else kept


def _of_posts(column: Any) -> Select[Any]:
    rows = select(column).select_from(AccusedUnit).join(_House, _House.id == AccusedUnit.house_id)
    rows = rows.join(_Own, _IS_WITHIN).join(Post, Post.organisation_id == _Own.id)
    return rows.where(_IS_OPEN, Post.ended_at.is_(None))


def _of_registration(column: Any) -> Select[Any]:
    rows = select(column).select_from(AccusedUnit).join(_House, _House.id == AccusedUnit.house_id)
    rows = rows.join(_Own, _IS_WITHIN).join(Steward, Steward.owner_unit_id == _Own.id)
    return rows.where(_IS_OPEN)
