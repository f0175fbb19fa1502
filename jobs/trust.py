"""Whether the time can be trusted: this process's guard, what others found, and what an administrator confirmed."""

import logging
import threading
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError

from jobs.clock_guard import TOLERATED_SECONDS, ClockGuard, boot
from jobs.job import Settings
from models.base import db
from operations import protection
from operations.delivery import adapters, alarm
from operations.delivery.wording import Site
from operations.supervision import clock_stops
from operations.supervision.clock_stops import Found, Reading

log = logging.getLogger(__name__)

BEAT_SECONDS = 30.0
HALTED = "the clock could not be trusted; a system administrator has to confirm the time"


class Trust:
    """One per process. Every question needs the app's context."""

    def __init__(self, guard: ClockGuard, settings: Settings, *, worker: str) -> None:
        self.guard, self.settings, self.worker = guard, settings, worker
        self._confirmed: int | None = None
        self._beat_at = float("-inf")
        self._lock = threading.Lock()

    def reading(self) -> Reading:
        """The clocks now."""
        wall, steady = self.guard.read()
        return Reading(datetime.fromtimestamp(wall, UTC), steady, boot())

    def examine(self) -> None:
        """To be asked once, before the first job: what happened to the clock while no process was watching."""
        reading = self.reading()
        found = clock_stops.examine(reading, longest_gap=self.settings["CLOCK_GAP"])
        if found is not None and not clock_stops.state().is_halted:
            self._halt(found, wall=reading.wall)

    def objection(self, asked: Reading) -> str:
        """Why nothing may run by the time that was ``asked``, before this question; empty when all is well.

        What this process finds is written down for all others. The answer may take its time, and the clock may have
        been put right meanwhile: then what was read before is still wrong.
        """
        with self._lock:
            state = clock_stops.state()
            if self._confirmed is not None and state.confirmed > self._confirmed:
                self.guard.believe()
            self._confirmed = state.confirmed
        drift, objection = self.guard.drift, self.guard.objection
        if objection and not state.is_halted:
            wall = self.reading().wall
            self._halt(clock_stops.Found.stepped(drift, wall=wall), wall=wall)
        return objection or (HALTED if state.is_halted else "") or self._moved_since(asked) or protection.why()

    def _moved_since(self, asked: Reading) -> str:
        now = self.reading()
        drift = (now.wall - asked.wall).total_seconds() - (now.steady_seconds - asked.steady_seconds)
        return f"the clock moved by {drift:+.0f} s meanwhile" if abs(drift) > TOLERATED_SECONDS else ""

    def beat(self) -> None:
        """Write down every half minute where the clocks stand, while all is well; a lost database stops nobody."""
        reading = self.reading()
        if reading.steady_seconds - self._beat_at < BEAT_SECONDS or not reading.boot:
            return
        self._beat_at = reading.steady_seconds
        try:
            if not self.objection(reading):
                clock_stops.beat(reading)
        except DBAPIError:
            log.warning("the clocks could not be written down")
        finally:
            db.session.remove()

    def _halt(self, found: Found, *, wall: datetime) -> None:
        """Stop everything, and tell the administrators outside as well: no job will, for they stand still."""
        key = clock_stops.halt(found, wall=wall, worker=self.worker)
        if not key:
            return
        ways = {carrier: adapters.made(carrier, self.settings) for carrier in adapters.carriers_on(self.settings)}
        site = Site(self.settings["SITE_NAME"], self.settings["PUBLIC_URL"])
        try:
            alarm.sound(key, ways, site=site, page="/jobs/clock")
        except DBAPIError:
            log.warning("the alarm could not be sent outside; it stands in the application")
