"""The rungs as rules: what opens when, who issues it, how long the receiver has (domain.md §7). Pure but for reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.base import db
from models.clocks import ClockKind
from models.directory import Organisation, OrganisationKind
from models.supervision import Level
from operations.clocks.rulebook import Rulebook

ISSUERS = {
    Level.FIRST: OrganisationKind.SERVICE_CENTRE,
    Level.SECOND: OrganisationKind.SUPERVISION_OFFICE,
    Level.TALK: OrganisationKind.SUPERVISION_OFFICE,
    Level.REFERRAL: OrganisationKind.SUPERVISION_OFFICE,
}
# Whose clock it is: a unit's, or else the steward's and the service centre's, who receive no order but are told.
OF_A_UNIT = frozenset(
    {ClockKind.HANDLING, ClockKind.SIGNING, ClockKind.CONTACT, ClockKind.ASSISTING, ClockKind.INSTRUCTION}
)
NEXT = {Level.REMINDER: Level.FIRST, Level.FIRST: Level.SECOND, Level.SECOND: Level.TALK, Level.TALK: Level.REFERRAL}
# These must be signed for and answered in time and climb by themselves; the others lead on by other ways.
WITH_LIMITS = (Level.FIRST, Level.SECOND)


@dataclass(frozen=True, slots=True)
class Limits:
    """When an order must have been signed, read, answered, and when the ticket must have left its stage."""

    sign_due_at: datetime | None = None
    unread_at: datetime | None = None
    due_at: datetime | None = None
    stage_due_at: datetime | None = None

    @property
    def fire_at(self) -> datetime | None:
        """The first moment at which the sweep must look at the order."""
        return min((moment for moment in (self.unread_at, self.due_at, self.stage_due_at) if moment), default=None)


def limits(rules: Rulebook, level: Level, opened_at: datetime) -> Limits:
    """The limits of an order opened now; only the first two orders have any."""
    if level not in WITH_LIMITS:
        return Limits()
    ladder, calendar = rules.policy("ladder"), rules.calendar
    return Limits(
        sign_due_at=calendar.due(opened_at, rules.rung_limit("sign")).due_at,
        unread_at=calendar.due(opened_at, rules.rung_limit("unread")).due_at if ladder["unread_climbs"] else None,
        due_at=calendar.due(opened_at, rules.rung_limit("answer")).due_at,
        stage_due_at=calendar.due(opened_at, rules.rung_limit("same_stage")).due_at,
    )


def rung_of_clock(rules: Rulebook, kind: ClockKind, *, lapsed: bool) -> tuple[Level, str] | None:
    """What a clock that has warned or lapsed opens, with the name of the rule; None where nothing does."""
    ladder = rules.policy("ladder")
    if lapsed and kind in ladder["clocks"]:
        return Level.FIRST, f"{kind}_lapsed"
    if lapsed:
        return (Level.REMINDER, f"{kind}_lapsed") if kind in ladder["reminded_when_lapsed"] else None
    return Level.REMINDER, f"{kind}_warned"


def receiver_of(kind: ClockKind, unit_id: int | None, lead_unit_id: int | None) -> int | None:
    """The unit that owes what the clock measures; None where it is the steward or the service centre."""
    return unit_id or (lead_unit_id if kind in OF_A_UNIT else None)


def climbs(order: Any, now: datetime, *, unread_at: datetime | None) -> str | None:
    """The rule by which an open first or second order leads to the next rung now; None while it need not."""
    if order.answered_at is None and order.due_at <= now:
        return "unanswered"
    if unread_at is not None and order.signed_at is None and order.read_at is None and unread_at <= now:
        return "unread"
    if order.stage_due_at is not None and order.stage_due_at <= now:
        return "same_stage"
    return None


def fires_next(order: Any, now: datetime, *, unread_at: datetime | None) -> datetime | None:
    """When to look at an order again that does not climb yet."""
    ahead = [order.stage_due_at]
    if order.answered_at is None:
        ahead.append(order.due_at)
    if order.signed_at is None and order.read_at is None:
        ahead.append(unread_at)
    return min((moment for moment in ahead if moment is not None and moment > now), default=None)


_OFFICES = (
    select(Organisation.region_id, Organisation.kind, Organisation.id)
    .where(Organisation.kind.in_(set(ISSUERS.values())))
    .order_by(Organisation.id.desc())
)


class Offices:
    """Which office issues an order for a region: the nearest of its kind at or above it, at this moment.

    The second order never comes from the office of the first (domain.md §7: a different, higher office): a service
    centre issues the one, a supervisor's office the other, and none below the centre's own region: where a county has
    no centre of its own, an order of the city's centre is not followed by one of the county's office. That no two
    orders of one promise come from one office is held by ``uq_supervisions_another_office``.
    """

    def __init__(self) -> None:
        self._by_place = {(region, kind): unit for region, kind, unit in db.session.execute(_OFFICES)}
        self._known: dict[tuple[str, Level], int | None] = {}

    def issuer(self, region_path: str, level: Level) -> int | None:
        """The id of the issuing office, None for a reminder (the system reminds) or where no office exists."""
        if level not in ISSUERS:
            return None
        key = (region_path, level)
        if key not in self._known:
            self._known[key] = self._find(region_path, level)
        return self._known[key]

    def above(self, region_path: str, office_id: int) -> int | None:
        """The next higher supervisor's office than this office of this region; None where only leaders are above."""
        above = (int(part) for part in reversed(region_path.split("/")) if part)
        found = (self._by_place.get((region, OrganisationKind.SUPERVISION_OFFICE)) for region in above)
        return next((office for office in found if office and office != office_id), None)

    def _find(self, region_path: str, level: Level) -> int | None:
        above = [int(part) for part in reversed(region_path.split("/")) if part]
        lowest = 0 if level is Level.FIRST else self._nearest(above, Level.FIRST) or 0
        found = self._nearest(above[lowest:], level)
        return None if found is None else self._by_place[above[lowest + found], ISSUERS[level]]

    def _nearest(self, above: list[int], level: Level) -> int | None:
        """How many regions up the office of this level stands."""
        return next((step for step, region in enumerate(above) if (region, ISSUERS[level]) in self._by_place), None)
