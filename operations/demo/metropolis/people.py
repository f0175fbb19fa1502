"""The stewards of the large demonstration: accounts, posts and what the directory says of them."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.bulk import insert_rows, reserve_ids
from models.directory import Organisation, OrganisationKind, Steward, StewardClass
from operations.demo.metropolis.ground import Place
from operations.demo.metropolis.words import person

CAPACITY = 60
ACTIVATED = 0.92
USERNAME = "guanjia{:05d}"


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A steward and the grid they know."""

    user_id: int
    place: Place
    is_active: bool


def employ(chance: random.Random, count: int, places: Sequence[Place], hashed: str) -> list[OnDuty]:
    """``count`` stewards, dealt over the grids in turn; all with the demonstration's password."""
    towns = sa.select(Organisation.region_id, Organisation.id).where(Organisation.kind == OrganisationKind.TOWN)
    offices = {town: office for town, office in db.session.execute(towns)}
    connection, now = db.session.connection(), clock.now()
    ids = reserve_ids(connection, User.__table__, count)
    dealt = chance.sample(places, len(places))
    duties = [OnDuty(own, dealt[n % len(dealt)], chance.random() < ACTIVATED) for n, own in enumerate(ids)]
    began = now - timedelta(days=400)
    insert_rows(connection, User.__table__, [
        {"id": duty.user_id, "username": USERNAME.format(n), "name": person(chance),
         "phone": f"139{20_000_000 + n:08d}",
         "password_hash": hashed, "is_active": True, "created_at": began,
         "first_signed_in_at": began if duty.is_active else None}
        for n, duty in enumerate(duties, start=1)
    ])
    posts = reserve_ids(connection, Post.__table__, count)
    insert_rows(connection, Post.__table__, [
        {"id": own, "user_id": duty.user_id, "role": Role.STEWARD, "organisation_id": offices[duty.place.town_id],
         "region_id": duty.place.town_id, "title": "企业管家", "rank": 9, "started_at": began}
        for own, duty in zip(posts, duties, strict=True)
    ])
    insert_rows(connection, Steward.__table__, [
        {"user_id": duty.user_id, "owner_unit_id": offices[duty.place.town_id], "steward_class": StewardClass.TOWN,
         "position": "网格管家", "grid_id": duty.place.id, "capacity": CAPACITY, "registered_at": began}
        for duty in duties
    ])
    return duties


def by_town(duties: Sequence[OnDuty]) -> dict[int, list[OnDuty]]:
    """The stewards of each town."""
    found: dict[int, list[OnDuty]] = defaultdict(list)
    for duty in duties:
        found[duty.place.town_id].append(duty)
    return found
