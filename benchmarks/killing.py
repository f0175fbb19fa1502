"""Four schedulers sweep at once while one after the other is killed: what is left must be as if there had been one."""

import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.letters import Letter
from models.log import Event
from models.notices import Notice
from models.supervision import Level, Supervision
from models.tickets import Act
from operations.supervision import sweep
from operations.supervision.letters import series

HERE = Path(__file__).resolve().parent.parent
WORKERS = 4
BETWEEN_SECONDS = (0.3, 1.2)


@dataclass(slots=True)
class Fight:
    """How it went: seconds from the first word to an empty queue, and how many were killed."""

    seconds: float = 0.0
    killed: int = 0
    workers: list["subprocess.Popen[str]"] = field(default_factory=list)


def fight(url: str) -> Fight:
    """Let four sweep and kill one at random every second or so, with a new one in its place, until all is done."""
    chance, told = random.Random(4), Fight()
    told.workers = [_worker(url) for _ in range(WORKERS)]
    spare = [_worker(url) for _ in range(2)]
    for one in told.workers:
        _go(one)
    started = time.perf_counter()
    while _remaining():
        time.sleep(chance.uniform(*BETWEEN_SECONDS))
        place = chance.randrange(WORKERS)
        told.killed += told.workers[place].poll() is None
        told.workers[place].kill()
        told.workers[place] = spare.pop(0)
        _go(told.workers[place])
        spare.append(_worker(url))
    told.seconds = time.perf_counter() - started
    for one in (*told.workers, *spare):
        one.kill()
        one.wait()
    return told


def amiss(since: int, expected: int) -> list[str]:
    """What is not as it must be, in words: empty when all is well. ``since`` is the last event before the fight."""
    orders = _all(sa.select(Supervision.id).where(Supervision.level == Level.FIRST))
    clocks = _all(sa.select(Supervision.clock_id).distinct().where(Supervision.level == Level.FIRST))
    events = _all(sa.select(Event.object_id).where(Event.action == Act.SUPERVISE))
    seqs = _all(sa.select(Event.seq).where(Event.seq > since))
    keys = _all(sa.select(Notice.dedup_key).where(Notice.dedup_key.startswith("supervision.")))
    told = {int(key.split(".")[1]) for key in keys}
    lettered = _all(sa.select(Letter.supervision_id).where(Letter.supervision_id.is_not(None)))
    checks = {
        f"{len(orders)} first supervisions, not {expected}": len(orders) == expected,
        f"{len(orders) - len(clocks)} clocks supervised twice": len(orders) == len(clocks),
        "an order without its one event": sorted(events) == sorted(orders),
        "an order nobody was told of": told == set(orders),
        "somebody told twice": len(keys) == len(set(keys)),
        "an order without its one letter": sorted(lettered) == sorted(orders),
        "a gap in the numbers of letters": not series.broken(),
        "a gap in the log": sorted(seqs) == list(range(since + 1, since + 1 + len(seqs))),
        f"{_remaining()} still due": not _remaining(),
    }
    return [words for words, is_well in checks.items() if not is_well]


def _worker(url: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "benchmarks.sweeper", url]
    made = subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert made.stdout
    made.stdout.readline()
    return made


def _go(worker: "subprocess.Popen[str]") -> None:
    assert worker.stdin
    try:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    except BrokenPipeError:  # killed before it was told
        pass


def _remaining() -> int:
    found = sweep.remaining(clock.now())
    db.session.rollback()
    return found


def _all(statement: Any) -> list[Any]:
    return list(db.session.scalars(statement))
