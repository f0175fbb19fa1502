"""What takes seconds on a city's cases is counted once for a reader and kept for minutes; it says of when it is.

The figures of a month read a hundred thousand clocks. Whoever opens a list behind a figure sees it as it is now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from models import clock
from models.base import db
from operations.access.actor import Actor
from operations.insight import figures, time_spent
from operations.insight.figures import Counted, Narrowing

KEPT_FOR, MOST = timedelta(minutes=10), 256


@dataclass(frozen=True, slots=True)
class Report:
    """指标 of one reader's ground at one moment."""

    at: datetime
    found: Sequence[Counted]
    ages: Sequence[tuple[str, int]]
    spent: Sequence[tuple[Any, Any]]


_kept: dict[Any, Report] = {}
_lock = Lock()


def report(actor: Actor, narrowing: Narrowing, *, anew: bool = False) -> Report:
    """The figures of the last ten minutes, or counted now. What one may see goes by one's posts: a post that is new or
    gone counts anew, and nobody is shown what was counted for somebody else."""
    key = (str(db.engine.url), actor.user_id, actor.posts, narrowing)
    known = None if anew else _kept.get(key)
    if known is None or not timedelta() <= clock.now() - known.at < KEPT_FOR:
        known = Report(clock.now(), figures.counted(actor, narrowing), figures.ageing(actor, narrowing),
                       time_spent.tables(actor, narrowing))
        _keep(key, known)
    return known


def _keep(key: Any, found: Report) -> None:
    with _lock:
        _kept.pop(key, None)
        _kept[key] = found
        while len(_kept) > MOST:  # the oldest first
            del _kept[next(iter(_kept))]
