"""What has been done of what is owed: counted by day, so that two notes of one visit are one visit."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, distinct, func, select, update

from models import clock
from models.base import db
from models.days import shanghai_day
from models.engagement import (
    CadenceRule,
    DutyAct,
    Finding,
    Interaction,
    InteractionKind,
    Meeting,
    MeetingKind,
    Obligation,
)
from operations.clocks import shanghai
from operations.engagement.cadence import periods, rules
from operations.engagement.cadence.periods import Period

FORUMS = (MeetingKind.BREAKFAST, MeetingKind.FORUM, MeetingKind.TALK)
VISITED = Interaction.kind == InteractionKind.VISIT


def visits_of_enterprises(start: datetime, end: datetime) -> Select[*tuple[Any, ...]]:
    """The days on which each enterprise was visited, whoever came."""
    days = func.count(distinct(shanghai_day(Interaction.occurred_at)))
    rows = select(Interaction.enterprise_id.label("subject"), days.label("done"))
    during = rows.where(VISITED, Interaction.occurred_at >= start, Interaction.occurred_at < end)
    return during.group_by(Interaction.enterprise_id)


def visits_of_people(start: datetime, end: datetime) -> Select[*tuple[Any, ...]]:
    """The visits that each person made: an enterprise on a day is one."""
    day = shanghai_day(Interaction.occurred_at).label("day")
    once = select(Interaction.steward_id, Interaction.enterprise_id, day).distinct()
    made = once.where(VISITED, Interaction.occurred_at >= start, Interaction.occurred_at < end).subquery()
    return select(made.c.steward_id.label("subject"), func.count().label("done")).group_by(made.c.steward_id)


def findings_of_people(start: datetime, end: datetime) -> Select[*tuple[Any, ...]]:
    """The findings that each observer has filed."""
    rows = select(Finding.filed_by_id.label("subject"), func.count().label("done"))
    during = rows.where(Finding.filed_at >= start, Finding.filed_at < end)
    return during.group_by(Finding.filed_by_id)


def forums_of_people(start: datetime, end: datetime) -> Select[*tuple[Any, ...]]:
    """The meetings with enterprises at which each person presided, once their minutes are written."""
    rows = select(Meeting.chair_id.label("subject"), func.count().label("done"))
    during = rows.where(Meeting.kind.in_(FORUMS), Meeting.minuted_at.is_not(None), Meeting.held_at >= start,
                        Meeting.held_at < end)
    return during.group_by(Meeting.chair_id)


COUNTED: dict[DutyAct, Callable[[datetime, datetime], Select[*tuple[Any, ...]]]] = {
    DutyAct.VISIT: visits_of_enterprises,
    DutyAct.CADRE_VISIT: visits_of_people,
    DutyAct.FORUM: forums_of_people,
    DutyAct.FINDING: findings_of_people,
}


def settle_all(day: date) -> int:
    """对账：count the period of ``day`` and the one before it for every rule, sets at a time. Returns what was fulfilled.

    What was written down late is found here; after an outage nothing is lost.
    """
    known = {(rule.code, rule.act, rule.period) for rule in rules.ever()}
    fulfilled = 0
    for code, act, kind in sorted(known):
        present = periods.period_of(kind, day)
        fulfilled += sum(settle(code, act, period) for period in (periods.before(kind, present), present))
    return fulfilled


def settle(code: str, act: DutyAct, period: Period) -> int:
    """Count one rule's obligations of one period anew, those still unfulfilled. Returns how many are fulfilled now."""
    done = COUNTED[act](period.begins_at, period.ends_at).subquery()
    subject = Obligation.enterprise_id if act is DutyAct.VISIT else Obligation.user_id
    mine = (
        Obligation.code == code, Obligation.starts_on == period.starts_on, Obligation.ends_on == period.ends_on,
        Obligation.fulfilled_at.is_(None),
    )
    fulfilled_at = case((done.c.done >= Obligation.needed, clock.now()), else_=None)
    counting = (
        update(Obligation)
        .where(*mine, subject == done.c.subject, Obligation.done_count != done.c.done)
        .values(done_count=done.c.done, fulfilled_at=fulfilled_at)
        .returning(Obligation.fulfilled_at)
        .execution_options(synchronize_session=False)
    )
    return sum(moment is not None for moment in db.session.scalars(counting))


def settle_visit(enterprise_id: int, visitor_id: int, happened: datetime) -> None:
    """Count a visit at once, for the enterprise and for who came."""
    _settle_open(Obligation.enterprise_id == enterprise_id, DutyAct.VISIT, happened)
    settle_person(visitor_id, DutyAct.CADRE_VISIT, happened)


def settle_person(user_id: int, act: DutyAct, happened: datetime) -> None:
    """Count at once what one person has done."""
    _settle_open(Obligation.user_id == user_id, act, happened)


def _settle_open(whose: ColumnElement[bool], act: DutyAct, happened: datetime) -> None:
    """The few open obligations of somebody on that day."""
    day = shanghai.day_of(happened)
    rows = (
        select(Obligation)
        .join(CadenceRule, CadenceRule.id == Obligation.rule_id)
        .where(whose, CadenceRule.act == act, Obligation.fulfilled_at.is_(None), Obligation.starts_on <= day,
               Obligation.ends_on >= day)
    )
    for obligation in db.session.scalars(rows).all():
        _count_anew(obligation, act)


def _count_anew(obligation: Obligation, act: DutyAct) -> None:
    period = Period(obligation.starts_on, obligation.ends_on)
    done = COUNTED[act](period.begins_at, period.ends_at).subquery()
    subject = obligation.enterprise_id or obligation.user_id
    count = db.session.scalar(select(done.c.done).where(done.c.subject == subject)) or 0
    obligation.done_count = count
    obligation.fulfilled_at = clock.now() if count >= obligation.needed else None
