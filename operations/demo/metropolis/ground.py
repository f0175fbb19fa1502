"""The ground of the large demonstration: towns, villages and grids below its counties, and who governs them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.bulk import insert_rows, reserve_ids
from models.directory import Organisation, OrganisationKind, Region, RegionLevel
from operations.demo.metropolis.words import FIRST, SECOND, STREETS

TOWNS_A_COUNTY, VILLAGES_A_TOWN, GRIDS_A_VILLAGE = 30, 8, 3
SMALL_TOWNS_A_COUNTY = 3  # enough ground for a few hundred firms
KIND = {RegionLevel.COUNTY: OrganisationKind.GOVERNMENT, RegionLevel.TOWN: OrganisationKind.TOWN}
BELOW = {RegionLevel.TOWN: RegionLevel.VILLAGE, RegionLevel.VILLAGE: RegionLevel.GRID}


@dataclass(frozen=True, slots=True)
class Place:
    """A grid, with the town whose people know it."""

    id: int
    path: str
    code: str
    town_id: int
    town_name: str
    county_name: str


@dataclass(frozen=True, slots=True)
class _Spot:
    id: int
    code: str
    name: str
    path: str


def lay_out(chance: random.Random, *, is_large: bool) -> list[Place]:
    """Make the ground; returns its grids. County by county, each level one statement."""
    counties = [_Spot(*row) for row in db.session.execute(
        sa.select(Region.id, Region.code, Region.name, Region.path).where(Region.level == RegionLevel.COUNTY)
        .order_by(Region.code)
    )]
    towns_each = TOWNS_A_COUNTY if is_large else SMALL_TOWNS_A_COUNTY
    places = []
    for county in counties:
        # Codes from 301 on: the demonstration's own towns keep theirs.
        towns = _below([county], RegionLevel.TOWN, towns_each, chance, first=301)
        villages = _below(towns, RegionLevel.VILLAGE, VILLAGES_A_TOWN, chance)
        grids = _below(villages, RegionLevel.GRID, GRIDS_A_VILLAGE, chance)
        of_town = {town.code: town for town in towns}
        places += [_place(grid, of_town[grid.code[:9]], county) for grid in grids]
    _govern(counties, places)
    return places


def _place(grid: _Spot, town: _Spot, county: _Spot) -> Place:
    return Place(grid.id, grid.path, grid.code, town.id, town.name, county.name)


def _below(above: Sequence[_Spot], level: RegionLevel, each: int, chance: random.Random, first: int = 1) -> list[_Spot]:
    ids = iter(reserve_ids(db.session.connection(), _table(Region), len(above) * each))
    rows, made = [], []
    for parent in above:
        for number in range(first, first + each):
            own = next(ids)
            spot = _Spot(own, f"{parent.code}{number:03d}", _name(level, number, chance), f"{parent.path}{own}/")
            made.append(spot)
            rows.append({"id": own, "code": spot.code, "name": spot.name, "level": level, "parent_id": parent.id,
                         "path": spot.path})
    insert_rows(db.session.connection(), _table(Region), rows)
    return made


def _name(level: RegionLevel, number: int, chance: random.Random) -> str:
    if level is RegionLevel.GRID:
        return f"第{number}网格"
    called = chance.choice(FIRST) + chance.choice(SECOND)
    if level is RegionLevel.TOWN:
        return f"{called}{chance.choice(('街道', '镇'))}"
    return f"{called}{chance.choice(STREETS)}{chance.choice(('社区', '村'))}"


def _govern(counties: Sequence[_Spot], places: Sequence[Place]) -> None:
    """A government for each county that has none, and an office for each new town."""
    governed = set(db.session.scalars(
        sa.select(Organisation.region_id).where(Organisation.kind == OrganisationKind.GOVERNMENT)
    ))
    city = db.session.execute(
        sa.select(Organisation.id, Organisation.path).join(Region, Region.id == Organisation.region_id)
        .where(Organisation.kind == OrganisationKind.GOVERNMENT, Region.level == RegionLevel.CITY)
    ).first()
    above = (city.id, city.path) if city else (None, "/")
    missing = [(c.id, f"{c.name}人民政府", f"{c.name}政府", KIND[RegionLevel.COUNTY])
               for c in counties if c.id not in governed]
    # Two towns of one county may draw the same name: their offices say which by number.
    towns = {place.town_id: place for place in places}.values()
    offices = [(t.town_id, f"{t.county_name}{t.town_name}办事处（{t.code[6:9]}）", t.town_name, KIND[RegionLevel.TOWN])
               for t in towns]
    _found([*missing, *offices], above)


def _found(units: Sequence[tuple[int, str, str, OrganisationKind]], above: tuple[int | None, str]) -> None:
    ids = reserve_ids(db.session.connection(), _table(Organisation), len(units))
    rows = [
        {"id": own, "name": name, "short_name": short[:32], "kind": kind, "region_id": region,
         "parent_id": above[0], "path": f"{above[1]}{own}/"}
        for own, (region, name, short, kind) in zip(ids, units, strict=True)
    ]
    insert_rows(db.session.connection(), _table(Organisation), rows)


def _table(model: Any) -> Any:
    return model.__table__
