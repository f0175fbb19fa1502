"""计分: points, the share of the satisfied with its Wilson interval, and ranks with ties inside a peer group. Pure."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.campaigns import FEWEST_SHOWN
from models.ratings import Grade

Z = 1.96  # 95 %
SATISFIED = (Grade.VERY_SATISFIED, Grade.SATISFIED, Grade.FAIRLY_SATISFIED)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a campaign counts by: points of a grade, answers to be ranked, how many are last, of how many at least."""

    weights: Mapping[str, int]
    minimum: int
    tail: int
    tail_needs: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What was said of one object: answers by grade, and how many did not know it."""

    object_id: int
    peer_group: str
    grades: Mapping[str, int]
    unknown: int = 0

    @property
    def count(self) -> int:
        """Valid answers: 不了解 is none."""
        return sum(self.grades.values())


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an object stands. ``score`` in hundredths of a point, shares in hundredths of a per cent."""

    tally: Tally
    score: int
    satisfied: int
    lowest: int
    highest: int
    rank: int | None = None
    is_last: bool = False


def standings(tallies: Sequence[Tally], rules: Rules) -> list[Standing]:
    """Every object of which enough was said to show anything, ranked where enough was said for that."""
    groups: dict[str, list[Standing]] = defaultdict(list)
    for tally in tallies:
        if tally.count >= FEWEST_SHOWN:
            groups[tally.peer_group].append(_measured(tally, rules))
    return [standing for group in groups.values() for standing in _ranked(group, rules)]


def score(grades: Mapping[str, int], weights: Mapping[str, int]) -> int:
    """Points on average in hundredths, a half rounded up: Σ points × answers ÷ answers."""
    count = sum(grades.values())
    points = sum(weights[grade] * number for grade, number in grades.items())
    return (200 * points + count) // (2 * count)


def wilson(successes: int, count: int) -> tuple[int, int]:
    """The Wilson 95 % interval of a share, in hundredths of a per cent."""
    share, grown = successes / count, 1 + Z * Z / count
    centre = (share + Z * Z / (2 * count)) / grown
    half = Z * math.sqrt(share * (1 - share) / count + Z * Z / (4 * count * count)) / grown
    return max(0, round((centre - half) * 10_000)), min(10_000, round((centre + half) * 10_000))


def _measured(tally: Tally, rules: Rules) -> Standing:
    satisfied = sum(tally.grades.get(grade, 0) for grade in SATISFIED)
    lowest, highest = wilson(satisfied, tally.count)
    share = (20_000 * satisfied + tally.count) // (2 * tally.count)
    return Standing(tally, score(tally.grades, rules.weights), share, lowest, highest)


def _ranked(group: Sequence[Standing], rules: Rules) -> list[Standing]:
    """Equal scores share a rank and the next one counts on: 1, 2, 2, 4. The last are those with fewer than ``tail``
    below them, in a group of ``tail_needs`` ranked or more; a smaller one has no last five to speak of.
    """
    scores = sorted((one.score for one in group if one.tally.count >= rules.minimum), reverse=True)
    found = []
    for one in group:
        if one.tally.count >= rules.minimum:
            below = sum(other < one.score for other in scores)
            is_last = len(scores) >= rules.tail_needs and below < rules.tail
            one = replace(one, rank=scores.index(one.score) + 1, is_last=is_last)
        found.append(one)
    return found
