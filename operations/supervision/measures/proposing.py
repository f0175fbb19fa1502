"""提请: the supervisor's office proposes a measure by hand, against a unit or about one of its tickets."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select

from models import clock
from models.access import Role
from models.base import db
from models.directory import Organisation, OrganisationKind, Region
from models.measures import Decision, Measure, MeasureKind
from models.supervision import Level, SupervisionSource
from models.tickets import Ticket
from operations import log
from operations.access.actor import Actor, Standing
from operations.base import hold, operation
from operations.errors import BadInput, NotAllowed, Refused, Stale
from operations.supervision import chain, ladder
from operations.supervision.measures import telling
from operations.supervision.measures.by_rule import BY_HAND
from operations.words import ensure_said

REASON_LIMIT, NAME_LIMIT = 1000, 64
# Who routes, supervises or examines others is not measured by this register.
MEASURED = (OrganisationKind.BUREAU, OrganisationKind.WINDOW, OrganisationKind.TOWN, OrganisationKind.GOVERNMENT)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is held responsible."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is proposed and why; a referral names who is directly responsible and who leads (一案双查)."""

    kind: MeasureKind
    reason: str
    direct: Person | None = None
    leading: Person | None = None


@operation
def propose(
    unit: Organisation, *, actor: Actor, grounds: Grounds, ticket: Ticket | None = None, version: int | None = None
) -> Measure:
    """提请约谈、挂牌督办、移交问责：by the supervisor of the region; a leader decides. ``version`` is the ticket's, as shown."""
    if ticket is not None:
        hold(ticket)
        if version is not None and version != ticket.version:
            raise Stale
    region_path = ticket.region_path if ticket else _region_path(unit)
    standing = actor.post_above(region_path, roles=(Role.SUPERVISOR,))
    if standing is None:
        raise NotAllowed
    _ensure_sound(unit, grounds, ticket)
    measure = Measure(
        kind=grounds.kind, source=SupervisionSource.PERSON, rule=BY_HAND, unit_id=unit.id,
        ticket_id=ticket.id if ticket else None, office_id=ladder.Offices().issuer(region_path, Level.TALK),
        region_path=region_path, reason=grounds.reason.strip(), responsible_id=chain.head(unit.id),
        proposed_at=clock.now(), proposed_by_id=actor.user_id, **_named(grounds),
    )
    db.session.add(measure)
    db.session.flush()
    record("propose_measure", measure, actor=actor, standing=standing, words=measure.reason)
    telling.tell_leaders(measure, f"提请{grounds.kind.label}待批准：{unit.short_name}", words=measure.reason)
    return measure


def record(action: str, measure: Measure, *, actor: Actor, standing: Standing | None, words: str = "") -> None:
    """留痕：on the ticket too, where it is about one; the words of a referral stay out of the ticket's story."""
    is_told = measure.kind is not MeasureKind.REFERRAL
    log.record(action, object_type="measure", object_id=measure.id, actor=actor, standing=standing,
               ticket_id=measure.ticket_id, words=words if is_told else "",
               details={"kind": str(measure.kind), "unit": measure.unit_id, "rule": measure.rule})


def not_to_propose(unit: Organisation, kind: MeasureKind, ticket: Ticket | None = None) -> str | None:
    """Why such a measure is not proposed now: another unit leads the ticket, or there is one already."""
    if ticket is not None and ticket.lead_unit_id != unit.id:
        return "这件办件不由该单位主办。"
    about = _about(unit, ticket)
    if db.session.scalar(select(exists().where(*about, Measure.kind == kind, Measure.ended_at.is_(None)))):
        return f"已有一份{kind.label}没有结束。"
    return None


def _ensure_sound(unit: Organisation, grounds: Grounds, ticket: Ticket | None) -> None:
    ensure_said(grounds.reason, "请写明事由。", most=REASON_LIMIT)
    if unit.kind not in MEASURED:
        raise BadInput("请选择承办单位。")
    objection = not_to_propose(unit, grounds.kind, ticket)
    if objection:
        raise Refused(objection)
    if grounds.kind is MeasureKind.REFERRAL:
        _ensure_two(grounds)
        before = (Measure.kind != MeasureKind.REFERRAL, Measure.decision == Decision.APPROVED,
                  Measure.revoked_at.is_(None), Measure.unit_id == unit.id)
        if not db.session.scalar(select(exists().where(*before))):
            raise Refused("先约谈或者挂牌督办，仍不落实的才移交问责。")


def _ensure_two(grounds: Grounds) -> None:
    """一案双查: exactly two, and two different ones."""
    people = [one for one in (grounds.direct, grounds.leading) if one and one.name.strip()]
    if len(people) != 2 or people[0] == people[1]:
        raise BadInput("一案双查：请写明直接责任人和领导责任人各一名，不能是同一人。")
    if any(len(part) > NAME_LIMIT for one in people for part in (one.name, one.title)):
        raise BadInput(f"姓名和职务最多 {NAME_LIMIT} 字。")


def _named(grounds: Grounds) -> dict[str, str]:
    if grounds.kind is not MeasureKind.REFERRAL or grounds.direct is None or grounds.leading is None:
        return {}
    direct, leading = grounds.direct, grounds.leading
    return {"direct_name": direct.name, "direct_title": direct.title, "leading_name": leading.name,
            "leading_title": leading.title}


def _about(unit: Organisation, ticket: Ticket | None) -> tuple[ColumnElement[bool], ...]:
    if ticket is not None:
        return (Measure.ticket_id == ticket.id,)
    return Measure.unit_id == unit.id, Measure.ticket_id.is_(None)


def _region_path(unit: Organisation) -> str:
    return db.session.scalars(select(Region.path).where(Region.id == unit.region_id)).one()
