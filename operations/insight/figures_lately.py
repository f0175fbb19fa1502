"""What takes seconds on a city's cases is counted once for a ground and kept for minutes; it says of when it is.

The figures of a month read a hundred thousand clocks. What was counted lies in a file that the processes of a machine
share, so that none of them counts again for having been started anew. Whoever opens a list behind a figure sees it as
it is now.
"""

import fcntl
import hashlib
import json
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from models import clock
from models.clocks import ClockKind
from operations.access.actor import Actor
from operations.insight import figures, time_spent
from operations.insight.figures import BY_CODE, Counted, Narrowing
from operations.insight.time_spent import Line, Spent

KEPT_FOR, MOST_SECONDS, EVERY = timedelta(minutes=10), 10.0, 0.05
OF_NO_USE_AFTER = timedelta(days=1)


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
    kept, asked_at = folder / _name_of(actor, narrowing), clock.now()
    with _turn(kept):
        known = _kept_in(kept)
        if known is None or not timedelta() <= clock.now() - known.at < KEPT_FOR or (anew and known.at < asked_at):
            known = Report(clock.now(), figures.counted(actor, narrowing), figures.ageing(actor, narrowing),
                           time_spent.lines(actor, narrowing))
            _keep(kept, known)
    return known


def _name_of(actor: Actor, narrowing: Narrowing) -> str:
    """The same in every process, and it tells nobody who looks at the folder whose ground it is."""
    paths, houses = figures.ground_of(actor)
    asked = repr((sorted(paths), sorted(houses), narrowing))
    return hashlib.sha256(asked.encode()).hexdigest()


@contextmanager
def _turn(kept: Path) -> Iterator[None]:
    """Whoever comes while a ground is being counted, in whichever process, waits for that; not for ever, and then
    counts too. So does everybody where the folder cannot be written to."""
    deadline = time.monotonic() + MOST_SECONDS
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        turn = kept.with_suffix(".turn").open("ab")
    except OSError:
        yield
        return
    with turn:  # closing it ends the turn
        while time.monotonic() < deadline:
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                time.sleep(EVERY)
        yield


def _kept_in(kept: Path) -> Report | None:
    """What lies there, unless it was written by a version that wrote otherwise."""
    try:
        told = json.loads(kept.read_bytes())
        found = [Counted(BY_CODE[code], count, of) for code, count, of in told["found"]]
        lines = [Line(unit_id, label, [Spent(ClockKind(kind), *rest) for kind, *rest in spent])
                 for unit_id, label, spent in told["lines"]]
        return Report(datetime.fromisoformat(told["at"]), found, [(age, count) for age, count in told["ages"]], lines)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(kept: Path, found: Report) -> None:
    """In one piece, and without what nobody will be shown any more; on a full disk it is only not kept."""
    told: dict[str, Any] = {
        "at": found.at.isoformat(), "found": [(one.figure.code, one.count, one.of) for one in found.found],
        "ages": found.ages,
        "lines": [(line.unit_id, line.label, [(one.kind.value, one.count, one.seconds, one.average)
                                              for one in line.spent]) for line in found.lines],
    }
    fresh = kept.with_suffix(f".{secrets.token_hex(8)}")
    with suppress(OSError):
        fresh.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        fresh.replace(kept)
    oldest = (clock.now() - OF_NO_USE_AFTER).timestamp()
    for one in kept.parent.glob("*"):
        with suppress(OSError):  # somebody else has just removed it
            if one.stat().st_mtime < oldest:
                one.unlink()
