"""Whose inbox gets how much: the units that are told, the offices that issue, the leaders who are copied."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select

from models.access import Post, Role
from models.base import db
from models.directory import Organisation, Region
from models.supervision import Level
from operations.supervision import chain, ladder
from operations.supervision.what_if.living import Side

NOBODY_ISSUES = "当地没有签发机构"
KEEPERS = "企业管家和服务中心"


@dataclass(frozen=True, slots=True)
class _Readers:
    """How many of each unit read reminders, and how many of them orders; the leaders in charge with their ground."""

    of_unit: dict[int | None, tuple[int, int]]
    leaders: list[tuple[str, str, str]]

    def copies(self, region_path: str) -> int:
        """How many leaders a second order of this region is copied to."""
        return sum(region_path.startswith(path) for _, _, path in self.leaders)

    def heads(self, unit: int | None) -> int:
        """How many in the unit read an order: its leaders, or everybody where nobody leads it or above it."""
        everybody, heads = self.of_unit.get(unit, (1, 1))
        return heads or everybody


def told(old: Side, new: Side) -> dict[str, list[dict[str, Any]]]:
    """Before and after by unit, by issuing office and by leader in charge, where they differ most first."""
    places = set().union(*(set(counted) for side in (old, new) for counted in (side.warned, side.first, side.second)))
    units = {unit for unit, _ in places}
    readers = _Readers(_people(units), _leaders())
    names = _names(units) | {None: KEEPERS}
    return {
        "units": _beside("unit", *(_by_unit(side, readers, names) for side in (old, new))),
        "offices": _by_office(old, new, readers),
        "leaders": _beside("leader", *(_by_leader(side, readers) for side in (old, new))),
    }


def _by_unit(side: Side, readers: _Readers, names: dict[int | None, str]) -> dict[str, Counter[int]]:
    """Warned, first, second and the messages that these are to its people: columns 0 to 3."""
    found: dict[str, Counter[int]] = {}
    for column, counted in enumerate((side.warned, side.first, side.second)):
        for (unit, _), count in counted.items():
            row = found.setdefault(names.get(unit, KEEPERS), Counter({column: 0 for column in range(4)}))
            readers_of_it = readers.of_unit.get(unit, (1, 1))[0] if column == 0 else readers.heads(unit)
            row.update({column: count, 3: count * readers_of_it})
    return found


def _by_office(old: Side, new: Side, readers: _Readers) -> list[dict[str, Any]]:
    """First and second orders that each office issues, and the messages that these send, copies included."""
    offices = ladder.Offices()
    sides: list[dict[int | None, Counter[int]]] = []
    for side in (old, new):
        found: dict[int | None, Counter[int]] = {}
        for column, (level, counted) in enumerate(((Level.FIRST, side.first), (Level.SECOND, side.second))):
            for (unit, region_path), count in counted.items():
                row = found.setdefault(offices.issuer(region_path, level), Counter({0: 0, 1: 0, 2: 0}))
                copies = readers.copies(region_path) if level is Level.SECOND else 0
                row.update({column: count, 2: count * (readers.heads(unit) + copies)})
        sides.append(found)
    names = _names({office for side_found in sides for office in side_found}) | {None: NOBODY_ISSUES}
    return _beside("office", *({names[office]: row for office, row in found.items()} for found in sides))


def _by_leader(side: Side, readers: _Readers) -> dict[str, Counter[int]]:
    """Second orders copied to each leader in charge."""
    by_region: Counter[str] = Counter()
    for (_, region_path), count in side.second.items():
        by_region[region_path] += count
    return {
        f"{house}　{title}": Counter({0: sum(n for path, n in by_region.items() if path.startswith(ground))})
        for house, title, ground in readers.leaders
    }


def _beside(name: str, old: dict[str, Counter[int]], new: dict[str, Counter[int]]) -> list[dict[str, Any]]:
    """Both sides of each, the last column deciding what comes first."""
    columns = range(len(next(iter([*old.values(), *new.values()]), ())))
    rows: list[dict[str, Any]] = [
        {name: key, "old": [old.get(key, Counter())[column] for column in columns],
         "new": [new.get(key, Counter())[column] for column in columns]}
        for key in old | new
    ]
    rows.sort(key=lambda row: (-abs(row["new"][-1] - row["old"][-1]), -row["new"][-1], row[name]))
    return rows


def _names(units: Iterable[int | None]) -> dict[int | None, str]:
    rows = select(Organisation.id, Organisation.name).where(Organisation.id.in_([unit for unit in units if unit]))
    return {unit: name for unit, name in db.session.execute(rows)}


def _people(units: Iterable[int | None]) -> dict[int | None, tuple[int, int]]:
    """How many of each unit read reminders, and how many of them orders; a leaderless one's are read above it."""
    leads = func.count(Post.user_id.distinct()).filter(Post.role == Role.UNIT_LEADER)
    held = and_(Post.ended_at.is_(None), Post.role.in_([Role.CASE_OFFICER, Role.UNIT_LEADER]))
    rows = select(Post.organisation_id, func.count(Post.user_id.distinct()), leads).where(held)
    people: dict[int | None, tuple[int, int]] = {
        unit: (everybody, heads) for unit, everybody, heads in db.session.execute(rows.group_by(Post.organisation_id))
    }
    leaderless = [unit for unit in units if unit and not people.get(unit, (0, 0))[1]]
    for unit, above in chain.heads(leaderless).items():
        people[unit] = (people.get(unit, (0, 0))[0] + len(above), len(above))
    return people


def _leaders() -> list[tuple[str, str, str]]:
    """House, title and ground of each leader in charge."""
    rows = (
        select(Organisation.name, Post.title, Region.path)
        .join(Post, Post.organisation_id == Organisation.id).join(Region, Region.id == Post.region_id)
        .where(Post.role == Role.LEADER, Post.ended_at.is_(None)).order_by(Post.rank, Post.id)
    )
    return [(house, title or Role.LEADER.label, path) for house, title, path in db.session.execute(rows)]
