"""到件日计: what came from each system on a day in which way, and what became of it."""

from dataclasses import asdict, dataclass
from typing import Any

from models.base import db
from models.bulk import add_up
from models.hall_intake import IntakeDay, IntakeWay
from operations.clocks import shanghai


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one file or one request; all of them together are what was received."""

    new: int = 0
    changed: int = 0
    repeated: int = 0
    refused: int = 0
    waiting: int = 0


def add(system_id: int, way: IntakeWay, counts: Counts) -> None:
    """Add to the day's row, within the running operation; two at once add up."""
    row: dict[str, Any] = {f"{name}_count": count for name, count in asdict(counts).items()}
    row["received_count"] = sum(row.values())
    key = {"system_id": system_id, "day": shanghai.today(), "way": str(way)}
    add_up(db.session.connection(), IntakeDay.__table__, key, row)
