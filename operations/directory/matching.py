"""匹配: which steward for which enterprise: the ground first, then the load, never beyond the cap. A pure function."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.directory import RegionLevel

# Beyond the county nobody is near; only who answers for the whole ground is proposed from further up.
NEAR = (RegionLevel.COUNTY, RegionLevel.TOWN, RegionLevel.VILLAGE, RegionLevel.GRID)
NOBODY = "同一县(区)内没有还有余量的管家，管辖范围更大的也没有。"


@dataclass(frozen=True, slots=True)
class Ground:
    """A region as the reasons name it."""

    name: str
    level: RegionLevel


@dataclass(frozen=True, slots=True)
class Candidate:
    """A steward on duty: ``path`` is the ground they know, ``held`` how many enterprises they look after now."""

    user_id: int
    path: str
    held: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Match:
    """What is proposed for one enterprise; without a steward the reason says why."""

    enterprise_id: int
    steward_id: int | None
    reason: str


class Stewards:
    """The candidates by the ground above them; each choice counts at once, so that the next sees the new load."""

    def __init__(self, candidates: Iterable[Candidate], grounds: Mapping[str, Ground]) -> None:
        self._grounds = grounds
        self._people = {one.user_id: one for one in candidates}
        self._held = {one.user_id: one.held for one in self._people.values()}
        self._heaps: dict[str, list[tuple[float, int]]] = {}
        for one in self._people.values():
            for path in _upwards(one.path):
                if path == one.path or self._is_near(path):
                    self._heaps.setdefault(path, []).append((one.held / one.capacity, one.user_id))
        for heap in self._heaps.values():
            heapq.heapify(heap)

    def choose(self, enterprise_id: int, path: str) -> Match:
        """The nearest by ground, and of these the least loaded with room; the reason says both."""
        for place in _upwards(path):
            person = self._least_loaded(place)
            if person is not None:
                reason = f"{self._near_words(person, place)}；在管 {self._held[person.user_id]}/{person.capacity} 户"
                self._held[person.user_id] += 1
                return Match(enterprise_id, person.user_id, reason)
        return Match(enterprise_id, None, NOBODY)

    def _least_loaded(self, place: str) -> Candidate | None:
        heap = self._heaps.get(place, [])
        while heap:
            load, user_id = heap[0]
            person, held = self._people[user_id], self._held[user_id]
            if held >= person.capacity:
                heapq.heappop(heap)
            elif load < held / person.capacity:  # chosen since by way of another ground
                heapq.heapreplace(heap, (held / person.capacity, user_id))
            else:
                return person
        return None

    def _near_words(self, person: Candidate, place: str) -> str:
        ground = self._grounds.get(place)
        name = ground.name if ground else ""
        if ground and not self._is_near(place):
            return f"管辖范围：{name}"
        return f"{ground.level.label if ground else '区域'}相同：{name}"

    def _is_near(self, place: str) -> bool:
        ground = self._grounds.get(place)
        return ground is not None and ground.level in NEAR


def propose(
    enterprises: Iterable[tuple[int, str]], candidates: Iterable[Candidate], *, grounds: Mapping[str, Ground]
) -> Sequence[Match]:
    """A match for each enterprise, given as id and path of its region, in their order."""
    stewards = Stewards(candidates, grounds)
    return [stewards.choose(enterprise_id, path) for enterprise_id, path in enterprises]


def _upwards(path: str) -> Iterable[str]:
    """``/1/4/17/`` → ``/1/4/17/``, ``/1/4/``, ``/1/``."""
    while len(path) > 1:
        yield path
        path = path.rstrip("/").rpartition("/")[0] + "/"
