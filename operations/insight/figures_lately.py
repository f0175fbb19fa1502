"""What takes seconds on a city's cases is counted once for a ground and kept for minutes; it says of when it is.

The figures of a month read a hundred thousand clocks. Whoever opens a list behind a figure sees it as it is now.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from models import clock
from models.base import db
from operations.access.actor import Actor
from operations.insight import figures, time_spent
from operations.insight.figures import Counted, Narrowing

KEPT_FOR, MOST, MOST_SECONDS = timedelta(minutes=10), 256, 10.0


@dataclass(frozen=True, slots=True)
class Report:
    """指标 of one ground at one moment."""

    at: datetime
    found: Sequence[Counted]
    ages: Sequence[tuple[str, int]]
    spent: Sequence[tuple[Any, Any]]


_kept: dict[Any, Report] = {}
_lock = Lock()
_turns: WeakValueDictionary[Any, Any] = WeakValueDictionary()


def report(actor: Actor, narrowing: Narrowing, *, anew: bool = False) -> Report:
    """The figures of the last ten minutes, or counted now. Whoever reads the same ground and is kept from the same
    complaints is shown the same; a post that is new or gone is another ground."""
    key, asked_at = (str(db.engine.url), figures.ground_of(actor), narrowing), clock.now()
    with _turn(key):
        known = _kept.get(key)
        if known is None or not timedelta() <= clock.now() - known.at < KEPT_FOR or (anew and known.at < asked_at):
            known = Report(clock.now(), figures.counted(actor, narrowing), figures.ageing(actor, narrowing),
                           time_spent.tables(actor, narrowing))
            _keep(key, known)
    return known


@contextmanager
def _turn(key: Any) -> Iterator[None]:
    """Whoever comes while a ground is being counted waits for that; not for ever, and then counts too."""
    with _lock:
        turn = _turns.setdefault(key, Lock())
    is_ours = turn.acquire(timeout=MOST_SECONDS)
    try:
        yield
    finally:
        if is_ours:
            turn.release()


def _keep(key: Any, found: Report) -> None:
    with _lock:
        _kept.pop(key, None)
        _kept[key] = found
        while len(_kept) > MOST:  # the oldest first
            del _kept[next(iter(_kept))]
