"""指标 of one ground, as they were counted within the last ten minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from models.clocks import ClockKind
from operations.access.actor import Actor
from operations.insight import figures, time_spent
from operations.insight.figures import BY_CODE, Counted, Narrowing
from operations.insight.lately import lately
from operations.insight.time_spent import Line, Spent


@dataclass(frozen=True, slots=True)
class Report:
    """指标 of one ground at one moment."""

    at: datetime
    found: Sequence[Counted]
    ages: Sequence[tuple[str, int]]
    lines: Sequence[Line]


def report(actor: Actor, narrowing: Narrowing, *, folder: Path, anew: bool = False) -> Report:
    """The figures of the last ten minutes, or counted now and kept in ``folder``. Whoever reads the same ground and is
    kept from the same complaints is shown the same; a post that is new or gone is another ground."""
    at, parts = lately(folder, _asked(actor, narrowing), lambda: _counted(actor, narrowing), _read, anew=anew)
    return Report(at, *parts)


def _asked(actor: Actor, narrowing: Narrowing) -> Any:
    paths, houses = figures.ground_of(actor)
    return sorted(paths), sorted(houses), narrowing


def _counted(actor: Actor, narrowing: Narrowing) -> dict[str, Any]:
    return {
        "found": [(one.figure.code, one.count, one.of) for one in figures.counted(actor, narrowing)],
        "ages": figures.ageing(actor, narrowing),
        "lines": [(line.unit_id, line.label, [(one.kind.value, one.count, one.seconds, one.average)
                                              for one in line.spent]) for line in time_spent.lines(actor, narrowing)],
    }


def _read(told: dict[str, Any]) -> tuple[Sequence[Counted], Sequence[tuple[str, int]], Sequence[Line]]:
    return (
        [Counted(BY_CODE[code], count, of) for code, count, of in told["found"]],
        [(age, count) for age, count in told["ages"]],
        [Line(unit_id, label, [Spent(ClockKind(kind), *rest) for kind, *rest in spent])
         for unit_id, label, spent in told["lines"]],
    )
