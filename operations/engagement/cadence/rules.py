"""走访频次规则: set by the security administrator, dated, with the reason; what was in force stays readable."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from models import clock
from models.access import Role, User
from models.base import db
from models.directory import EnterpriseCategory
from models.engagement import CadenceRule, DutyAct, DutyHolder, DutyPeriod
from operations import log
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.base import operation
from operations.clocks import shanghai
from operations.errors import BadInput, NotAllowed, Refused

MOST_NEEDED, MOST_WARN_DAYS = 31, 60
ACTS_OF = {
    DutyHolder.STEWARD: (DutyAct.VISIT,),
    DutyHolder.HEAD: (DutyAct.FORUM, DutyAct.CADRE_VISIT),
    DutyHolder.DEPUTY: (DutyAct.FORUM, DutyAct.CADRE_VISIT),
    DutyHolder.CADRE: (DutyAct.FORUM, DutyAct.CADRE_VISIT),
    DutyHolder.OBSERVER: (DutyAct.FINDING,),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule asks: who owes what, how often, for which enterprises, with how much warning."""

    title: str
    act: DutyAct
    holder: DutyHolder
    needed: int
    period: DutyPeriod
    warn_days: int
    category: EnterpriseCategory | None = None
    tag: str = ""
    green_card_only: bool = False


def in_force(day: date | None = None) -> Sequence[CadenceRule]:
    """The rules of a day, today as a rule."""
    at = day or shanghai.today()
    rows = select(CadenceRule).where(
        CadenceRule.valid_from <= at, or_(CadenceRule.valid_to.is_(None), CadenceRule.valid_to > at)
    )
    return db.session.scalars(rows.order_by(CadenceRule.id)).all()


def ever() -> Sequence[CadenceRule]:
    """Every version of every rule, the oldest first: what opened obligations is found among them."""
    return db.session.scalars(select(CadenceRule).order_by(CadenceRule.id)).all()


def history() -> Sequence[Any]:
    """Every version with the name of who set it, the newest first: rows of (rule, name)."""
    rows = select(CadenceRule, User.name).outerjoin(User, User.id == CadenceRule.set_by_id)
    return db.session.execute(rows.order_by(CadenceRule.set_at.desc(), CadenceRule.id.desc())).all()


def get(code: str) -> CadenceRule:
    """The open version of a rule; NotFound when there is none."""
    return the_one(select(CadenceRule).where(CadenceRule.code == code, CadenceRule.valid_to.is_(None)))


@operation
def add(terms: Terms, *, reason: str, actor: Actor) -> CadenceRule:
    """新增规则：in force from today. Raises BadInput for what cannot be asked, NotAllowed to anybody else."""
    standing = _standing(actor)
    code = f"rule-{(db.session.scalar(select(func.max(CadenceRule.id))) or 0) + 1}"
    return _write(code, terms, reason=reason, actor=actor, standing=standing, action="add_cadence_rule")


@operation
def change(rule: CadenceRule, terms: Terms, *, reason: str, actor: Actor) -> CadenceRule:
    """修改规则：end the version in force and begin the next one today; periods already opened keep their terms."""
    standing = _standing(actor)
    if all(getattr(rule, name) == value for name, value in asdict(terms).items()):
        raise BadInput("规则没有改动。")
    _end(rule)
    return _write(rule.code, terms, reason=reason, actor=actor, standing=standing, action="change_cadence_rule")


@operation
def end(rule: CadenceRule, *, reason: str, actor: Actor) -> None:
    """停用规则：nothing more is opened; what is open goes on to its end."""
    standing = _standing(actor)
    _end(rule)
    _record("end_cadence_rule", rule, reason, actor=actor, standing=standing)


def _standing(actor: Actor) -> Standing:
    posts = actor.posts_as(Role.SECURITY_ADMINISTRATOR)
    if not posts:
        raise NotAllowed
    return posts[0]


def _end(rule: CadenceRule) -> None:
    if rule.valid_to is not None:
        raise Refused("这条规则刚刚被改过，请重新打开页面。")
    rule.valid_to = max(shanghai.today(), rule.valid_from)
    db.session.flush()  # the next version may be open only when this one is not


def _write(
    code: str, terms: Terms, *, reason: str, actor: Actor, standing: Standing, action: str
) -> CadenceRule:
    _ensure_sound(terms, reason)
    rule = CadenceRule(code=code, **asdict(terms), valid_from=shanghai.today(), reason=reason, set_by_id=actor.user_id,
                       set_at=clock.now())
    db.session.add(rule)
    db.session.flush()
    _record(action, rule, reason, actor=actor, standing=standing)
    return rule


def _ensure_sound(terms: Terms, reason: str) -> None:
    if not terms.title.strip() or not reason.strip():
        raise BadInput("请写明规则名称和理由。")
    if terms.act not in ACTS_OF[terms.holder]:
        raise BadInput(f"{terms.holder.label}不承担“{terms.act.label}”，请改选。")
    if terms.holder is not DutyHolder.STEWARD and (terms.category or terms.tag or terms.green_card_only):
        raise BadInput("企业范围只用于企业管家的走访规则。")
    if not 1 <= terms.needed <= MOST_NEEDED or not 0 <= terms.warn_days <= MOST_WARN_DAYS:
        raise BadInput(f"次数应为 1 到 {MOST_NEEDED}，提前提醒应为 0 到 {MOST_WARN_DAYS} 个工作日。")


def _record(action: str, rule: CadenceRule, reason: str, *, actor: Actor, standing: Standing) -> None:
    details = {"code": rule.code, "act": str(rule.act), "holder": str(rule.holder), "needed": rule.needed,
               "period": str(rule.period), "warn_days": rule.warn_days, "category": str(rule.category or "")}
    log.record(action, object_type="cadence_rule", object_id=rule.id, actor=actor, standing=standing, words=reason,
               details=details)
