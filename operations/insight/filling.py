"""填报情况: per unit that reports, what it should have reported and has, and the list behind every figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import add
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, func, literal_column, select

from models import clock
from models.access import Role, User
from models.base import db
from models.directory import (
    Enterprise,
    Organisation,
    OrganisationKind,
    Region,
    Steward,
    Stewardship,
)
from models.engagement import Interaction
from models.insight import FillingReminder, FillingSnapshot, FillingTarget
from operations.access.actor import Actor
from operations.clocks.calendar import SHANGHAI
from operations.errors import NotFound
from operations.insight import dated
from operations.insight.keyset import TOP, Page, Place, paged

READERS = (Role.SUPERVISOR, Role.CLERK, Role.LEADER, Role.REGISTRAR)
ABOVE = (Role.SUPERVISOR, Role.CLERK, Role.LEADER)
PERIOD_DAYS = 30
WEEKS_SHOWN = 12
SHOWN = 25
# As the index ix_enterprises_live has it: without parameters that would hide it from a planner.
LIVE = literal_column("enterprises.status <> 'deregistered' AND enterprises.merged_into_id IS NULL", sa.Boolean)
IS_MAIN = and_(
    Stewardship.enterprise_id == Enterprise.id,
    literal_column("stewardships.kind = 'main' AND stewardships.ended_at IS NULL", sa.Boolean),
)
FIGURES = ("enterprises", "matched", "stewards", "active", "silent")


@dataclass(slots=True)
class Counts:
    """The figures of one unit, or of several together. ``…_due`` is None where no target is set."""

    enterprises: int = 0
    matched: int = 0
    stewards: int = 0
    active: int = 0
    silent: int = 0
    enterprises_due: int | None = None
    stewards_due: int | None = None

    @property
    def unmatched(self) -> int:
        """Enterprises that have no 主管家."""
        return self.enterprises - self.matched

    @property
    def is_behind(self) -> bool:
        """Whether less is there than should be."""
        short = [due is not None and have < due for have, due in (
            (self.enterprises, self.enterprises_due), (self.stewards, self.stewards_due)
        )]
        return any(short)

    def __add__(self, other: "Counts") -> "Counts":
        totals = {name: getattr(self, name) + getattr(other, name) for name in FIGURES}
        for name in ("enterprises_due", "stewards_due"):
            due = [one for one in (getattr(self, name), getattr(other, name)) if one is not None]
            totals[name] = sum(due) if due else None
        return Counts(**totals)


@dataclass(slots=True)
class Unit:
    """A unit that reports: ``members`` are the ids of the organisations that report to it, its own included.

    ``counted_at``: when its enterprises were counted; None for just now.
    """

    id: int
    name: str
    short_name: str
    region_path: str
    members: list[int]
    counts: Counts
    reminded_on: date | None = None
    counted_at: datetime | None = None


def percent(part: int, whole: int | None) -> str:
    """``98.2%``; nothing where there is no whole."""
    return f"{100 * part / whole:.1f}%" if whole else "—"


def units(actor: Actor | None) -> list[Unit]:
    """Every unit that reports and that the actor may see (None: all), by place, without figures.

    What belongs to a bureau with a line reports to it; whoever else, a town for one, to the government of its ground.
    """
    organisations = db.session.execute(
        select(
            Organisation.id, Organisation.name, Organisation.short_name, Organisation.kind, Organisation.line,
            Organisation.path, Region.path.label("region_path"),
        )
        .join(Region, Region.id == Organisation.region_id)
        .order_by(Region.code, Organisation.line.is_not(None), Organisation.id)
    ).all()
    reporting: dict[int, Unit] = {}
    bureaux: dict[str, Unit] = {}
    governments: dict[str, Unit] = {}
    for row in organisations:
        if row.line is not None or row.kind is OrganisationKind.GOVERNMENT:
            unit = reporting[row.id] = Unit(row.id, row.name, row.short_name, row.region_path, [], Counts())
            if row.line is not None:
                bureaux[row.path] = unit
            else:
                governments.setdefault(row.region_path, unit)
    for row in organisations:
        nearest = reporting.get(row.id) or _nearest(row.path, bureaux) or _nearest(row.region_path, governments)
        if nearest:
            nearest.members.append(row.id)
    return [unit for unit in reporting.values() if actor is None or _sees(actor, unit)]


def figures(actor: Actor | None, *, is_exact: bool = False) -> list[Unit]:
    """填报情况: the units with their figures; seven statements, whatever their number.

    Enterprises of a large directory are as they were counted a few minutes ago, unless it must be exact.
    """
    found = units(actor)
    _fill(found, is_exact=is_exact)
    return found


def total(found: Sequence[Unit]) -> Counts:
    """All units together; what they should have only where each of them has a target."""
    counts = reduce(add, (unit.counts for unit in found), Counts())
    for name in ("enterprises_due", "stewards_due"):
        if any(getattr(unit.counts, name) is None for unit in found):
            setattr(counts, name, None)
    return counts


def get(actor: Actor, unit_id: int, *, is_exact: bool = False) -> Unit:
    """The unit with its figures; NotFound when it does not report, or is not the actor's to see."""
    for unit in units(actor):
        if unit.id == unit_id:
            _fill([unit], is_exact=is_exact)
            return unit
    raise NotFound


def trend(found: Sequence[Unit]) -> Sequence[Any]:
    """The latest weekly snapshots of these units together, the newest first."""
    sums = [func.sum(getattr(FillingSnapshot, name)).label(name) for name in (*FIGURES, "enterprises_due")]
    rows = select(FillingSnapshot.week, *sums).where(FillingSnapshot.unit_id.in_([unit.id for unit in found]))
    rows = rows.group_by(FillingSnapshot.week).order_by(FillingSnapshot.week.desc()).limit(WEEKS_SHOWN)
    return db.session.execute(rows).all()


def enterprises_behind(unit: Unit, figure: str, place: Place = TOP) -> Page:
    """The enterprises that a figure counts: all, matched or unmatched; the longest silent first."""
    has_one = Stewardship.enterprise_id.is_not(None)
    conditions = {"enterprises": sa.true(), "matched": has_one, "unmatched": ~has_one}
    rows: Any = (
        select(
            Enterprise.id, Enterprise.name, Enterprise.credit_code, Enterprise.category, Enterprise.status,
            Enterprise.contact_phone, Region.name.label("region"), User.name.label("steward"),
        )
        .join(Region, Region.id == Enterprise.region_id)
        .outerjoin(Stewardship, IS_MAIN)
        .outerjoin(User, User.id == Stewardship.steward_id)
        .where(LIVE, Enterprise.owner_unit_id.in_(unit.members), conditions[figure])
    )
    return paged(rows, Enterprise.quiet_since, Enterprise.id, size=SHOWN, place=place)


def stewards_behind(unit: Unit, figure: str, place: Place = TOP) -> Page:
    """The stewards that a figure counts: all, active or silent; the longest registered first."""
    active = _is_active(clock.now())
    conditions = {"stewards": sa.true(), "active": active, "silent": ~active}
    looks_after = select(Stewardship.id).where(
        Stewardship.steward_id == Steward.user_id, Stewardship.ended_at.is_(None)
    )
    rows: Any = (
        select(
            Steward.user_id, User.name, User.phone, User.first_signed_in_at, Organisation.short_name.label("unit"),
            looks_after.exists().label("looks_after"),
        )
        .join(User, User.id == Steward.user_id)
        .join(Organisation, Organisation.id == Steward.owner_unit_id)
        .where(Steward.left_at.is_(None), Steward.owner_unit_id.in_(unit.members), conditions[figure])
    )
    return paged(rows, Steward.registered_at, Steward.user_id, size=SHOWN, place=place)


def _fill(found: list[Unit], *, is_exact: bool) -> None:
    moment = clock.now()
    by_member = {member: unit for unit in found for member in unit.members}
    members = list(by_member)
    at = None if is_exact else dated.counted_at(moment)
    rows = dated.by_owner(("enterprises", "matched"), members) if at else _enterprise_counts(members)
    for row in db.session.execute(rows):
        unit = by_member[row.owner_unit_id]
        unit.counts += Counts(enterprises=row.enterprises, matched=row.matched)
    for row in db.session.execute(_steward_counts(members, moment)):
        unit = by_member[row.owner_unit_id]
        unit.counts += Counts(stewards=row.stewards, active=row.active, silent=row.silent)
    targets, reminders = _targets(moment), _reminders()
    for unit in found:
        due = targets.get(unit.id)
        if due is not None:
            unit.counts.enterprises_due, unit.counts.stewards_due = due
        unit.reminded_on, unit.counted_at = reminders.get(unit.id), at


def _nearest(path: str, reporting: dict[str, Unit]) -> Unit | None:
    while path and path != "/":
        if path in reporting:
            return reporting[path]
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return None


def _sees(actor: Actor, unit: Unit) -> bool:
    return any(
        unit.region_path.startswith(post.region_path) if post.role in ABOVE else post.unit_id == unit.id
        for post in actor.posts_as(*READERS)
    )


def _enterprise_counts(members: list[int]) -> Any:
    """Live enterprises and those with a 主管家, by owner."""
    return (
        select(
            Enterprise.owner_unit_id,
            func.count().label("enterprises"),
            func.count(Stewardship.enterprise_id).label("matched"),
        )
        .outerjoin(Stewardship, IS_MAIN)
        .where(LIVE, Enterprise.owner_unit_id.in_(members))
        .group_by(Enterprise.owner_unit_id)
    )


def _steward_counts(members: list[int], now: datetime) -> Any:
    """Registered, active and silent stewards, by the unit that reported them."""
    active = _is_active(now)
    return (
        select(
            Steward.owner_unit_id,
            func.count().label("stewards"),
            func.count().filter(active).label("active"),
            func.count().filter(~active).label("silent"),
        )
        .join(User, User.id == Steward.user_id)
        .where(Steward.left_at.is_(None), Steward.owner_unit_id.in_(members))
        .group_by(Steward.owner_unit_id)
    )


def _is_active(now: datetime) -> ColumnElement[bool]:
    """激活: has signed in, and has an interaction in the last 30 days."""
    since = now - timedelta(days=PERIOD_DAYS)
    lately = select(Interaction.id).where(Interaction.steward_id == Steward.user_id, Interaction.occurred_at >= since)
    return and_(User.first_signed_in_at.is_not(None), lately.exists())


def _targets(now: datetime) -> dict[int, tuple[int, int]]:
    year = now.astimezone(SHANGHAI).year
    rows = select(FillingTarget.unit_id, FillingTarget.enterprises, FillingTarget.stewards)
    rows = rows.where(FillingTarget.year == year).order_by(FillingTarget.id)
    return {row.unit_id: (row.enterprises, row.stewards) for row in db.session.execute(rows)}


def _reminders() -> dict[int, date]:
    rows = select(FillingReminder.unit_id, func.max(FillingReminder.day)).group_by(FillingReminder.unit_id)
    return {unit_id: day for unit_id, day in db.session.execute(rows)}
