"""认领核实: whose desk a claim lies on, what the desk shows, and who is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, or_, select

from models import clock
from models.access import Post, Role
from models.base import db
from models.deliveries import Purpose
from models.directory import Claim, Enterprise, Organisation, OrganisationKind, Region, Stewardship
from operations import notices
from operations.access import desks
from operations.access.actor import Actor
from operations.delivery import texts
from operations.insight.keyset import TOP, Page, Place, paged

DESK = (Role.STEWARD, Role.REGISTRAR, Role.CLERK)
SHOWN, OWN_SHOWN = 25, 20
TEXT_VALID_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Item:
    """One waiting claim in the queue."""

    id: int
    name: str
    credit_code: str
    person: str
    mobile: str
    asked_at: datetime
    is_known: bool
    enterprise: str


def waiting(actor: Actor, *, place: Place = TOP) -> tuple[list[Item], Page]:
    """One page of the claims that wait on the actor's desk, the oldest first."""
    columns: tuple[Any, ...] = (Claim.id, Claim.name, Claim.credit_code, Claim.person, Claim.mobile, Claim.asked_at,
                                Claim.enterprise_id, Enterprise.name.label("enterprise"))
    rows = desks.visible_claims(actor).where(Claim.decided_at.is_(None)).with_only_columns(*columns)
    page = paged(rows, Claim.asked_at, Claim.id, size=SHOWN, place=place)
    return [
        Item(row.id, row.name, row.credit_code, row.person, row.mobile, row.asked_at, row.enterprise_id is not None,
             row.enterprise or "")
        for row in page.rows
    ], page


def find(actor: Actor, claim_id: int) -> Claim | None:
    """The claim when it is the actor's to see."""
    return db.session.scalar(desks.visible_claims(actor).where(Claim.id == claim_id))


def has_waiting(actor: Actor) -> bool:
    """Whether anything waits on the actor's desk."""
    rows = desks.visible_claims(actor).where(Claim.decided_at.is_(None)).with_only_columns(Claim.id)
    return db.session.scalar(rows.limit(1)) is not None


def own(actor: Actor) -> Sequence[Claim]:
    """The actor's own claims, the latest first."""
    rows = select(Claim).where(Claim.user_id == actor.user_id).order_by(Claim.id.desc())
    return db.session.scalars(rows.limit(OWN_SHOWN)).all()


def has_own(actor: Actor) -> bool:
    """Whether the person has ever claimed an enterprise."""
    return bool(db.session.scalar(select(exists().where(Claim.user_id == actor.user_id))))


def counties() -> Sequence[tuple[int, str]]:
    """Where an unknown enterprise may lie: every place with a government of its own, as (id, name)."""
    kind = Organisation.kind == OrganisationKind.GOVERNMENT
    rows = select(Region.id, Region.name).where(
        Region.valid_to.is_(None), Region.id.in_(select(Organisation.region_id).where(kind))
    )
    return [(row.id, row.name) for row in db.session.execute(rows.order_by(Region.code))]


def people_of(enterprise_id: int) -> set[int]:
    """Members and present stewards of an enterprise."""
    members = select(Post.user_id).where(Post.enterprise_id == enterprise_id, Post.ended_at.is_(None))
    return {*db.session.scalars(members), *_stewards_of(enterprise_id)}


def tell_desk(claim: Claim) -> None:
    """Stewards and the owner's registrars; the service centres above where there is neither."""
    enterprise = claim.enterprise
    owner = enterprise.owner_unit_id if enterprise is not None else claim.owner_unit_id
    people = _stewards_of(enterprise.id) if enterprise is not None else set()
    region_id = enterprise.region_id if enterprise is not None else claim.region_id
    people |= deciders(owner, None if people else region_id)
    words = "请核实申请人能否代表企业，再确认或不予确认。"
    notices.tell_people(people - {claim.user_id}, f"有人认领企业：{claim.name}", about=f"claim.{claim.id}", words=words)


def deciders(unit_id: int | None, region_id: int | None) -> set[int]:
    """The owning unit's registrars; the clerks of the service centres above the region where it has none."""
    registrars = set(db.session.scalars(_registrars(unit_id)))
    return registrars or clerks_above(region_id)


def clerks_above(region_id: int | None) -> set[int]:
    """The clerks of the service centres of a region and of those above it."""
    return set(db.session.scalars(_clerks_above(region_id))) if region_id else set()


def tell_claimant(claim: Claim, subject: str, *, words: str = "") -> None:
    """By a notice, and by a text message: they may not be able to sign in to anything yet."""
    notices.tell_people([claim.user_id], subject, about=f"claim.{claim.id}", words=words)
    texts.queue(claim.mobile, f"{subject}。登录后可看详情。", purpose=Purpose.CLAIM,
                expires_at=clock.now() + TEXT_VALID_FOR)


def _stewards_of(enterprise_id: int) -> set[int]:
    now = clock.now()
    rows = select(Stewardship.steward_id).where(
        Stewardship.enterprise_id == enterprise_id, Stewardship.started_at <= now,
        or_(Stewardship.ended_at.is_(None), Stewardship.ended_at > now),
    )
    return set(db.session.scalars(rows))


def _registrars(unit_id: int | None) -> Select[int]:
    return select(Post.user_id).where(
        Post.organisation_id == unit_id, Post.role == Role.REGISTRAR, Post.ended_at.is_(None)
    )


def _clerks_above(region_id: int | None) -> Select[int]:
    path = db.session.scalar(select(Region.path).where(Region.id == region_id)) or ""
    above = [int(part) for part in path.split("/") if part]
    return select(Post.user_id).where(
        Post.role == Role.CLERK, Post.ended_at.is_(None),
        Post.organisation_id.in_(select(Organisation.id).where(Organisation.region_id.in_(above))),
    )
