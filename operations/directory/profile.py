"""企业资料变更: a member says what the directory should say of their enterprise; whoever owns the row decides.

Who may be called is the enterprise's own business and applies at once; what the city counts by waits for the owner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models import clock
from models.access import Role
from models.base import db
from models.directory import Decision, Enterprise, FactRequest
from operations import log, notices
from operations.access import desks, scope
from operations.access.actor import SYSTEM, Actor
from operations.base import operation
from operations.directory import claim_desk, facts
from operations.directory.fact_kinds import label_of, told
from operations.errors import BadInput, NotAllowed, NotFound, Refused, Stale
from operations.insight.keyset import TOP, Page, Place, paged

DESK = (Role.REGISTRAR, Role.CLERK)
SHOWN, OWN_SHOWN = 25, 20


class Settling(StrEnum):
    """When what a member says of a field applies."""

    AT_ONCE = "at_once"
    CONFIRMED = "confirmed"


# The one table of what a member may say, in the order of the form; no other field is theirs.
PROFILE: dict[str, Settling] = {
    "contact_name": Settling.AT_ONCE,
    "contact_phone": Settling.AT_ONCE,
    "name": Settling.CONFIRMED,
    "legal_representative": Settling.CONFIRMED,
    "address": Settling.CONFIRMED,
    "industry": Settling.CONFIRMED,
    "staff_count": Settling.CONFIRMED,
    "revenue": Settling.CONFIRMED,
    "assets": Settling.CONFIRMED,
    "founded_on": Settling.CONFIRMED,
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one sending: the labels of what applies now and of what waits."""

    applied: list[str]
    waiting: list[str]


@dataclass(frozen=True, slots=True)
class Item:
    """One waiting request in the queue, in words."""

    id: int
    enterprise: str
    label: str
    before: str
    after: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """One request in words: what the directory said then, what it says now, what it should say."""

    request: FactRequest
    label: str
    before: str
    now: str
    after: str

    @property
    def has_moved(self) -> bool:
        """Whether the directory has changed since the member asked."""
        return self.request.decided_at is None and self.before != self.now


@operation
def propose_facts(
    enterprise: Enterprise, *, actor: Actor, changes: dict[str, Any], version: int | None = None
) -> Sent:
    """申请改资料：``changes`` by field of PROFILE. ``version`` is the row's as the page showed it.

    Raises NotAllowed for who is no member, BadInput, Stale, and Refused for a field that waits already or for nothing
    new.
    """
    if enterprise.id not in scope.own_enterprise_ids(actor) or changes.keys() - PROFILE.keys():
        raise NotAllowed
    db.session.refresh(enterprise, with_for_update=True)
    if version is not None and version != enterprise.version:
        raise Stale(facts.CHANGED_MEANWHILE)
    texts = _different(enterprise, changes)
    _ensure_free(enterprise, texts)
    at_once = {field: then for field, (_, then) in texts.items() if PROFILE[field] is Settling.AT_ONCE}
    rest = {field: both for field, both in texts.items() if field not in at_once}
    log.record("propose_facts", object_type="enterprise", object_id=enterprise.id, actor=actor,
               details={"applied": sorted(at_once), "waiting": sorted(rest)})
    if at_once:
        facts.change_facts(enterprise, actor=SYSTEM, changes=at_once, source=f"企业自行更新（{actor.name}）")
    db.session.add_all(FactRequest(enterprise_id=enterprise.id, field=field, before=now, after=then,
                                   asked_by_id=actor.user_id, asked_at=clock.now())
                       for field, (now, then) in rest.items())
    db.session.flush()
    if rest:
        _tell_desk(enterprise, actor)
    return Sent([label_of(field) for field in at_once], [label_of(field) for field in rest])


@operation
def confirm(request_id: int, *, actor: Actor, version: int | None = None, reason: str = "") -> FactRequest:
    """确认变更：the directory says what the member asked for, with both named as its source.

    ``version`` is the enterprise's as the page showed it: what changed after that is Stale, so that nobody overwrites
    what they have not seen. Raises NotFound, Refused, BadInput.
    """
    asked = _waiting(request_id, actor)
    enterprise = asked.enterprise
    if enterprise.merged_into_id is not None:
        raise Refused("这家企业已经合并到另一家，只能不予确认。")
    by = actor if scope.may_change(actor, enterprise) else SYSTEM
    facts.change_facts(enterprise, actor=by, changes={asked.field: asked.after}, version=version, reason=reason,
                       source=f"企业申报（{asked.asked_by.name}），{actor.name}核实")
    return _settled(asked, Decision.CONFIRMED, actor=actor, reason=reason)


@operation
def refuse(request_id: int, *, actor: Actor, reason: str) -> FactRequest:
    """不予确认：nothing changes; the member reads why and may ask again. Raises NotFound, Refused, BadInput."""
    if not reason.strip():
        raise BadInput("请写明不予确认的原因。")
    return _settled(_waiting(request_id, actor), Decision.REFUSED, actor=actor, reason=reason)


@operation
def withdraw(request_id: int, *, actor: Actor) -> FactRequest:
    """撤回申请：while nobody has decided, by who asked or by an administrator of the enterprise; nothing changes.

    Raises NotFound, and Refused once it is decided.
    """
    own = select(FactRequest).where(
        FactRequest.id == request_id, FactRequest.enterprise_id.in_(scope.own_enterprise_ids(actor))
    )
    found = db.session.scalar(own.with_for_update(of=FactRequest).execution_options(populate_existing=True))
    if found is None or not may_withdraw(actor, found):
        raise NotFound
    if found.decided_at is not None:
        raise Refused("这项申请已有结果，不能撤回。")
    found.decision, found.decided_at, found.decided_by_id = Decision.WITHDRAWN, clock.now(), actor.user_id
    log.record("withdraw_fact_request", object_type="fact_request", object_id=found.id, actor=actor,
               details={"enterprise": found.enterprise_id, "field": found.field})
    return found


def may_withdraw(actor: Actor, asked: FactRequest) -> bool:
    """Whether it is the actor's to take back while it waits."""
    return asked.asked_by_id == actor.user_id or actor.administers(asked.enterprise_id)


def waiting(actor: Actor, *, place: Place = TOP) -> tuple[list[Item], Page]:
    """One page of the requests that wait on the actor's desk, the oldest first."""
    columns: tuple[Any, ...] = (FactRequest.id, Enterprise.name, FactRequest.field, FactRequest.before,
                                FactRequest.after, FactRequest.asked_at)
    rows = desks.visible_fact_requests(actor).where(FactRequest.decided_at.is_(None)).with_only_columns(*columns)
    page = paged(rows, FactRequest.asked_at, FactRequest.id, size=SHOWN, place=place)
    return [
        Item(row.id, row.name, label_of(row.field), told(row.field, row.before), told(row.field, row.after),
             row.asked_at)
        for row in page.rows
    ], page


def get_asked(actor: Actor, request_id: int) -> Asked:
    """The request beside what the directory says now, when it is the actor's to decide. Raises NotFound."""
    found = db.session.scalar(desks.visible_fact_requests(actor).where(FactRequest.id == request_id))
    if found is None:
        raise NotFound
    return _in_words(found)


def asked_of(enterprise: Enterprise) -> list[Asked]:
    """The requests of an enterprise, those that wait first, then the latest."""
    rows = select(FactRequest).where(FactRequest.enterprise_id == enterprise.id).options(
        joinedload(FactRequest.enterprise), joinedload(FactRequest.asked_by)
    )
    rows = rows.order_by(FactRequest.decided_at.is_not(None), FactRequest.id.desc())
    return [_in_words(one) for one in db.session.scalars(rows.limit(OWN_SHOWN))]


def waiting_fields(enterprise: Enterprise) -> Sequence[str]:
    """The fields that wait for an answer."""
    rows = select(FactRequest.field).where(FactRequest.enterprise_id == enterprise.id, FactRequest.decided_at.is_(None))
    return db.session.scalars(rows).all()


def _different(enterprise: Enterprise, changes: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Field → the text that stands there and the one that should, of those that differ."""
    texts = {
        field: (facts.written(field, getattr(enterprise, field)), facts.written(field, value))
        for field, value in facts.read_changes(changes).items()
    }
    return {field: both for field, both in texts.items() if both[0] != both[1]}


def _ensure_free(enterprise: Enterprise, texts: dict[str, tuple[str, str]]) -> None:
    if not texts:
        raise Refused("没有改动：填写的与现有资料相同。")
    taken = [label_of(field) for field in waiting_fields(enterprise) if field in texts]
    if taken:
        raise Refused(f"{'、'.join(taken)}已有申请在核实，有结果后再改。")


def _tell_desk(enterprise: Enterprise, actor: Actor) -> None:
    people = claim_desk.deciders(enterprise.owner_unit_id, enterprise.region_id) - {actor.user_id}
    notices.tell_people(people, f"{enterprise.called}申请改资料", about=f"fact_request.{enterprise.id}",
                        words="请在“认领核实”页的“资料变更申请”中确认或不予确认。")


def _waiting(request_id: int, actor: Actor) -> FactRequest:
    """The request on the actor's desk, for this transaction alone; whoever comes second finds it decided."""
    get_asked(actor, request_id)
    locked = select(FactRequest).where(FactRequest.id == request_id).with_for_update(of=FactRequest)
    found = db.session.scalars(locked.execution_options(populate_existing=True)).one()
    if found.decided_at is not None:
        raise Refused("这项申请已经由他人处理。")
    db.session.refresh(found.enterprise, with_for_update=True)
    return found


def _settled(asked: FactRequest, decision: Decision, *, actor: Actor, reason: str) -> FactRequest:
    asked.decision, asked.decided_at = decision, clock.now()
    asked.decided_by_id, asked.reason = actor.user_id, reason
    act = "confirm_fact_request" if decision is Decision.CONFIRMED else "refuse_fact_request"
    log.record(act, object_type="fact_request", object_id=asked.id, actor=actor, words=reason,
               details={"enterprise": asked.enterprise_id, "field": asked.field})
    notices.tell_people([asked.asked_by_id], f"{label_of(asked.field)}的变更申请：{decision.label}",
                        about=f"fact_request.{asked.id}", words=reason)
    return asked


def _in_words(found: FactRequest) -> Asked:
    field = found.field
    now = facts.written(field, getattr(found.enterprise, field))
    return Asked(found, label_of(field), told(field, found.before), told(field, now), told(field, found.after))
