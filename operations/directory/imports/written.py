"""How a changed fact is written down: the text that FactChange keeps, made for many rows without a statement each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.base import db
from models.directory import EnterpriseStatus, Organisation, Region
from operations.directory.fact_kinds import ALL_FACTS, KEPT

MEASURES = ("industry", "staff_count", "revenue", "assets")


@dataclass(slots=True)
class Measured:
    """What decides the size, as it will stand."""

    industry: str
    staff_count: int | None
    revenue: Any
    assets: Any


class Writer:
    """Knows every region and unit; gathers in ``measured`` whose size must be reckoned anew."""

    def __init__(self) -> None:
        regions = db.session.execute(select(Region.id, Region.code, Region.name))
        units = db.session.execute(select(Organisation.id, Organisation.short_name))
        self.regions = {row.id: f"{row.code} {row.name}" for row in regions}
        self.units = {row.id: f"{row.id} {row.short_name}" for row in units}
        self.measured: dict[int, Measured] = {}

    def differences(self, row: Any, fields: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """Field, before, after: of a row with ``was_…`` and ``says_…`` columns."""
        is_unowned = row.was_owner_unit_id is None and row.says_owner_unit_id is not None
        for field in fields:
            was, says = getattr(row, f"was_{field}"), getattr(row, f"says_{field}")
            if says is None and field == "status" and is_unowned and was == EnterpriseStatus.DEREGISTERED:
                says = EnterpriseStatus.OPERATING
            if says is not None and says != was:
                yield field, self.text(field, was), self.text(field, says)
                if field in MEASURES:
                    self.measured[row.id] = Measured(*(_latest(row, name) for name in MEASURES))
        if is_unowned:
            yield "owner_unit_id", "", self.text("owner_unit_id", row.says_owner_unit_id)

    def text(self, field: str, value: Any) -> str:
        """As ``operations.directory.facts.written`` writes one value."""
        if field == "region_id":
            return self.regions.get(value, "")
        if field == "owner_unit_id":
            return self.units.get(value, "")
        return ALL_FACTS[field].write(value)[:KEPT]


def _latest(row: Any, field: str) -> Any:
    says = getattr(row, f"says_{field}")
    return getattr(row, f"was_{field}") if says is None else says
