"""The monitor's page: a line for each unit or person with the share, the peers' median and whether it stands out."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func

from models.base import db
from operations.access.actor import Actor
from operations.clocks import rulebook
from operations.insight.keyset import TOP, Page, Place, paged
from operations.insight.lately import lately
from operations.insight.monitor import of_people, of_units
from operations.insight.monitor.signal import Policy, Signal, grounds, scoped

SIGNALS: dict[str, Signal] = {signal.name: signal for signal in (*of_units.SIGNALS, *of_people.SIGNALS)}
SHOWN, AT_MOST, PAGE = 5, 200, 25


class Row(NamedTuple):
    """What was counted of one unit or person; ``peers`` are alike for those who are compared."""

    id: int
    name: str
    peers: str
    total: int
    hits: int
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Line:
    """One unit or person: ``hits`` of ``total``; ``median`` of the other peers' shares, None with too few of them.

    ``part`` of ``whole`` is what the share is of: the same, or the seconds of these rows.
    """

    id: int
    name: str
    hits: int
    total: int
    median: float | None
    stands_out: bool
    part: int
    whole: int

    @property
    def share(self) -> float:
        """The part of the whole."""
        return share_of(self)


@dataclass(frozen=True, slots=True)
class Section:
    """One sign as it was ``at`` a moment, with its lines that have hits, those that stand out first; ``more`` is how
    many are left off."""

    signal: Signal
    at: datetime
    about: str
    lines: list[Line]
    more: int
    hits: int
    total: int


def policy() -> Policy:
    """The thresholds in force."""
    return rulebook.current().policy("monitor")


def board(actor: Actor, month: date, *, folder: Path, anew: bool = False) -> list[Section]:
    """Every sign with its first lines: one statement each."""
    return [section(actor, signal, month=month, folder=folder, anew=anew, most=SHOWN) for signal in SIGNALS.values()]


def section(actor: Actor, signal: Signal, *, month: date, folder: Path, anew: bool = False,
            most: int = AT_MOST) -> Section:
    """One sign as it was within the last ten minutes, or is now and then kept in ``folder``."""
    rules = policy()
    asked = signal.name, month, sorted(grounds(actor)), sorted(actor.houses), sorted(rules.items())
    at, found = lately(folder, asked, lambda: _counted(actor, signal, rules, month), _read, anew=anew)
    lines = [line for line in lines_of(found, rules) if line.hits]
    lines.sort(key=lambda line: (not line.stands_out, -line.share, -line.hits, line.id))
    return Section(signal, at, signal.about(rules), lines[:most], max(0, len(lines) - most),
                   sum(row.hits for row in found), sum(row.total for row in found))


def _counted(actor: Actor, signal: Signal, rules: Policy, month: date) -> list[Row]:
    hits = func.sum(case((signal.hit(rules, month), 1), else_=0))
    rows = scoped(signal, actor, month).with_only_columns(
        signal.whose, func.max(signal.whose_name), func.max(signal.peers), func.count(), hits, *_spent(signal, hits),
    )
    return [Row(whose, name, str(peers), *map(int, numbers))
            for whose, name, peers, *numbers in db.session.execute(rows.group_by(signal.whose))]


def _read(told: Iterable[Any]) -> list[Row]:
    return [Row(*row) for row in told]


def lines_of(found: list[Row], rules: Policy) -> list[Line]:
    """Each row beside the median share of its peers, itself left out."""
    shares: dict[str, list[float]] = defaultdict(list)
    for row in found:
        shares[row.peers].append(share_of(row))
    for ordered in shares.values():
        ordered.sort()
    return [_line(row, shares[row.peers], rules) for row in found]


def _line(row: Row, ordered: Sequence[float], rules: Policy) -> Line:
    share = share_of(row)
    median = median_of_others(ordered, share) if len(ordered) > rules["peers"] else None
    stands_out = median is not None and row.hits >= rules["least"] and share > median * rules["times_median"]
    return Line(row.id, row.name, row.hits, row.total, median, stands_out, row.part, row.whole)


def median_of_others(ordered: Sequence[float], one: float) -> float:
    """The median of what is ``ordered`` without ``one`` of it, of which there are two at least. Found by its place: a
    city has thousands of stewards, and each is compared with all the others."""
    gap = bisect_left(ordered, one)
    low, high = (len(ordered) - 2) // 2, (len(ordered) - 1) // 2
    return (ordered[low + (low >= gap)] + ordered[high + (high >= gap)]) / 2


def share_of(row: Any) -> float:
    """The part of the whole; nothing of nothing is nothing."""
    return row.part / row.whole if row.whole else 0.0


def _spent(signal: Signal, hits: ColumnElement[int]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """What a line's share is of: its seconds where the sign measures time, else its rows."""
    if signal.spent is None:
        return hits, func.count()
    part, whole = signal.spent()
    return func.sum(part), func.sum(whole)


def evidence(actor: Actor, signal: Signal, *, month: date, whose: int | None, place: Place = TOP) -> Page:
    """The rows behind a figure, the latest first."""
    rows = _behind(actor, signal, month, whose).add_columns(
        signal.whose_name.label("name"), signal.title.label("title"), signal.number.label("number"))
    return paged(rows, signal.moment, signal.row_id, size=PAGE, place=place, is_descending=True)


def count_evidence(actor: Actor, signal: Signal, *, month: date, whose: int | None) -> int:
    """How many rows stand behind a figure."""
    return db.session.scalar(_behind(actor, signal, month, whose).with_only_columns(func.count())) or 0


def name_of(actor: Actor, signal: Signal, *, month: date, whose: int) -> str:
    """Whose figure it is; empty for nobody's."""
    rows = scoped(signal, actor, month).where(signal.whose == whose).with_only_columns(signal.whose_name)
    return db.session.scalar(rows.limit(1)) or ""


def _behind(actor: Actor, signal: Signal, month: date, whose: int | None) -> Any:
    rows = scoped(signal, actor, month).where(signal.hit(policy(), month))
    return rows if whose is None else rows.where(signal.whose == whose)
