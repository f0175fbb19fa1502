"""填报: what a unit should report, the reminder to one that is behind, and the weekly picture of all."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from models import clock
from models.access import Post, Role
from models.base import db
from models.bulk import insert_rows
from models.insight import FillingReminder, FillingSnapshot, FillingTarget
from models.notices import NoticeKind
from operations import log, notices
from operations.access.actor import Actor, Standing
from operations.base import insert_ignoring, operation
from operations.clocks import shanghai
from operations.clocks.calendar import SHANGHAI
from operations.errors import BadInput, NotAllowed, Refused
from operations.insight import filling
from operations.insight.filling import FIGURES, Unit

SETTING = (Role.SUPERVISOR, Role.CLERK)
MOST = 10_000_000


@operation
def set_target(unit: Unit, *, actor: Actor, enterprises: int, stewards: int) -> None:
    """定应报数：how much a unit should report this year. A new row each time; the latest holds."""
    post = _ensure_above(actor, unit)
    if not (0 <= enterprises <= MOST and 0 <= stewards <= MOST):
        raise BadInput(f"应报数须是 0 到 {MOST} 的整数。")
    year = clock.now().astimezone(SHANGHAI).year
    db.session.add(FillingTarget(unit_id=unit.id, year=year, enterprises=enterprises, stewards=stewards,
                                 set_by_id=actor.user_id))
    log.record("set_filling_target", object_type="organisation", object_id=unit.id, actor=actor, standing=post,
               details={"year": year, "enterprises": enterprises, "stewards": stewards})


@operation
def remind(unit: Unit, *, actor: Actor) -> int:
    """填报提醒：tell the registrars of a unit that is behind, once a day. Returns how many people were told."""
    post = _ensure_above(actor, unit)
    if not unit.counts.is_behind:
        raise Refused(f"{unit.short_name}没有落后于应报数，不必提醒。")
    people = db.session.scalars(
        select(Post.user_id).where(
            Post.organisation_id.in_(unit.members), Post.role == Role.REGISTRAR, Post.ended_at.is_(None)
        ).distinct()
    ).all()
    if not people:
        raise Refused(f"{unit.short_name}还没有填报人，请先由系统管理员设岗。")
    now = clock.now()
    day = shanghai.day_of(now)
    row = {"unit_id": unit.id, "day": day, "reminded_by_id": actor.user_id, "reminded_at": now}
    made = db.session.scalar(insert_ignoring(FillingReminder).values(row).returning(FillingReminder.id))
    if made is None:
        raise Refused(f"今天已经提醒过{unit.short_name}，每个单位每天一次。")
    later = notices.not_before(now)
    notices.queue([_notice(unit, user_id, now, later) for user_id in sorted(people)])
    log.record("remind_filling", object_type="organisation", object_id=unit.id, actor=actor, standing=post,
               details={"people": len(people)})
    return len(people)


@operation
def freeze_week() -> int:
    """冻结周快照：the figures of every unit as they stand now, for this week; done once, however often asked."""
    now = clock.now()
    week = monday(now)
    if db.session.scalar(select(FillingSnapshot.week).where(FillingSnapshot.week == week).limit(1)):
        return 0
    rows = [_snapshot(unit, week, now) for unit in filling.figures(None, is_exact=True)]
    insert_rows(db.session.connection(), FillingSnapshot.__table__, rows, ignoring=True)
    return len(rows)


def monday(moment: datetime) -> date:
    """The first day of the moment's Shanghai week."""
    day = shanghai.day_of(moment)
    return day - timedelta(days=day.weekday())


def may_set(actor: Actor, unit: Unit) -> bool:
    """Whether the actor sets the unit's targets and reminds it."""
    return _post_above(actor, unit) is not None


def _snapshot(unit: Unit, week: date, now: datetime) -> dict[str, Any]:
    names = (*FIGURES, "enterprises_due", "stewards_due")
    return {"unit_id": unit.id, "week": week, "taken_at": now, **{name: getattr(unit.counts, name) for name in names}}


def _notice(unit: Unit, user_id: int, now: datetime, later: datetime) -> dict[str, Any]:
    counts = unit.counts
    parts = [
        f"{what}应报 {due}，已报 {have}"
        for what, due, have in (
            ("企业", counts.enterprises_due, counts.enterprises), ("管家", counts.stewards_due, counts.stewards)
        )
        if due is not None and have < due
    ]
    return {
        "user_id": user_id, "kind": NoticeKind.SYSTEM, "ticket_id": None, "subject": f"填报提醒：{unit.short_name}",
        "words": "；".join(parts) + "。请尽快补报。", "dedup_key": f"filling.{unit.id}.{user_id}.{now:%Y%m%d}",
        "created_at": now, "not_before": later,
    }


def _post_above(actor: Actor, unit: Unit) -> Standing | None:
    return actor.post_above(unit.region_path, roles=SETTING)


def _ensure_above(actor: Actor, unit: Unit) -> Standing:
    post = _post_above(actor, unit)
    if post is None:
        raise NotAllowed
    return post
