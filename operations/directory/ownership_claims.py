"""归属争议: a unit claims an enterprise that another owns; an office above both decides (docs/decisions.md)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select, update
from sqlalchemy.orm import joinedload

from models import clock
from models.access import Role
from models.base import db
from models.directory import ClaimOutcome, Enterprise, FactChange, Organisation, OwnershipClaim, Region
from operations import log
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.base import insert_ignoring, operation
from operations.directory.facts import written
from operations.errors import NotAllowed, NotFound, Refused
from operations.words import ensure_said

DECIDING = (Role.CLERK, Role.SUPERVISOR)
LONGEST = 500


@operation
def claim_ownership(enterprise: Enterprise, *, actor: Actor, reason: str) -> OwnershipClaim:
    """主张归属：the actor's unit says that the enterprise is its own. Raises NotAllowed, BadInput, Refused."""
    post = next(iter(actor.posts_as(Role.REGISTRAR)), None)
    if post is None or post.unit_id is None:
        raise NotAllowed
    if enterprise.owner_unit_id == post.unit_id:
        raise Refused("这家企业已经归本单位。")
    if enterprise.merged_into_id is not None:
        raise Refused("这家企业已经合并到另一家。")
    row = {"enterprise_id": enterprise.id, "claimant_id": post.unit_id, "holder_id": enterprise.owner_unit_id,
           "reason": ensure_said(reason, "请写明归本单位的依据。", most=LONGEST), "claimed_by_id": actor.user_id,
           "claimed_at": clock.now(), "decision": ""}
    claim_id = db.session.scalar(insert_ignoring(OwnershipClaim).values(row).returning(OwnershipClaim.id))
    if claim_id is None:
        raise Refused("本单位对这家企业的归属主张还在等待裁定，不必重复提出。")
    log.record("claim_ownership", object_type="ownership_claim", object_id=claim_id, actor=actor, standing=post,
               words=reason, details={"enterprise": enterprise.id, "claimant": post.unit_id,
                                      "holder": enterprise.owner_unit_id})
    return db.session.get_one(OwnershipClaim, claim_id)


@operation
def decide_claim(claim: OwnershipClaim, *, actor: Actor, outcome: ClaimOutcome, reason: str) -> None:
    """裁定归属：uphold or reject, by an office above; withdrawing is the claimant's own. Open claims of others on the
    same enterprise stay open against the new owner. Raises NotAllowed, BadInput, Refused."""
    standing = withdrawing_post(actor, claim) if outcome is ClaimOutcome.WITHDRAWN else deciding_post(actor, claim)
    if standing is None:
        raise NotAllowed
    if claim.decided_at is not None:
        raise Refused(f"这项主张已经裁定：{claim.outcome.label if claim.outcome else ''}。")
    decision = ensure_said(reason, "请写明裁定理由。", most=LONGEST)
    if outcome is ClaimOutcome.UPHELD:
        _hand_over(claim, actor=actor)
    claim.outcome, claim.decision = outcome, decision
    claim.decided_at, claim.decided_by_id = clock.now(), actor.user_id
    log.record("decide_claim", object_type="ownership_claim", object_id=claim.id, actor=actor, standing=standing,
               words=reason, details={"enterprise": claim.enterprise_id, "outcome": str(outcome)})


def visible_claims(actor: Actor) -> Select[Any]:
    """归属争议 that concern the actor: of their region for the offices above, of their unit for a registrar."""
    return (
        select(OwnershipClaim)
        .join(Enterprise, Enterprise.id == OwnershipClaim.enterprise_id)
        .join(Region, Region.id == Enterprise.region_id)
        .where(or_(false(), *(_claims_of(post) for post in actor.posts)))
    )


def queue(actor: Actor, *, is_open: bool = True, most: int = 100) -> Sequence[OwnershipClaim]:
    """The open claims, the oldest first; or the decided ones, the latest first."""
    rows = visible_claims(actor).options(
        joinedload(OwnershipClaim.enterprise), joinedload(OwnershipClaim.claimant), joinedload(OwnershipClaim.holder),
        joinedload(OwnershipClaim.claimed_by),
    )
    if is_open:
        rows = rows.where(OwnershipClaim.decided_at.is_(None)).order_by(OwnershipClaim.id)
    else:
        rows = rows.where(OwnershipClaim.decided_at.is_not(None)).order_by(OwnershipClaim.decided_at.desc())
    return db.session.scalars(rows.limit(most)).all()


def get_claim(actor: Actor, claim_id: int) -> OwnershipClaim:
    """The claim, or NotFound."""
    return the_one(visible_claims(actor).where(OwnershipClaim.id == claim_id))


def claimable(actor: Actor, credit_code: str) -> Enterprise:
    """The enterprise of exactly this code that another unit owns: a claim needs no more to be seen of it.

    Raises NotFound when there is none, and for whoever is no registrar.
    """
    rows = select(Enterprise).where(Enterprise.credit_code == credit_code, Enterprise.merged_into_id.is_(None))
    found = db.session.scalar(rows) if actor.holds(Role.REGISTRAR) else None
    if found is None:
        raise NotFound("目录里没有这个统一社会信用代码的企业。可以直接导入或登记。")
    return found


def deciding_post(actor: Actor, claim: OwnershipClaim) -> Standing | None:
    """The post of an office above both: its region covers the enterprise and the ground of both units."""
    units = [unit_id for unit_id in (claim.claimant_id, claim.holder_id) if unit_id]
    grounds = select(Region.path).join(Organisation, Organisation.region_id == Region.id)
    paths = list(db.session.scalars(grounds.where(Organisation.id.in_(units))))
    own = db.session.scalar(select(Region.path).where(Region.id == claim.enterprise.region_id)) or ""
    return actor.post_above(*paths, own, roles=DECIDING)


def withdrawing_post(actor: Actor, claim: OwnershipClaim) -> Standing | None:
    """The post by which the claimant takes its claim back."""
    return next((post for post in actor.posts_as(Role.REGISTRAR) if post.unit_id == claim.claimant_id), None)


def _hand_over(claim: OwnershipClaim, *, actor: Actor) -> None:
    enterprise, now = claim.enterprise, clock.now()
    before = written("owner_unit_id", enterprise.owner_unit_id)
    enterprise.owner_unit_id = claim.claimant_id
    db.session.add(FactChange(enterprise_id=enterprise.id, field="owner_unit_id", before=before,
                              after=written("owner_unit_id", claim.claimant_id), source="归属裁定",
                              changed_by_id=actor.user_id, changed_at=now))
    others = (OwnershipClaim.enterprise_id == enterprise.id, OwnershipClaim.decided_at.is_(None))
    db.session.execute(
        update(OwnershipClaim)
        .where(*others, OwnershipClaim.id != claim.id, OwnershipClaim.claimant_id != claim.claimant_id)
        .values(holder_id=claim.claimant_id)
    )


def _claims_of(post: Standing) -> ColumnElement[bool]:
    if post.role in DECIDING:
        return Region.path.startswith(post.region_path, autoescape=True)
    if post.role is Role.REGISTRAR:
        return or_(OwnershipClaim.claimant_id == post.unit_id, OwnershipClaim.holder_id == post.unit_id)
    return false()
