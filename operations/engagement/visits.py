"""走访: a visit is planned within the cap, and a leading cadre's own visit is written down."""

from datetime import date

from sqlalchemy import update

from models.access import CADRES, Role
from models.base import db
from models.directory import Enterprise
from models.engagement import Interaction, InteractionKind
from operations import log
from operations.access import scope
from operations.access.actor import Actor, Standing
from operations.base import operation
from operations.engagement import cap, interactions
from operations.engagement.interactions import Talk
from operations.errors import NotAllowed


@operation
def plan_visit(enterprise: Enterprise, *, actor: Actor, day: date) -> None:
    """安排走访：the day stands as the enterprise's next contact. Raises BadInput in a month that is full (无事不扰)."""
    posts = actor.posts_as(Role.STEWARD)
    if not posts or not scope.looks_after(actor, enterprise.id):
        raise NotAllowed
    interactions.ensure_ahead(day)
    planned = update(Enterprise).where(Enterprise.id == enterprise.id).values(next_contact_on=day)
    db.session.execute(planned.execution_options(synchronize_session=False))  # locks it: the cap sees every visit
    cap.ensure_plannable(enterprise, day)
    db.session.expire(enterprise, ["next_contact_on"])
    log.record("plan_visit", object_type="enterprise", object_id=enterprise.id, actor=actor, standing=posts[0],
               details={"day": day.isoformat()})


@operation
def log_cadre_visit(enterprise: Enterprise, *, actor: Actor, talk: Talk) -> Interaction:
    """领导走访：a leading cadre notes their own visit in their region. It counts for the enterprise and for them."""
    if talk.kind is not InteractionKind.VISIT or talk.becomes:
        raise NotAllowed
    return interactions.write_down(enterprise, actor=actor, talk=talk, standing=_standing(enterprise, actor))


def _standing(enterprise: Enterprise, actor: Actor) -> Standing:
    found = actor.post_above(enterprise.region.path, roles=CADRES)
    if found is None:
        raise NotAllowed
    return found
