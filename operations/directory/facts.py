"""改资料: the owner's registrar changes what is known of an enterprise; each field is checked and kept before and after.

What follows from a change follows with it: the former name, the initials, the kind, the size, the owning unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from models import clock
from models.base import db
from models.directory import (
    Enterprise,
    EnterpriseCategory,
    EnterpriseKind,
    EnterpriseName,
    FactChange,
    Industry,
    Organisation,
    Region,
)
from operations import log
from operations.access import scope
from operations.access.actor import Actor
from operations.base import operation, remembered
from operations.clocks import shanghai
from operations.directory import names
from operations.directory.fact_kinds import ALL_FACTS, FACTS, KEPT, label_of, told
from operations.directory.ownership import Owners
from operations.directory.sizes import size_of
from operations.errors import BadInput, NotAllowed, Refused, Stale
from operations.insight.indexing import index_enterprises

KIND_OF_PREFIX = {"92": EnterpriseKind.SOLE_TRADER, "93": EnterpriseKind.COOPERATIVE}
CHANGED_MEANWHILE = "企业资料刚刚被他人更新，请核对后再提交。"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that somebody would change: what stands there now and what would."""

    field: str
    label: str
    now: str
    then: str


@operation
def change_facts(
    enterprise: Enterprise, *, actor: Actor, changes: dict[str, Any], source: str, version: int | None = None,
    batch_id: int | None = None, reason: str = "",
) -> list[FactChange]:
    """改资料：``changes`` by field of FACTS, as a form or a file says them; answers what became different.

    ``region_id`` takes an id or a code. ``version`` is the row's as the page showed it. Raises NotAllowed for who does
    not own the enterprise, BadInput for what cannot be, Refused for a code that is another's, Stale.
    """
    if not scope.may_change(actor, enterprise):
        raise NotAllowed
    if version is not None and version != enterprise.version:
        raise Stale(CHANGED_MEANWHILE)
    before = _values(enterprise)
    wanted = read_changes(changes)
    _ensure_code_fits(enterprise, wanted)
    for field, value in wanted.items():
        setattr(enterprise, field, value)
    _follow(enterprise, wanted, before=before)
    made = _note(enterprise, before, actor=actor, source=source, batch_id=batch_id)
    if made:
        log.record("change_facts", object_type="enterprise", object_id=enterprise.id, actor=actor,
                   standing=scope.registering_post(actor, enterprise), words=reason,
                   details={"fields": sorted(change.field for change in made), "batch": batch_id})
    db.session.flush()
    if made:
        index_enterprises([enterprise.id])
    return made


def read_changes(changes: dict[str, Any]) -> dict[str, Any]:
    """The stored values of what is said; every field of FACTS and no other. Raises BadInput."""
    unknown = changes.keys() - FACTS.keys()
    if unknown:
        raise BadInput(f"不能更改：{'、'.join(sorted(unknown))}。")
    wanted = {field: FACTS[field].read(said) for field, said in changes.items()}
    if "region_id" in wanted:
        wanted["region_id"] = _region(wanted["region_id"]).id
    if wanted.get("industry"):
        _ensure_industry(wanted["industry"])
    return wanted


def differences(enterprise: Enterprise, changes: dict[str, Any]) -> list[Difference]:
    """What the changes would change, field by field, in words. Writes nothing. Raises BadInput."""
    found = []
    for field, value in read_changes(changes).items():
        now, then = written(field, getattr(enterprise, field)), written(field, value)
        if now != then:
            found.append(Difference(field, label_of(field), told(field, now), told(field, then)))
    return found


def changed_since(enterprise: Enterprise, version: int) -> Sequence[FactChange]:
    """What others have changed since the page of that version was printed, the latest first: at most as many as the
    version has moved on, for each move changes at least one field."""
    if version >= enterprise.version:
        return []
    latest = select(FactChange.changed_at).where(FactChange.enterprise_id == enterprise.id).distinct()
    latest = latest.order_by(FactChange.changed_at.desc()).limit(enterprise.version - version)
    moments = list(db.session.scalars(latest))
    rows = select(FactChange).where(FactChange.enterprise_id == enterprise.id, FactChange.changed_at.in_(moments))
    return list(db.session.scalars(rows.order_by(FactChange.id.desc())))


def written(field: str, value: Any) -> str:
    """The text that FactChange keeps of a stored value: a region and a unit by key and name."""
    match field:
        case "region_id":
            region = db.session.get(Region, value) if value else None
            return f"{region.code} {region.name}" if region else ""
        case "owner_unit_id":
            unit = db.session.get(Organisation, value) if value else None
            return f"{unit.id} {unit.short_name}" if unit else ""
        case _:
            return ALL_FACTS[field].write(value)[:KEPT]


def kind_of(credit_code: str | None) -> EnterpriseKind:
    """主体类型, told by the prefix of the credit code (GB 32100)."""
    return KIND_OF_PREFIX.get(credit_code[:2], EnterpriseKind.COMPANY) if credit_code else EnterpriseKind.UNKNOWN


def _values(enterprise: Enterprise) -> dict[str, Any]:
    return {field: getattr(enterprise, field) for field in ALL_FACTS}


def _region(said: Any) -> Region:
    """The region of an id, of a code or of a name that only one has, if it is in force."""
    text = str(said or "").strip()
    by = Region.id == said if isinstance(said, int) else or_(Region.code == text, Region.name == text)
    today = shanghai.today()
    in_force = or_(Region.valid_to.is_(None), Region.valid_to >= today)
    found = db.session.scalars(select(Region).where(by, in_force).limit(2)).all()
    if not found:
        raise BadInput("没有这个区划，或该区划代码已停用。")
    if len(found) > 1:
        raise BadInput(f"叫“{text}”的区划不止一个，请填区划代码。")
    return found[0]


def _ensure_industry(code: str) -> None:
    known = remembered("industries", lambda: set(db.session.scalars(select(Industry.code))))
    if known and code[:2] not in known and code not in known:
        raise BadInput(f"没有行业代码 {code}（GB/T 4754）。")


def _ensure_code_fits(enterprise: Enterprise, wanted: dict[str, Any]) -> None:
    """A code whose check digit is wrong needs a reason; one that another has is refused."""
    code = wanted.get("credit_code")
    if not code or code == enterprise.credit_code:
        return
    if names.has_right_check(code):
        wanted["code_override"] = ""
    elif not wanted.get("code_override"):
        raise BadInput("统一社会信用代码的校验位不符。核对无误仍要采用的，请写明理由。")
    if db.session.scalar(select(Enterprise.id).where(Enterprise.credit_code == code, Enterprise.id != enterprise.id)):
        raise Refused("该统一社会信用代码已登记在另一家企业名下。如系同一家，请合并。")


def _follow(enterprise: Enterprise, wanted: dict[str, Any], *, before: dict[str, Any]) -> None:
    """What follows from the changed facts."""
    if enterprise.name != before["name"]:
        enterprise.initials = names.initials_of(enterprise.name)
        ended_on = shanghai.today()
        db.session.add(EnterpriseName(enterprise_id=enterprise.id, name=before["name"], ended_on=ended_on))
    if enterprise.credit_code and "credit_code" in wanted:
        enterprise.kind = kind_of(enterprise.credit_code)
    if wanted.keys() & {"industry", "staff_count", "revenue", "assets"}:
        enterprise.size = size_of(enterprise)
    if (enterprise.category, enterprise.region_id) != (before["category"], before["region_id"]):
        region = db.session.get_one(Region, enterprise.region_id)
        enterprise.owner_unit_id = Owners().of(EnterpriseCategory(enterprise.category), region.path)


def _note(
    enterprise: Enterprise, before: dict[str, Any], *, actor: Actor, source: str, batch_id: int | None
) -> list[FactChange]:
    now, made = clock.now(), []
    for field, earlier in before.items():
        was, is_now = written(field, earlier), written(field, getattr(enterprise, field))
        if was != is_now:
            made.append(FactChange(enterprise_id=enterprise.id, field=field, before=was, after=is_now,
                                   source=source[:100], batch_id=batch_id, changed_by_id=actor.user_id, changed_at=now))
    db.session.add_all(made)
    return made
