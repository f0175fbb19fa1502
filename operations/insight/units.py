"""The units that a ticket can be given to, and finding the one that somebody means."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, or_, select

from models.base import db
from models.directory import Organisation, OrganisationKind

K = OrganisationKind
# Offices that supervise or route others' work are given none.
HANDLING = (K.BUREAU, K.WINDOW, K.TOWN, K.GOVERNMENT)


def offered() -> Sequence[Row[*tuple[Any, ...]]]:
    """The name, short name and kind of every unit that a ticket can be given to, by kind and name."""
    rows = select(Organisation.name, Organisation.short_name, Organisation.kind).where(Organisation.kind.in_(HANDLING))
    return db.session.execute(rows.order_by(Organisation.kind, Organisation.name)).all()


def every() -> Sequence[Row[*tuple[Any, ...]]]:
    """The name and short name of every organisation: of those who sit in a review."""
    rows = select(Organisation.name, Organisation.short_name, Organisation.kind)
    return db.session.execute(rows.order_by(Organisation.kind, Organisation.name)).all()


def called(text: str) -> Organisation | None:
    """The unit of this name or short name that a ticket can be given to; None when there is none, or several."""
    named = or_(Organisation.name == text, Organisation.short_name == text)
    found = db.session.scalars(select(Organisation).where(named, Organisation.kind.in_(HANDLING)).limit(2)).all()
    return found[0] if len(found) == 1 else None


def any_called(text: str) -> Organisation | None:
    """The organisation of this name or short name, whatever it is for; None when there is none, or several."""
    named = or_(Organisation.name == text, Organisation.short_name == text)
    found = db.session.scalars(select(Organisation).where(named).limit(2)).all()
    return found[0] if len(found) == 1 else None


def beginning(text: str, *, most: int) -> list[str]:
    """Short names of units that hold ``text``: suggestions while somebody types."""
    rows = select(Organisation.short_name).where(
        or_(Organisation.name.contains(text, autoescape=True), Organisation.short_name.contains(text, autoescape=True)),
        Organisation.kind.in_(HANDLING),
    )
    return list(db.session.scalars(rows.order_by(Organisation.short_name).limit(most)))


def name_of(unit_id: int | None) -> str:
    """The short name of a unit; empty for none."""
    name = select(Organisation.short_name).where(Organisation.id == unit_id)
    return db.session.scalar(name) or "" if unit_id else ""
