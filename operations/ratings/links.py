"""一次性评价链接: a link that lets whoever holds it rate one round of one ticket, once (domain.md §8)."""

import secrets
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Update, select, update

from models import clock
from models.access import Role
from models.base import db
from models.ratings import RatingChannel, RatingToken
from models.tickets import Act, Status, Ticket
from operations import log
from operations.access.accounts import digest_of
from operations.access.actor import Actor, Standing
from operations.base import operation
from operations.clocks import rulebook
from operations.errors import DomainError, NotAllowed, Refused
from operations.tickets import aftercare, checks, workflow
from operations.tickets.aftercare import Opinion
from operations.tickets.situation import Situation

LONGEST_TOKEN = 64


class LinkSpent(DomainError):
    """Empty, unknown, used, expired or overtaken: one answer for all, so that nothing can be found out by trying."""

    status_code = 404
    message = "这个评价链接不能用：可能已经评价过，可能已过期，也可能网址不完整。"


@operation
def make(ticket: Ticket, *, actor: Actor) -> str:
    """发评价链接：returns the token (256 bits), of which only the SHA-256 is kept; an earlier link stops working.

    By a clerk who may follow this ticket up, so never by who handled it; while it waits for its rating. It holds for
    the days of the policy ``rating_link``. Raises NotAllowed, Refused.
    """
    situation = Situation(ticket, actor)
    situation.standing = situation.standing_for(workflow.find(Act.FOLLOW_UP, Status.REPLIED))
    if situation.standing is None:
        raise NotAllowed
    objection = checks.outside_the_chain(situation) or checks.not_yet_rated(situation)
    if ticket.status is not Status.FOLLOWED_UP or objection:
        raise Refused(objection or f"办件当前为“{ticket.status.label}”，待评价时才能发评价链接。")
    now, token = clock.now(), secrets.token_urlsafe(32)
    db.session.connection().execute(_live(ticket).where(RatingToken.expires_at > now).values(expires_at=now))
    days = rulebook.current().policy("rating_link")["days"]
    made = RatingToken(token_hash=digest_of(token), ticket_id=ticket.id, round=ticket.round, made_by_id=actor.user_id,
                       made_at=now, expires_at=now + timedelta(days=days))
    db.session.add(made)
    db.session.flush()
    log.record("make_rating_link", object_type="rating_token", object_id=made.id, actor=actor,
               standing=situation.standing, ticket_id=ticket.id, round=ticket.round)
    return token


def ticket_of(token: str) -> Ticket:
    """The ticket this link may rate now; reading it changes nothing. Raises LinkSpent."""
    found = db.session.scalar(
        select(Ticket)
        .join(RatingToken, RatingToken.ticket_id == Ticket.id)
        .where(
            RatingToken.token_hash == digest_of(token[:LONGEST_TOKEN]),
            RatingToken.round == Ticket.round,
            RatingToken.used_at.is_(None),
            RatingToken.expires_at > clock.now(),
            Ticket.status == Status.FOLLOWED_UP,
        )
    )
    if found is None:
        raise LinkSpent
    return found


@operation
def rate(token: str, *, opinion: Opinion, address: str = "") -> Ticket:
    """凭链接评价：use the link up and rate; of two at once the database lets one through. Raises LinkSpent, BadInput."""
    ticket = ticket_of(token)
    using = (
        update(RatingToken)
        .where(RatingToken.token_hash == digest_of(token[:LONGEST_TOKEN]), RatingToken.used_at.is_(None))
        .values(used_at=clock.now())
    )
    if db.session.connection().execute(using).rowcount != 1:
        raise LinkSpent
    holder = Standing(post_id=None, role=Role.ENTERPRISE_MEMBER, enterprise_id=ticket.enterprise_id)
    actor = Actor(user_id=None, name="评价链接", posts=(holder,), address=address)
    aftercare.rate(ticket, actor=actor, opinion=replace(opinion, channel=RatingChannel.LINK))
    return ticket


def _live(ticket: Ticket) -> Update:
    return update(RatingToken).where(
        RatingToken.ticket_id == ticket.id, RatingToken.round == ticket.round, RatingToken.used_at.is_(None)
    )
