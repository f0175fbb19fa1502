"""企业码: an unguessable code per enterprise. Who scans it is led to what is theirs: card, service card or demand form."""

import secrets
from dataclasses import dataclass

from sqlalchemy import select

from models.access import Role
from models.base import db
from models.directory import Enterprise, Region
from operations import log
from operations.access import scope
from operations.access.actor import Actor, Standing
from operations.base import operation
from operations.errors import NotAllowed, NotFound

GIVING = (Role.REGISTRAR, Role.STEWARD, Role.CLERK)
BYTES = 15


@dataclass(frozen=True, slots=True)
class PublicCard:
    """What anybody may know of an enterprise whose code they hold."""

    name: str
    category: str
    status: str
    region: str


@operation
def give_code(enterprise: Enterprise, *, actor: Actor) -> str:
    """生成企业码：the first one, or a new one in place of a lost one, which is void from now on. Raises NotAllowed."""
    standing = giving_post(actor, enterprise)
    if standing is None:
        raise NotAllowed
    is_renewal = enterprise.public_code is not None
    enterprise.public_code = secrets.token_urlsafe(BYTES)
    log.record("give_code", object_type="enterprise", object_id=enterprise.id, actor=actor, standing=standing,
               details={"renewed": is_renewal})
    return enterprise.public_code


def giving_post(actor: Actor, enterprise: Enterprise) -> Standing | None:
    """The post by which the actor gives the enterprise its code."""
    if enterprise.merged_into_id is not None:
        return None
    posts = actor.posts_as(*GIVING)
    visible = scope.visible_enterprises(actor.only(*GIVING)).where(Enterprise.id == enterprise.id)
    return posts[0] if posts and db.session.scalar(visible.with_only_columns(Enterprise.id)) else None


def enterprise_of(code: str) -> Enterprise:
    """The enterprise of a code; that of a merged one is the one that goes on. Raises NotFound, the same for all."""
    found = db.session.scalar(select(Enterprise).where(Enterprise.public_code == code)) if code else None
    if found is not None and found.merged_into_id is not None:
        found = db.session.get_one(Enterprise, found.merged_into_id)
    if found is None:
        raise NotFound("没有这个企业码，或已更换。")
    return found


def card_of(enterprise: Enterprise) -> PublicCard:
    """The public card: nothing that is not on the licence on the wall."""
    region = db.session.scalar(select(Region.name).where(Region.id == enterprise.region_id)) or ""
    return PublicCard(enterprise.name, enterprise.category.label, enterprise.status.label, region)
