"""时钟看守: compares the wall clock with the steady one. While they disagree nobody may be supervised (security.md 0.3)."""

import time
from collections.abc import Callable

TOLERATED_SECONDS = 120.0
STEP_SECONDS = 1.0  # less is the ordinary work of a time server


def steady() -> float:
    """Seconds that only go forward, those asleep included where the system counts them."""
    counts_sleep = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if counts_sleep is None else time.clock_gettime(counts_sleep)


class ClockGuard:
    """``tick`` regularly. A step up to 120 s is taken over; a larger one holds until the clock is right again.

    An operator who finds the new time right starts the process anew: it begins by believing the wall clock.
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

    def tick(self) -> bool:
        """Whether the wall clock has stepped since the last tick."""
        offset = self._wall() - self._steady()
        stepped = abs(offset - self._last) > STEP_SECONDS
        self._last = offset
        self.steps += stepped
        if abs(offset - self._offset) <= TOLERATED_SECONDS:
            self._offset = offset
        return stepped
