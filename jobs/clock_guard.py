"""时钟看守: compares the wall clock with the steady one. While they disagree nobody may be supervised (security.md 0.3)."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

TOLERATED_SECONDS = 120.0
STEP_SECONDS = 1.0  # less is the ordinary work of a time server


def steady() -> float:
    """Seconds that only go forward, those asleep included where the system counts them."""
    counts_sleep = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if counts_sleep is None else time.clock_gettime(counts_sleep)


def boot() -> str:
    """Which start of the machine the steady clock counts from; empty where the system does not say."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


class ClockGuard:
    """``tick`` regularly. A step up to 120 s is taken over; a larger one stands against every job.

    What it finds is written down by ``jobs/trust.py`` and stands there until an administrator confirms the time, who
    makes it ``believe`` the wall clock again.
    """

    def __init__(self, *, wall: Callable[[], float] = time.time, steady: Callable[[], float] = steady) -> None:
        self._wall, self._steady = wall, steady
        self._offset = wall() - steady()
        self._last = self._offset
        self.steps = 0

    @property
    def drift(self) -> float:
        """Seconds by which the wall clock is ahead of where it should be."""
        return self._wall() - self._steady() - self._offset

    @property
    def objection(self) -> str:
        """Why nothing may run now; empty when all is well."""
        drift = self.drift
        return f"the clock moved by {drift:+.0f} s" if abs(drift) > TOLERATED_SECONDS else ""

    def believe(self) -> None:
        """Take the wall clock for right as it is now. A step that nobody has ticked over yet is one all the same."""
        self._offset = self._wall() - self._steady()

    def read(self) -> tuple[float, float]:
        """The wall clock and the steady one, in seconds."""
        return self._wall(), self._steady()

    def tick(self) -> bool:
        """Whether the wall clock has stepped since the last tick."""
        offset = self._wall() - self._steady()
        stepped = abs(offset - self._last) > STEP_SECONDS
        self._last = offset
        self.steps += stepped
        if abs(offset - self._offset) <= TOLERATED_SECONDS:
            self._offset = offset
        return stepped
