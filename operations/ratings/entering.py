"""回访代录: what the enterprise said on the telephone, written down by the centre and marked so (domain.md §8)."""

from dataclasses import replace

from sqlalchemy import exists, select

from models.access import Role
from models.base import db
from models.ratings import FollowUp, RatingChannel
from models.tickets import Ticket
from operations import log
from operations.access.actor import Actor, Standing
from operations.base import operation
from operations.errors import Refused
from operations.ratings import links
from operations.ratings.opinions import Given, Opinion
from operations.tickets import aftercare


@operation
def enter(ticket: Ticket, *, opinion: Opinion, actor: Actor) -> Given:
    """代录评价：by a clerk outside the chain, after a call of this round that was answered. The rating names the clerk as
    who entered it, never as who rated. Raises NotAllowed, Refused, BadInput.
    """
    standing = links.asking_post(ticket, actor)
    reached = exists().where(FollowUp.ticket_id == ticket.id, FollowUp.round == ticket.round,
                             FollowUp.was_reached.is_(True))
    if not db.session.scalar(select(reached)):
        raise Refused("本轮回访没有接通过，不能代录评价。请发评价链接，由企业自己评价。")
    holder = Standing(post_id=None, role=Role.ENTERPRISE_MEMBER, enterprise_id=ticket.enterprise_id)
    said = Actor(user_id=None, name="回访时口述", posts=(holder,))
    given = aftercare.rate(ticket, actor=said, opinion=replace(opinion, channel=RatingChannel.FOLLOW_UP, source=""),
                           entered_by_id=actor.user_id)
    seen = {} if opinion.is_anonymous else {"ticket_id": ticket.id, "round": ticket.round}
    log.record("enter_rating", object_type="rating", object_id=given.rating_id, actor=actor, standing=standing, **seen)
    return given
