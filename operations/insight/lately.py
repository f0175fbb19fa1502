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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from models import clock

T = TypeVar("T")
KEPT_FOR, MOST_SECONDS, EVERY = timedelta(minutes=10), 10.0, 0.05
OF_NO_USE_AFTER = timedelta(days=1)


def lately(folder: Path, asked: Any, count: Callable[[], Any], read: Callable[[Any], T], *,
           anew: bool = False) -> tuple[datetime, T]:
    """What ``count`` told within the last ten minutes and when, or tells now and is then kept in ``folder``.

    It tells JSON's values; ``read`` makes of them what is shown. ``asked`` is all that decides what is told: its
    ``repr`` is alike for those only who may be shown the same.
    """
    kept, asked_at = folder / _name_of(asked), clock.now()
    with _turn(kept):
        known = _kept_in(kept, read)
        if known is None or not timedelta() <= clock.now() - known[0] < KEPT_FOR or (anew and known[0] < asked_at):
            at, told = clock.now(), count()
            known = at, read(told)
            _keep(kept, {"at": at.isoformat(), "told": told})
    return known


def _name_of(asked: Any) -> str:
    """The same in every process, and it tells nobody who looks at the folder whose ground it is."""
    return hashlib.sha256(repr(asked).encode()).hexdigest()


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


def _kept_in(kept: Path, read: Callable[[Any], T]) -> tuple[datetime, T] | None:
    """What lies there, unless it was written by a version that wrote otherwise."""
    try:
        there = json.loads(kept.read_bytes())
        return datetime.fromisoformat(there["at"]), read(there["told"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(kept: Path, there: dict[str, Any]) -> None:
    """In one piece, and without what nobody will be shown any more; on a full disk it is only not kept."""
    fresh = kept.with_suffix(f".{secrets.token_hex(8)}")
    with suppress(OSError):
        fresh.write_text(json.dumps(there, ensure_ascii=False), encoding="utf-8")
        fresh.replace(kept)
    oldest = (clock.now() - OF_NO_USE_AFTER).timestamp()
    for one in kept.parent.glob("*"):
        with suppress(OSError):  # somebody else has just removed it
            if one.stat().st_mtime < oldest:
                one.unlink()
