"""无事不扰: how often an enterprise was visited this month, and whether one more visit is too many (domain.md §3)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from models.base import db
from models.days import shanghai_day
from models.directory import Enterprise
from models.engagement import DutyPeriod, Interaction, InteractionKind
from operations.clocks import rulebook, shanghai
from operations.engagement.cadence.periods import period_of
from operations.errors import BadInput


class OverCap(BadInput):
    """One visit more than the month allows, without a reason."""


@dataclass(frozen=True, slots=True)
class Visited:
    """The visits of one month: by day, those the enterprise asked for left out."""

    month: int
    days: frozenset[date]
    cap: int

    @property
    def count(self) -> int:
        """How many visits there were."""
        return len(self.days)

    @property
    def is_full(self) -> bool:
        """Whether one more would be too many."""
        return self.count >= self.cap

    @property
    def words(self) -> str:
        """As pages say it."""
        return f"{self.month} 月已走访 {self.count} 次（无事不扰上限每月 {self.cap} 次）"


def visited(enterprise: Enterprise, day: date) -> Visited:
    """The visits to an enterprise in the month of ``day``; two notes of one day are one visit."""
    month = period_of(DutyPeriod.MONTH, day)
    on = shanghai_day(Interaction.occurred_at)
    rows = select(on).distinct().where(
        Interaction.enterprise_id == enterprise.id, Interaction.kind == InteractionKind.VISIT,
        ~Interaction.is_invited, Interaction.occurred_at >= month.begins_at, Interaction.occurred_at < month.ends_at,
    )
    cap = rulebook.current().policy("visit_cap")["per_month"]
    return Visited(month.starts_on.month, frozenset(db.session.scalars(rows)), cap)


def ensure_within(enterprise: Enterprise, happened: datetime, *, reason: str) -> str:
    """Raise OverCap for a visit above the cap without a reason. Answers the reason to keep: empty within the cap.

    The caller has locked the enterprise's row, so that of two visits at once the second counts the first.
    """
    day = shanghai.day_of(happened)
    so_far = visited(enterprise, day)
    if day in so_far.days or not so_far.is_full:
        return ""
    if not reason.strip():
        raise OverCap(f"{so_far.words}。确需再去的，请写明理由；企业邀请去的，请勾选“企业邀请”。")
    return reason


def ensure_plannable(enterprise: Enterprise, day: date) -> None:
    """Raise BadInput for a planned visit in a month that is full."""
    so_far = visited(enterprise, day)
    if so_far.is_full:
        raise BadInput(f"{so_far.words}，不能再安排走访。可以改约下个月，或改为电话联系。")
