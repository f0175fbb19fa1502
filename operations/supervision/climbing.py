"""Who holds the levels of a refusal: posts and the organisation tree at this moment (domain.md §2, §6)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, or_, select

from models.access import Post, Role
from models.base import db
from models.clocks import ClockKind
from models.directory import Organisation, OrganisationKind
from models.refusals import Endorsement, Refusal, RefusalLevel

L = RefusalLevel
# The role of each level, and whether it is the head of the organisation (rank 1) or somebody behind.
SEATS: dict[RefusalLevel, tuple[Role, bool]] = {
    L.DEPUTY: (Role.UNIT_LEADER, False),
    L.HEAD: (Role.UNIT_LEADER, True),
    L.VICE_MAYOR: (Role.LEADER, False),
    L.MAYOR: (Role.LEADER, True),
    L.SECRETARY: (Role.LEADER, True),
}
IN_THE_UNIT = (L.SECTION, L.DEPUTY, L.HEAD)


@dataclass(frozen=True, slots=True)
class Desk:
    """One level as it is held now: in which organisation, and by whom. Nobody: it is vacant."""

    level: RefusalLevel
    unit_id: int | None
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """How a refusal climbs on: over the vacant levels to the next that is held; ``to`` None: nobody is above."""

    passed: list[Desk] = field(default_factory=list)
    to: Desk | None = None


def desks(unit: Organisation, *, without: Collection[int | None] = ()) -> dict[RefusalLevel, Desk]:
    """Every level above the section of ``unit`` with who holds it, those ``without`` left out: nobody signs twice."""
    houses = _houses(unit)
    posts = select(Post.organisation_id, Post.role, Post.rank, Post.user_id).where(
        Post.organisation_id.in_({house for house in houses.values() if house}), Post.ended_at.is_(None),
        Post.role.in_({role for role, _ in SEATS.values()}),
    )
    rows = db.session.execute(posts.order_by(Post.rank, Post.id)).all()
    found = {}
    for level, (role, is_head) in SEATS.items():
        seated = (row for row in rows if row.organisation_id == houses[level] and row.role is role)
        people = (row.user_id for row in seated if (row.rank == 1) is is_head and row.user_id not in without)
        found[level] = Desk(level, houses[level], tuple(dict.fromkeys(people)))
    return found


def way_up(found: dict[RefusalLevel, Desk], above: RefusalLevel) -> Way:
    """The way from a level to the next one that somebody holds."""
    passed: list[Desk] = []
    for desk in (found[level] for level in RefusalLevel if level.place > above.place):
        if desk.people:
            return Way(passed, desk)
        passed.append(desk)
    return Way()


def clock_of(level: RefusalLevel) -> ClockKind:
    """Its clock: a unit that lets it lapse is supervised, a leader above it reminded."""
    return ClockKind.REFUSAL_LEVEL if level in IN_THE_UNIT else ClockKind.GOVERNMENT_LEVEL


def seated_at(user_id: int | None) -> ColumnElement[bool]:
    """The condition on ``endorsements`` and ``refusals``: this person holds the open level and has not signed yet."""
    seats = or_(*(
        and_(Endorsement.level == level, Post.role == role, (Post.rank == 1) if is_head else (Post.rank != 1))
        for level, (role, is_head) in SEATS.items()
    ))
    held = select(Post.id).where(
        Post.user_id == user_id, Post.organisation_id == Endorsement.unit_id, Post.ended_at.is_(None), seats
    )
    before = Endorsement.__table__.alias("before")
    signed = select(before.c.id).where(before.c.refusal_id == Refusal.id, before.c.decided_by_id == user_id)
    return held.exists() & ~signed.exists() & Endorsement.decided_at.is_(None)


def reviewers(office_id: int) -> list[int]:
    """The supervisors of the office that holds the joint review."""
    rows = select(Post.user_id).where(Post.organisation_id == office_id, Post.role == Role.SUPERVISOR,
                                      Post.ended_at.is_(None))
    return list(db.session.scalars(rows))


def _houses(unit: Organisation) -> dict[RefusalLevel, int | None]:
    """The organisation of each level: the bureau of a window, the government above it, the party committee there."""
    ids = [int(part) for part in unit.path.split("/") if part]
    above = {row.id: row for row in db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)))}
    line = [above[one] for one in reversed(ids)]
    bureau = next((row for row in line if row.kind is not OrganisationKind.WINDOW), unit)
    government = next((row for row in _above(line, bureau) if row.kind is OrganisationKind.GOVERNMENT), None)
    party = _party(government)
    own = {L.DEPUTY: bureau.id, L.HEAD: bureau.id}
    seat = government.id if government else None
    return {**own, L.VICE_MAYOR: seat, L.MAYOR: seat, L.SECRETARY: party}


def _above(line: list[Organisation], bureau: Organisation) -> Iterator[Organisation]:
    return iter(line[line.index(bureau) + 1 :])


def _party(government: Organisation | None) -> int | None:
    if government is None:
        return None
    rows = select(Organisation.id).where(
        Organisation.region_id == government.region_id, Organisation.kind == OrganisationKind.PARTY
    )
    return db.session.scalar(rows.order_by(Organisation.id).limit(1))
