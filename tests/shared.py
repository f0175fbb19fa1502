"""What one test session shares among its pytest-xdist workers: a folder, and work that only one of them does."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")
ROOM = "ZHITONGCHE_TEST_ROOM"
MIGRATED = "migrated"  # the name of the rows that the migrations leave
# `make drill`: also what takes too long for every run, and all of what a usual run tries in turn.
IS_DRILL = "DRILLS" in os.environ
# Which part it tries of that: `make test TURN=1` the next, until all of it has been tried.
TURN = int(os.environ.get("TURN") or 0)
# For what no engine decides, and what takes long on each.
ENGINES_TRIED = ("sqlite", "postgresql") if IS_DRILL else ("sqlite",)


def every(step: int) -> int:
    """Of how many things a usual run tries one; a drill tries each."""
    return 1 if IS_DRILL else step


def some(things: Sequence[T], step: int, *, place: int = 0) -> Sequence[T]:
    """Every so manieth of the things, by this run's turn and somebody's ``place``; a drill tries each."""
    return things[(TURN + place) % every(step) :: every(step)]


def open_room(config: pytest.Config) -> None:
    """Made by the process that pytest was started as; workers find it in their environment."""
    if not is_worker(config):
        os.environ[ROOM] = tempfile.mkdtemp(prefix="zqztc-test-", dir=_fastest_folder())
        # Workers must find the same tests in the same order, also where the cases of a test are a set.
        os.environ.setdefault("PYTHONHASHSEED", "0")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(ROOM)))


def room() -> Path:
    return Path(os.environ[ROOM])


def session_name() -> str:
    """Fit for the name of a database on a server that others use too."""
    return "zqztc_" + room().name.rpartition("-")[2]


def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def once(name: str, work: Callable[[], None]) -> None:
    """The first worker to come does it, the others wait until it is done."""
    with open(room() / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = room() / f"{name}.done"
        if not done.exists():
            work()
            done.touch()


def _fastest_folder() -> str | None:
    """In memory where there is such a place: SQLite waits for the disk at every commit, as it must in production."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
