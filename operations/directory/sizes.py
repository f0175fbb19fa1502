"""规模: large, medium, small or micro, by 统计上大中小微型企业划分办法(2017), from staff, revenue and assets."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from models.directory import EnterpriseSize

GRADES = (EnterpriseSize.LARGE, EnterpriseSize.MEDIUM, EnterpriseSize.SMALL)
X, Y, Z = "staff_count", "revenue", "assets"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lower bounds of large, medium and small for each measure that counts; amounts in 万元."""

    of: Mapping[str, tuple[int, int, int]]


def _bounds(**of: tuple[int, int, int]) -> Bounds:
    return Bounds(of)


_INDUSTRY = _bounds(staff_count=(1000, 300, 20), revenue=(40000, 2000, 300))
_WHOLESALE = _bounds(staff_count=(200, 20, 5), revenue=(40000, 5000, 1000))
_RETAIL = _bounds(staff_count=(300, 50, 10), revenue=(20000, 500, 100))
_TRANSPORT = _bounds(staff_count=(1000, 300, 20), revenue=(30000, 3000, 200))
_STORAGE = _bounds(staff_count=(200, 100, 20), revenue=(30000, 1000, 100))
_POST = _bounds(staff_count=(1000, 300, 20), revenue=(30000, 2000, 100))
_LODGING = _bounds(staff_count=(300, 100, 10), revenue=(10000, 2000, 100))
_CARRIAGE_OF_NEWS = _bounds(staff_count=(2000, 100, 10), revenue=(100000, 1000, 100))
_SOFTWARE = _bounds(staff_count=(300, 100, 10), revenue=(10000, 1000, 50))
_ESTATE = _bounds(revenue=(200000, 1000, 100), assets=(10000, 5000, 2000))
_LEASING = _bounds(staff_count=(300, 100, 10), assets=(120000, 8000, 100))
_OTHER = _bounds(staff_count=(300, 100, 10))
# By division (two digits) of GB/T 4754. A division that the rule does not name counts by staff alone; farming by
# revenue, building by revenue and assets.
BY_DIVISION: dict[range, Bounds] = {
    range(1, 6): _bounds(revenue=(20000, 500, 50)),
    range(6, 47): _INDUSTRY,
    range(47, 51): _bounds(revenue=(80000, 6000, 300), assets=(80000, 5000, 300)),
    range(51, 52): _WHOLESALE,
    range(52, 53): _RETAIL,
    range(53, 59): _TRANSPORT,
    range(59, 60): _STORAGE,
    range(60, 61): _POST,
    range(61, 63): _LODGING,
    range(63, 65): _CARRIAGE_OF_NEWS,
    range(65, 66): _SOFTWARE,
    range(70, 71): _ESTATE,
    range(71, 73): _LEASING,
}


def size_of(facts: Any) -> EnterpriseSize:
    """规模 of anything with ``industry``, ``staff_count``, ``revenue`` and ``assets``.

    A grade needs all of its lower bounds; UNKNOWN while the industry or a measure that counts is not known.
    """
    division = facts.industry[:2]
    if not division.isdecimal():
        return EnterpriseSize.UNKNOWN
    bounds = _bounds_of(int(division))
    measures: dict[str, int | Decimal | None] = {name: getattr(facts, name) for name in bounds.of}
    if None in measures.values():
        return EnterpriseSize.UNKNOWN
    for place, grade in enumerate(GRADES):
        if all((measures[name] or 0) >= lowest[place] for name, lowest in bounds.of.items()):
            return grade
    return EnterpriseSize.MICRO


@cache
def _bounds_of(division: int) -> Bounds:
    return next((bounds for divisions, bounds in BY_DIVISION.items() if division in divisions), _OTHER)
