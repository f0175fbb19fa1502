"""What a recurring job is: its name, its work and its rhythm. A slot is one beat of it, the same for every clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol, TypeAlias

from operations.clocks.calendar import SHANGHAI
from operations.job_ledger import Tally

Settings: TypeAlias = Mapping[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Rhythm(Protocol):
    """When a job recurs. Slots are cut from the wall clock, so that two schedulers mean the same one."""

    def slot(self, moment: datetime, settings: Settings) -> datetime:
        """The beat at or before ``moment``."""

    def after(self, moment: datetime, settings: Settings) -> datetime:
        """The first beat after ``moment``."""

    def words(self, settings: Settings) -> str:
        """As people read it."""


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many seconds; ``setting`` names what a site changes it with."""

    seconds: int
    setting: str = ""

    def slot(self, moment: datetime, settings: Settings) -> datetime:
        beat = self._beat(settings)
        return EPOCH + (moment - EPOCH) // beat * beat

    def after(self, moment: datetime, settings: Settings) -> datetime:
        return self.slot(moment, settings) + self._beat(settings)

    def words(self, settings: Settings) -> str:
        return f"每 {self._beat(settings).seconds} 秒"

    def _beat(self, settings: Settings) -> timedelta:
        return timedelta(seconds=settings[self.setting] if self.setting else self.seconds)


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at this time in Shanghai."""

    at: time

    def slot(self, moment: datetime, settings: Settings) -> datetime:
        here = moment.astimezone(SHANGHAI)
        today = datetime.combine(here.date(), self.at, SHANGHAI)
        return (today if today <= here else today - DAY).astimezone(UTC)

    def after(self, moment: datetime, settings: Settings) -> datetime:
        return self.slot(moment, settings) + DAY

    def words(self, settings: Settings) -> str:
        return f"每天 {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Job:
    """One recurring job. ``run`` may be run twice without harm and takes the site's settings.

    It goes by the moment at which it was offered, when the clock was found right: one that steps a moment later
    supervises nobody. Only for what takes minutes its clock ``moves_on``.
    """

    name: str
    run: Callable[[Settings], Tally]
    rhythm: Rhythm
    meaning: str
    moves_on: bool = False

    def slot_name(self, moment: datetime, settings: Settings) -> str:
        """The name of the beat at or before ``moment``: what is claimed in the ledger."""
        return f"{self.rhythm.slot(moment, settings):%Y-%m-%dT%H:%M:%SZ}"
