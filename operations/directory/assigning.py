"""What a page of giving away shows before it is done: the picked enterprises, with who has them now."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from models.access import User
from models.base import db
from models.bulk import among
from models.directory import Enterprise, Stewardship, StewardshipKind
from operations.access import scope
from operations.access.actor import Actor
from operations.access.found import the_one
from operations.directory import tenures
from operations.directory.stewardship import GIVERS
from operations.errors import NotFound

MOST = 200
LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Picked:
    """One enterprise; ``seen_id`` is its open main row as it was shown, 0 for none."""

    enterprise: Enterprise
    steward: str
    seen_id: int


def pick(actor: Actor, text: str) -> list[Picked]:
    """``12.5 13`` → enterprise 12 as of its main row 5, enterprise 13 as it is; what is not the actor's is left out.

    Raises NotFound when that is everything.
    """
    seen = _read(text)
    rows = (
        scope.visible_enterprises(actor.only(*GIVERS))
        .where(among(Enterprise.id))
        .outerjoin(Stewardship, (Stewardship.enterprise_id == Enterprise.id) & tenures.is_main()
                   & Stewardship.ended_at.is_(None))
        .outerjoin(User, User.id == Stewardship.steward_id)
        .with_only_columns(Enterprise, Stewardship.id, User.name)
        .order_by(Enterprise.id)
    )
    picked = [
        Picked(enterprise, name or "", (current or 0) if seen[enterprise.id] is None else seen[enterprise.id] or 0)
        for enterprise, current, name in db.session.execute(rows, {"ids": list(seen)})
    ]
    if not picked:
        raise NotFound
    return picked


def firms_to_cover(person: User, actor: Actor) -> Sequence[Enterprise]:
    """The enterprises of a steward for which the actor may arrange a substitute."""
    mains = select(Stewardship.enterprise_id).where(
        Stewardship.steward_id == person.id, tenures.is_main(), Stewardship.ended_at.is_(None)
    )
    rows = scope.visible_enterprises(actor.only(*GIVERS)).where(Enterprise.id.in_(mains))
    return db.session.scalars(rows.order_by(Enterprise.id)).all()


def get_cover(actor: Actor, covering_id: int) -> Stewardship:
    """A cover of an enterprise that is the actor's to give; NotFound otherwise."""
    firms = scope.visible_enterprises(actor.only(*GIVERS)).with_only_columns(Enterprise.id)
    return the_one(select(Stewardship).where(
        Stewardship.id == covering_id, Stewardship.kind == StewardshipKind.SUBSTITUTE,
        Stewardship.enterprise_id.in_(firms),
    ))


def _read(text: str) -> dict[int, int | None]:
    found: dict[int, int | None] = {}
    for part in text.split()[:MOST]:
        firm, dot, row = part.partition(".")
        if _is_id(firm) and (not dot or _is_id(row)):
            found[int(firm)] = int(row) if dot else None
    return found


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= LARGEST
