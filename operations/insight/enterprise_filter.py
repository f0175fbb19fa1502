"""EnterpriseFilter → conditions on ``enterprises``: list, bulk acts and export all look the same way."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from models.access import User
from models.base import db
from models.directory import (
    Enterprise,
    EnterpriseCategory,
    EnterpriseSize,
    EnterpriseStatus,
    Organisation,
    Region,
    Stewardship,
    StewardshipKind,
    Tag,
)
from operations.access import scope
from operations.access.actor import Actor
from operations.directory.industries import divisions_of
from operations.insight import search

QUIET = (7, 30, 90)
HAS_STEWARD = {"with": "有主管家", "without": "没有主管家"}


@dataclass(frozen=True, slots=True)
class EnterpriseFilter:
    """What somebody looks for. Empty fields ask for nothing; whoever is merged or deregistered is left out unless the
    status asks for it. ``region`` and ``unit`` are names as people write them, or codes and ids; ``section`` is a
    letter of GB/T 4754; ``quiet`` days without an interaction; ``held`` "with" or "without" a steward of now.
    """

    q: str = ""
    categories: tuple[EnterpriseCategory, ...] = ()
    statuses: tuple[EnterpriseStatus, ...] = ()
    sizes: tuple[EnterpriseSize, ...] = ()
    section: str = ""
    region: str = ""
    unit: str = ""
    tag: str = ""
    steward: str = ""
    held: str = ""
    quiet: int = 0
    is_unclaimed: bool = False


def enterprises(actor: Actor, wanted: EnterpriseFilter, now: datetime, *columns: Any) -> Select[Any]:
    """``columns`` of the enterprises that the actor may open and that answer to the filter, in no order yet."""
    return scope.visible_enterprises(actor).where(*conditions(wanted, now)).with_only_columns(*columns)


def conditions(wanted: EnterpriseFilter, now: datetime) -> list[ColumnElement[bool]]:
    """The filter as conditions that must all hold."""
    found: list[ColumnElement[bool]] = [Enterprise.merged_into_id.is_(None)]
    if wanted.statuses:
        found.append(Enterprise.status.in_(wanted.statuses))
    else:
        found.append(Enterprise.status != EnterpriseStatus.DEREGISTERED)
    if wanted.categories:
        found.append(Enterprise.category.in_(wanted.categories))
    if wanted.sizes:
        found.append(Enterprise.size.in_(wanted.sizes))
    if wanted.quiet:
        found.append(Enterprise.quiet_since < now - timedelta(days=wanted.quiet))
    if wanted.is_unclaimed:
        found.append(Enterprise.claimed_at.is_(None))
    if wanted.q:
        found.append(search.named(wanted.q))
    if wanted.section:
        found.append(_trading_in(wanted.section))
    return [*found, *_related(wanted)]


def _trading_in(section: str) -> ColumnElement[bool]:
    """The section's divisions follow one another (GB/T 4754): one range of codes, which the database can estimate."""
    codes = sorted(divisions_of(section))
    if not codes:
        return false()
    return and_(Enterprise.industry >= codes[0], Enterprise.industry < f"{int(codes[-1]) + 1:02d}")


def _related(wanted: EnterpriseFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.region:
        found.append(_within(wanted.region))
    if wanted.unit:
        found.append(_owned_by(wanted.unit))
    if wanted.tag:
        tagged = select(Tag.enterprise_id).where(Tag.label == wanted.tag, Tag.ended_at.is_(None))
        found.append(Enterprise.id.in_(tagged))
    if wanted.steward:
        found.append(Enterprise.id.in_(_looked_after(User.name == wanted.steward)))
    if wanted.held:
        main = select(Stewardship.id).where(
            Stewardship.enterprise_id == Enterprise.id, Stewardship.kind == StewardshipKind.MAIN,
            Stewardship.ended_at.is_(None),
        )
        found.append(main.exists() if wanted.held == "with" else ~main.exists())
    return found


def _looked_after(by: ColumnElement[bool]) -> Select[Any]:
    rows = select(Stewardship.enterprise_id).join(User, User.id == Stewardship.steward_id)
    return rows.where(by, Stewardship.ended_at.is_(None))


def _within(region: str) -> ColumnElement[bool]:
    """The subtree of every region of that code or name: read first, so that the database plans with real paths."""
    paths = db.session.scalars(select(Region.path).where(or_(Region.code == region, Region.name == region)).limit(20))
    below = [scope.is_below(path) for path in paths]
    return Enterprise.region_id.in_(select(Region.id).where(or_(*below))) if below else false()


def _owned_by(unit: str) -> ColumnElement[bool]:
    if unit.isdecimal():
        return Enterprise.owner_unit_id == int(unit[:9])
    called = or_(Organisation.name == unit, Organisation.short_name == unit)
    ids = db.session.scalars(select(Organisation.id).where(called).limit(20)).all()
    return Enterprise.owner_unit_id.in_(ids)
