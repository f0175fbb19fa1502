"""区划: what a file says of the tree, what it would change, and the change; no code is ever deleted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Text, cast, literal, select, update
from sqlalchemy.orm import aliased

from models.access import Role
from models.base import db
from models.bulk import insert_rows, update_rows
from models.directory import Region, RegionLevel
from models.supervision import Supervision
from models.tickets import Ticket
from operations import log
from operations.access.actor import Actor
from operations.base import operation
from operations.clocks import shanghai
from operations.directory.region_rows import Place, Problem, problems_of
from operations.errors import NotAllowed

LEVELS = tuple(RegionLevel)
ADMINISTRATORS = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR)
CHANGING = (Role.SYSTEM, *ADMINISTRATORS)


@dataclass(slots=True)
class Change:
    """One code and what would become of it; ``before`` and ``after`` are names or codes of the region above."""

    code: str
    name: str
    before: str = ""
    after: str = ""


@dataclass(slots=True)
class Plan:
    """What a file would change. ``known`` rows say what is there already; ``bad`` ones are left out."""

    on: date
    added: list[Place] = field(default_factory=list)
    renamed: list[Change] = field(default_factory=list)
    moved: list[Change] = field(default_factory=list)
    reopened: list[Change] = field(default_factory=list)
    closed: list[Change] = field(default_factory=list)
    known: int = 0
    bad: list[Problem] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many codes would change."""
        return len({
            *(place.code for place in self.added),
            *(change.code for kind in (self.renamed, self.moved, self.reopened, self.closed) for change in kind),
        })


def plan(places: Sequence[Place], *, on: date | None = None, closes_missing: bool = False) -> Plan:
    """对照：what the rows would change on the day ``on`` (today). Two statements, nothing is written.

    ``closes_missing``: codes of the standard that lie below the file's uppermost ones, stand at a level that the file
    lists, and are not in it, end on that day. Local codes, which have letters, are never closed by a file.
    """
    there = {region.code: region for region in db.session.scalars(select(Region))}
    codes = {region.id: region.code for region in there.values()}
    found = Plan(on or shanghai.today())
    found.bad = problems_of(places, {code: region.level for code, region in there.items()})
    bad = {problem.row for problem in found.bad}
    good = [place for place in places if place.row not in bad]
    for place in good:
        region = there.get(place.code)
        if region is None:
            found.added.append(place)
        else:
            _compare(found, place, region, codes.get(region.parent_id or 0, ""))
    if closes_missing:
        found.closed = _missing(good, there)
    return found


@operation
def apply(found: Plan, *, actor: Actor) -> int:
    """更新区划：carry out a plan as it was shown. Returns how many codes changed; set by set, whatever the number.

    For administrators and the program itself. Raises NotAllowed.
    """
    standing = next(iter(actor.posts_as(*CHANGING)), None)
    if standing is None:
        raise NotAllowed
    if not found.count:
        return 0
    connection, table = db.session.connection(), Region.__table__
    for level in LEVELS:
        insert_rows(connection, table, [
            {"code": place.code, "name": place.name, "level": place.level, "path": "/", "valid_from": found.on}
            for place in found.added if place.level is level
        ])
    above = {place.code: place.parent for place in found.added} | {one.code: one.after for one in found.moved}
    _set(_parents(above), "parent_id")
    _set({change.code: change.after for change in found.renamed}, "name")
    _close(found.closed, found.on)
    _close(found.reopened, None)
    _renew_paths(follow=bool(found.moved))
    log.record("update_regions", object_type="region", object_id=None, actor=actor, standing=standing, details={
        "added": len(found.added), "renamed": len(found.renamed), "moved": len(found.moved),
        "reopened": len(found.reopened), "closed": len(found.closed), "on": found.on.isoformat(),
    })
    return found.count


def _compare(found: Plan, place: Place, region: Region, parent: str) -> None:
    changes = 0
    if region.name != place.name:
        found.renamed.append(Change(place.code, place.name, region.name, place.name))
        changes += 1
    if parent != place.parent:
        found.moved.append(Change(place.code, place.name, parent, place.parent))
        changes += 1
    if region.valid_to is not None:
        found.reopened.append(Change(place.code, place.name, f"{region.valid_to} 起停用"))
        changes += 1
    found.known += not changes


def _missing(places: Sequence[Place], there: dict[str, Region]) -> list[Change]:
    listed, levels = {place.code for place in places}, {place.level for place in places}
    tops = [there[place.code].path for place in places if place.parent not in listed and place.code in there]
    return [
        Change(region.code, region.name)
        for code, region in sorted(there.items())
        if code not in listed and code.isdecimal() and region.valid_to is None and region.level in levels
        and any(region.path.startswith(top) for top in tops)
    ]


def _parents(above: dict[str, str]) -> dict[str, int | None]:
    ids = {code: row_id for code, row_id in db.session.execute(select(Region.code, Region.id))}
    return {code: ids.get(parent) for code, parent in above.items()}


def _set(values: dict[str, str] | dict[str, int | None], column: str) -> None:
    rows = [{"code": code, column: value} for code, value in values.items()]
    update_rows(db.session.connection(), Region.__table__, rows, keys=["code"])


def _close(changes: Iterable[Change], day: date | None) -> None:
    codes = [change.code for change in changes]
    if codes:
        db.session.execute(update(Region).where(Region.code.in_(codes)).values(valid_to=day))


def _renew_paths(*, follow: bool) -> None:
    """Paths from the root downwards, a level at a time; tickets and supervisions repeat them and follow a move."""
    above = aliased(Region)
    number = cast(Region.id, Text)
    own = literal("/").concat(number).concat("/")
    db.session.execute(update(Region).where(Region.parent_id.is_(None), Region.path != own).values(path=own),
                       execution_options={"synchronize_session": False})
    for level in LEVELS[1:]:
        path = select(above.path.concat(number).concat("/")).where(above.id == Region.parent_id)
        path_of = path.correlate(Region).scalar_subquery()
        db.session.execute(
            update(Region).where(Region.level == level, Region.parent_id.is_not(None), Region.path != path_of)
            .values(path=path_of), execution_options={"synchronize_session": False},
        )
    if follow:
        new = select(Region.path).where(Region.id == Ticket.region_id).correlate(Ticket).scalar_subquery()
        db.session.execute(update(Ticket).where(Ticket.region_path != new).values(region_path=new),
                           execution_options={"synchronize_session": False})
        its = select(Ticket.region_path).where(Ticket.id == Supervision.ticket_id).correlate(Supervision)
        path_of = its.scalar_subquery()
        db.session.execute(update(Supervision).where(Supervision.region_path != path_of).values(region_path=path_of),
                           execution_options={"synchronize_session": False})
    db.session.expire_all()
