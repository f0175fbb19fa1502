"""走访频次巡检: open, count, warn, lapse. Any number of workers and repetitions do it exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select, update

from models import clock
from models.access import Post, Role
from models.base import db
from models.directory import Enterprise, Stewardship, StewardshipKind
from models.engagement import CadenceRule, DutyHolder, Obligation
from models.notices import NoticeKind
from operations import log, notices
from operations.access.actor import SYSTEM
from operations.base import operation
from operations.clocks import rulebook, shanghai
from operations.engagement.cadence import counting, opening, periods, rules

ANSWERING = (Role.UNIT_LEADER, Role.REGISTRAR)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many obligations were opened, fulfilled, warned of, and lapsed."""

    opened: int
    fulfilled: int
    warned: int
    lapsed: int

    @property
    def total(self) -> int:
        """All that was done."""
        return self.opened + self.fulfilled + self.warned + self.lapsed


@operation
def sweep() -> Swept:
    """巡检：what the day asks for, in one transaction."""
    today = shanghai.today()
    opened = opening.open_all(today)
    fulfilled = counting.settle_all(today)
    _follow_calendar()
    lapsed = _lapse_all()
    return Swept(opened, fulfilled, _warn_all(today), lapsed)


def _follow_calendar() -> None:
    """What is open lapses by the calendar as it is now: a year is published after its periods were opened."""
    calendar = rulebook.current().calendar
    open_now = (Obligation.fulfilled_at.is_(None), Obligation.lapsed_at.is_(None))
    for starts_on, ends_on, due_at in db.session.execute(
        select(Obligation.starts_on, Obligation.ends_on, Obligation.due_at).where(*open_now).distinct()
    ).all():
        expected = periods.due_at(calendar, periods.Period(starts_on, ends_on))
        if expected != due_at:
            moved = update(Obligation).where(*open_now, Obligation.ends_on == ends_on, Obligation.due_at == due_at)
            db.session.execute(moved.values(due_at=expected).execution_options(synchronize_session=False))


def _warn_all(today: date) -> int:
    calendar = rulebook.current().calendar
    warned = 0
    for rule in rules.ever():
        period = periods.period_of(rule.period, today)
        if today >= periods.warn_on(calendar, period, rule.warn_days):
            warned += _warn(rule, period)
    return warned


def _warn(rule: CadenceRule, period: periods.Period) -> int:
    """Mark what is still owed and tell each who owes it once, with how many there are."""
    now = clock.now()
    marking = update(Obligation).where(
        Obligation.code == rule.code, Obligation.rule_id == rule.id, Obligation.starts_on == period.starts_on,
        Obligation.ends_on == period.ends_on, Obligation.fulfilled_at.is_(None), Obligation.lapsed_at.is_(None),
        Obligation.warned_at.is_(None),
    )
    marked = _rows_of(marking.values(warned_at=now))
    if marked:
        owing = _owing_now(rule, Obligation.warned_at == now)
        end = f"{period.ends_on.month}月{period.ends_on.day}日"
        _tell(rule, "warn", now, db.session.execute(owing).all(), f"“{rule.title}”将于 {end} 到期，还有 # 项没有完成")
        _record("warn_obligations", rule, period.starts_on, marked)
    return marked


def _lapse_all() -> int:
    """Mark what was not done in time; the unit that answers for it is told."""
    now = clock.now()
    lapsing = update(Obligation).where(
        Obligation.due_at <= now, Obligation.fulfilled_at.is_(None), Obligation.lapsed_at.is_(None)
    )
    lapsed = _rows_of(lapsing.values(lapsed_at=now))
    if lapsed:
        by_rule = select(Obligation.rule_id, func.min(Obligation.starts_on), func.count())
        by_rule = by_rule.where(Obligation.lapsed_at == now).group_by(Obligation.rule_id)
        known = {rule.id: rule for rule in rules.ever()}
        for rule_id, starts_on, count in db.session.execute(by_rule).all():
            rule = known[rule_id]
            told = db.session.execute(_answering(rule, Obligation.lapsed_at == now)).all()
            _tell(rule, "lapse", now, told, f"“{rule.title}”期满，有 # 项没有完成")
            _record("lapse_obligations", rule, starts_on, count)
    return lapsed


def _rows_of(marking: Any) -> int:
    return int(db.session.connection().execute(marking).rowcount)


def _owing_now(rule: CadenceRule, marked: Any) -> Select[*tuple[Any, ...]]:
    """Who owes what was marked, and how many: the present stewards, or the persons themselves."""
    mine = (Obligation.rule_id == rule.id, marked)
    if rule.holder is not DutyHolder.STEWARD:
        return select(Obligation.user_id, func.count()).where(*mine).group_by(Obligation.user_id)
    return (
        select(Stewardship.steward_id, func.count())
        .join(Obligation, Obligation.enterprise_id == Stewardship.enterprise_id)
        .where(*mine, Stewardship.ended_at.is_(None), Stewardship.kind == StewardshipKind.MAIN)
        .group_by(Stewardship.steward_id)
    )


def _answering(rule: CadenceRule, marked: Any) -> Select[*tuple[Any, ...]]:
    """The leaders and registrars of the units whose enterprises or people were marked, and how many of each."""
    unit = func.coalesce(Obligation.unit_id, Enterprise.owner_unit_id)
    units = (
        select(unit.label("unit"), func.count().label("count"))
        .outerjoin(Enterprise, Enterprise.id == Obligation.enterprise_id)
        .where(Obligation.rule_id == rule.id, marked)
        .group_by(unit)
        .subquery()
    )
    return (
        select(Post.user_id, func.sum(units.c.count))
        .join(units, units.c.unit == Post.organisation_id)
        .where(Post.role.in_(ANSWERING), Post.ended_at.is_(None))
        .group_by(Post.user_id)
    )


def _tell(rule: CadenceRule, what: str, now: datetime, counts: Sequence[Any], subject: str) -> None:
    """One message a person, kept back in quiet hours; the last ``#`` of the subject is the person's count."""
    later = notices.not_before(now)
    notices.queue([
        {
            "user_id": user_id,
            "kind": NoticeKind.SYSTEM,
            "ticket_id": None,
            "subject": str(count).join(subject.rsplit("#", 1)),
            "words": "在“走访”页查看清单。",
            "dedup_key": f"cadence.{what}.{rule.id}.{int(now.timestamp() * 1000)}.{user_id}",
            "created_at": now,
            "not_before": later,
        }
        for user_id, count in counts
    ])


def _record(action: str, rule: CadenceRule, starts_on: date, count: int) -> None:
    details = {"code": rule.code, "from": starts_on.isoformat(), "count": count}
    log.record(action, object_type="cadence_rule", object_id=rule.id, actor=SYSTEM, details=details)
