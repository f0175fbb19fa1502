"""开出应尽事项: one row for each enterprise or person a rule is for, in the period of a day, exactly once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Insert, Select, and_, exists, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from models import clock
from models.access import CADRES, Post, Role
from models.base import UTCDateTime, db
from models.directory import Enterprise, EnterpriseStatus, Tag
from models.engagement import CadenceRule, DutyHolder, Obligation
from operations import log
from operations.access.actor import SYSTEM
from operations.clocks import rulebook
from operations.engagement.cadence import periods, rules
from operations.engagement.cadence.periods import Period

RUNNING = (EnterpriseStatus.PREPARING, EnterpriseStatus.BUILDING, EnterpriseStatus.OPERATING)
HEAD_RANK = 1
HOLDERS: dict[DutyHolder, ColumnElement[bool]] = {
    DutyHolder.HEAD: and_(Post.role == Role.LEADER, Post.rank == HEAD_RANK),
    DutyHolder.DEPUTY: and_(Post.role == Role.LEADER, Post.rank > HEAD_RANK),
    DutyHolder.CADRE: Post.role.in_(CADRES),
    DutyHolder.OBSERVER: Post.role == Role.SPECIAL_OBSERVER,
}
COLUMNS = ("rule_id", "code", "starts_on", "ends_on", "due_at", "needed", "done_count", "opened_at")
INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def open_all(day: date) -> int:
    """Open what the rules in force ask for in the period of ``day``. Returns how many rows are new.

    Who came when the warning was already due owes from the next period on.
    """
    calendar = rulebook.current().calendar
    opened = 0
    for rule in rules.in_force(day):
        period = periods.period_of(rule.period, day)
        known_by = periods.midnight(periods.warn_on(calendar, period, rule.warn_days))
        found = _open(rule, period, due_at=periods.due_at(calendar, period), known_by=known_by)
        opened += found
        if found:
            details = {"code": rule.code, "from": period.starts_on.isoformat(), "count": found}
            log.record("open_obligations", object_type="cadence_rule", object_id=rule.id, actor=SYSTEM,
                       details=details)
    return opened


def _open(rule: CadenceRule, period: Period, *, due_at: datetime, known_by: datetime) -> int:
    asked = (
        literal(rule.id), literal(rule.code), literal(period.starts_on), literal(period.ends_on),
        literal(due_at, UTCDateTime()), literal(rule.needed), literal(0), literal(clock.now(), UTCDateTime()),
    )
    is_known = exists().where(
        Obligation.code == rule.code, Obligation.starts_on == period.starts_on, Obligation.ends_on == period.ends_on,
    )
    if rule.holder is DutyHolder.STEWARD:
        firms = select(Enterprise.id, *asked).where(*_tier(rule), Enterprise.created_at < known_by)
        inserting = _inserting(firms.where(~is_known.where(Obligation.enterprise_id == Enterprise.id)), "enterprise_id")
    else:
        people = _people(rule, asked, known_by).where(~is_known.where(Obligation.user_id == Post.user_id))
        inserting = _inserting(people, "user_id", "unit_id")
    return int(db.session.connection().execute(inserting).rowcount)


def _tier(rule: CadenceRule) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Enterprise.merged_into_id.is_(None), Enterprise.status.in_(RUNNING)]
    if rule.category:
        wanted.append(Enterprise.category == rule.category)
    if rule.green_card_only:
        wanted.append(Enterprise.has_green_card.is_(True))
    if rule.tag:
        tagged = select(Tag.enterprise_id).where(Tag.label == rule.tag, Tag.ended_at.is_(None))
        wanted.append(Enterprise.id.in_(tagged))
    return wanted


def _people(rule: CadenceRule, asked: Any, known_by: datetime) -> Select[*tuple[Any, ...]]:
    """Each person once, at the unit of their first such post."""
    return (
        select(Post.user_id, func.min(Post.organisation_id), *asked)
        .where(HOLDERS[rule.holder], Post.ended_at.is_(None), Post.organisation_id.is_not(None),
               Post.started_at < known_by)
        .group_by(Post.user_id)
    )


def _inserting(rows: Select[*tuple[Any, ...]], *subject: str) -> Insert:
    """The unique keys decide between two workers that open the same period."""
    insert = INSERTS[db.session.get_bind().dialect.name](Obligation.__table__)
    inserting: Insert = insert.from_select([*subject, *COLUMNS], rows).on_conflict_do_nothing()
    return inserting.execution_options(preserve_rowcount=True)
