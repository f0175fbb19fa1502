"""The enterprises of the large demonstration, as plain rows."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from models.directory import EnterpriseCategory, EnterpriseKind, EnterpriseSize, EnterpriseStatus
from operations.demo.metropolis.ground import Place
from operations.demo.metropolis.words import CROPS, SHOPS, STREETS, TITLES, TRADES, person, short_names
from operations.directory.names import check_sign, initials_of
from operations.directory.ownership import Owners

C, K, S, Z = EnterpriseCategory, EnterpriseKind, EnterpriseStatus, EnterpriseSize
# Category, share of the city, prefix of the credit code, kind, size.
CLASSES = (
    (C.SOLE_TRADER, 0.55, "92", K.SOLE_TRADER, Z.MICRO),
    (C.GENERAL, 0.36, "91", K.COMPANY, Z.SMALL),
    (C.COOPERATIVE, 0.03, "93", K.COOPERATIVE, Z.MICRO),
    (C.INDUSTRY, 0.02, "91", K.COMPANY, Z.MEDIUM),
    (C.COMMERCE, 0.02, "91", K.COMPANY, Z.MEDIUM),
    (C.SERVICES, 0.015, "91", K.COMPANY, Z.MEDIUM),
    (C.KEY_PROJECT, 0.005, "91", K.COMPANY, Z.LARGE),
)
STATUSES, OFTEN = (S.OPERATING, S.SUSPENDED, S.PREPARING, S.DEREGISTERED), (0.94, 0.03, 0.02, 0.01)
INDUSTRIES = ("13", "26", "31", "33", "34", "35", "38", "48", "51", "52", "54", "61", "62", "65", "72", "80")
STAFF = {Z.MICRO: (1, 9), Z.SMALL: (10, 200), Z.MEDIUM: (300, 900), Z.LARGE: (1000, 4000)}
SOURCE = "演示数据"


class Firms:
    """Draws rows of enterprises; what each needs to know is read once."""

    def __init__(self, chance: random.Random, places: Sequence[Place], names: Sequence[str], now: datetime) -> None:
        self.chance, self.places, self.now = chance, places, now
        self.names, self.owners = short_names(chance, names), Owners()
        self.classes, self.weights = list(CLASSES), [row[1] for row in CLASSES]
        self.owned: dict[tuple[EnterpriseCategory, int], int | None] = {}

    def rows(self, ids: Sequence[int]) -> Iterator[tuple[dict[str, Any], Place]]:
        """One row for each id, with the ground it stands on."""
        for own in ids:
            place = self.chance.choice(self.places)
            yield self._row(own, place), place

    def _row(self, own: int, place: Place) -> dict[str, Any]:
        chance = self.chance
        category, _, prefix, kind, size = chance.choices(self.classes, self.weights)[0]
        short = next(self.names)
        name = self._full_name(kind, short, place)
        created = self.now - timedelta(days=chance.randrange(30, 400))
        staff = chance.randint(*STAFF[size])
        return {
            "id": own, "credit_code": _code(prefix, place.code[:6], own), "name": name, "short_name": short,
            "initials": initials_of(name), "kind": kind, "category": category,
            "status": chance.choices(STATUSES, OFTEN)[0], "region_id": place.id,
            "owner_unit_id": self._owner(category, place),
            "address": f"{place.county_name}{place.town_name}{chance.choice(STREETS)}路{chance.randrange(1, 400)}号",
            "industry": chance.choice(INDUSTRIES), "size": size, "staff_count": staff,
            "revenue": Decimal(staff * chance.randrange(5, 90)), "founded_on": date(chance.randrange(1995, 2025), 5, 1),
            "legal_representative": person(chance), "contact_name": f"{person(chance)} {chance.choice(TITLES)}",
            "contact_phone": f"138{own % 100_000_000:08d}", "has_green_card": category is C.KEY_PROJECT,
            "source": SOURCE, "quiet_since": created, "created_at": created,
        }

    def _full_name(self, kind: EnterpriseKind, short: str, place: Place) -> str:
        match kind:
            case EnterpriseKind.SOLE_TRADER:
                return f"{place.county_name}{short}{self.chance.choice(SHOPS)}"
            case EnterpriseKind.COOPERATIVE:
                return f"{place.county_name}{short}{self.chance.choice(CROPS)}专业合作社"
            case _:
                return f"云州{short}{self.chance.choice(TRADES)}有限公司"

    def _owner(self, category: EnterpriseCategory, place: Place) -> int | None:
        key = (category, place.town_id)
        if key not in self.owned:
            self.owned[key] = self.owners.of(category, place.path)
        return self.owned[key]


def _code(prefix: str, region: str, number: int) -> str:
    """A credit code with a right check sign; the nine signs of the body tell the number."""
    body = f"{prefix}{region}MC{number % 10_000_000:07d}"
    return body + check_sign(body)
