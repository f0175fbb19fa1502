"""企业主页: what is known, since when and from where; what is due; what it was called; which others may be the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from models.access import Role
from models.base import db
from models.directory import Enterprise, EnterpriseName, EnterpriseStatus, FactChange
from operations.access import scope
from operations.access.actor import Actor
from operations.access.scope import REGIONAL
from operations.clocks import shanghai
from operations.directory import merging, standing
from operations.directory.fact_kinds import ALL_FACTS
from operations.directory.facts import written
from operations.directory.industries import section_of

# In the order of the page; what is empty and stands at the end is left out.
SHOWN = (
    "credit_code", "name", "short_name", "kind", "category", "status", "region_id", "owner_unit_id", "address",
    "industry", "size", "staff_count", "revenue", "assets", "founded_on", "legal_representative", "contact_name",
    "contact_phone", "credit_flag", "has_green_card", "code_override",
)
ONLY_WHEN_THERE = ("short_name", "code_override")
ALIKE_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Known:
    """One fact in words, with where it comes from and since when it stands like that."""

    label: str
    words: str
    source: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due at the enterprise: what, on which day, and whether the day has passed."""

    words: str
    on: date
    has_passed: bool


def known(enterprise: Enterprise) -> list[Known]:
    """资料：each fact with the source and the day of its latest change, or of the enterprise's row: one statement
    beside what the row itself points to."""
    latest = (
        select(func.max(FactChange.id)).where(FactChange.enterprise_id == enterprise.id).group_by(FactChange.field)
    )
    rows = select(FactChange.field, FactChange.source, FactChange.changed_at).where(FactChange.id.in_(latest))
    changes = {row.field: row for row in db.session.execute(rows)}
    found = []
    for field in SHOWN:
        text = written(field, getattr(enterprise, field))
        if not text and field in ONLY_WHEN_THERE:
            continue
        change = changes.get(field)
        source, since = (change.source, change.changed_at) if change else (enterprise.source, enterprise.created_at)
        found.append(Known(ALL_FACTS[field].label, _told(field, text), source or "未注明", since))
    return found


def due(enterprise: Enterprise) -> list[Due]:
    """到期：the promised contact, and the end of a rest. Tickets have their own list with their lights."""
    today = shanghai.today()
    found = []
    if enterprise.next_contact_on:
        found.append(Due("约好再联系", enterprise.next_contact_on, enterprise.next_contact_on < today))
    if enterprise.status is EnterpriseStatus.SUSPENDED and enterprise.suspended_until:
        over = standing.rest_is_over(enterprise)
        words = "歇业已到期，请核实是否恢复经营" if over else "歇业截止"
        found.append(Due(words, enterprise.suspended_until, over))
    return sorted(found, key=lambda one: one.on)


def former_names(enterprise: Enterprise) -> Sequence[EnterpriseName]:
    """曾用名, the latest first."""
    rows = select(EnterpriseName).where(EnterpriseName.enterprise_id == enterprise.id)
    return db.session.scalars(rows.order_by(EnterpriseName.id.desc()).limit(20)).all()


def may_be_the_same(actor: Actor, enterprise: Enterprise) -> list[Enterprise]:
    """疑似重复：others that the actor may merge it with, of the same name, or of the same phone, at most eight."""
    same: list[Any] = [Enterprise.name == enterprise.name]
    if enterprise.contact_phone:
        same.append(and_(Enterprise.contact_phone == enterprise.contact_phone,
                         Enterprise.region_id == enterprise.region_id))
    rows = _mergeable(actor).where(or_(*same), Enterprise.id != enterprise.id).limit(ALIKE_SHOWN)
    return [other for other in db.session.scalars(rows) if merging.may_merge(actor, enterprise, other)]


def meant(actor: Actor, enterprise: Enterprise, words: str) -> list[Enterprise]:
    """Those that ``words``, a whole name or a whole credit code, may mean and the actor may merge it with."""
    named = or_(Enterprise.name == words, Enterprise.credit_code == words.upper())
    rows = _mergeable(actor).where(named, Enterprise.id != enterprise.id).limit(ALIKE_SHOWN)
    return [other for other in db.session.scalars(rows) if merging.may_merge(actor, enterprise, other)]


def merged_into(enterprise: Enterprise) -> Enterprise | None:
    """The enterprise that goes on in place of a merged one."""
    return db.session.get(Enterprise, enterprise.merged_into_id) if enterprise.merged_into_id else None


def hears(actor: Actor) -> bool:
    """Whether the actor is told what the enterprise says and asks for: registrars keep facts and see no more."""
    return actor.holds(Role.STEWARD, *REGIONAL)


def _mergeable(actor: Actor) -> Any:
    return scope.visible_enterprises(actor.only(Role.REGISTRAR, *merging.ABOVE)).where(
        Enterprise.merged_into_id.is_(None)
    )


def _told(field: str, text: str) -> str:
    words = ALL_FACTS[field].tell(text) if text else "未登记"
    if field == "industry" and text:
        return f"{text} {section_of(text)}"
    return "否" if field == "has_green_card" and not text else words
