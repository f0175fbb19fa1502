"""One JSON line per figure, in the one form every benchmark of this project prints."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value beside its floor. ``ratio`` is value / floor; ``aim`` is what the ratio is held against.

    ``more_is_better`` tells on which side of the aim the ratio must be; it is not printed.
    """

    figure: str
    value: float
    unit: str
    floor: float | None = None
    aim: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    statements: int | None = None
    more_is_better: bool = True

    @property
    def ratio(self) -> float | None:
        """Value over floor; the value itself where the aim is absolute; None where nothing is compared."""
        if self.floor:
            return self.value / self.floor
        return self.value if self.aim is not None else None

    @property
    def met(self) -> bool | None:
        """Whether the aim is reached; None without one."""
        if self.aim is None or self.ratio is None:
            return None
        return self.ratio >= self.aim if self.more_is_better else self.ratio <= self.aim

    def line(self) -> str:
        """The JSON line, with the keys in their fixed order."""
        told = asdict(self)
        told.pop("more_is_better")
        told["ratio"] = self.ratio if self.floor else None
        told["met"] = self.met
        keys = ("figure", "value", "unit", "floor", "ratio", "aim", "met", "p50_ms", "p95_ms", "statements")
        return json.dumps({key: _rounded(told[key]) for key in keys}, ensure_ascii=False)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def _rounded(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value
