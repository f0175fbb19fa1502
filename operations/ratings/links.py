"""一次性评价链接: a link that lets whoever holds it rate one round of one ticket, once (domain.md §8)."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import ColumnElement, Update, select, update

from models import clock
from models.access import Role
from models.base import db
from models.deliveries import Purpose
from models.ratings import Grade, RatingChannel, RatingToken
from models.tickets import Act, Status, Ticket
from operations import log, notices
from operations.access.actor import Actor, Standing
from operations.access.sessions import digest_of
from operations.base import operation
from operations.clocks import rulebook
from operations.delivery import texts
from operations.errors import DomainError, NotAllowed, Refused
from operations.ratings import reply_codes
from operations.ratings.opinions import Given, Opinion
from operations.tickets import aftercare, checks, workflow
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
    return _made(ticket, actor, asking_post(ticket, actor))[1]


def _made(ticket: Ticket, actor: Actor, standing: Standing) -> tuple[RatingToken, str]:
    now, token = clock.now(), secrets.token_urlsafe(32)
    db.session.connection().execute(_live(ticket).where(RatingToken.expires_at > now).values(expires_at=now))
    days = rulebook.current().policy("rating_link")["days"]
    made = RatingToken(token_hash=digest_of(token), ticket_id=ticket.id, round=ticket.round, made_by_id=actor.user_id,
                       made_at=now, expires_at=now + timedelta(days=days))
    db.session.add(made)
    db.session.flush()
    log.record("make_rating_link", object_type="rating_token", object_id=made.id, actor=actor,
               standing=standing, ticket_id=ticket.id, round=ticket.round)
    return made, token


def asking_post(ticket: Ticket, actor: Actor) -> Standing:
    """The post by which a clerk may ask for this ticket's rating: one who may follow it up, so never who handled it,
    while it waits for its rating. Raises NotAllowed, Refused."""
    situation = Situation(ticket, actor)
    situation.standing = situation.standing_for(workflow.find(Act.FOLLOW_UP, Status.REPLIED))
    if situation.standing is None:
        raise NotAllowed
    objection = checks.outside_the_chain(situation) or checks.not_yet_rated(situation)
    if ticket.status is not Status.FOLLOWED_UP or objection:
        raise Refused(objection or f"办件当前为“{ticket.status.label}”，待评价时才能请企业评价。")
    return situation.standing


@operation
def text(ticket: Ticket, *, actor: Actor, address_of: Callable[[str], str]) -> str:
    """发评价短信：a new link, texted to the contact of the ticket, who may also answer its code and 1 to 5.

    Returns the token, of which ``address_of`` makes the address. Raises NotAllowed, Refused, TooManyAttempts.
    """
    if not texts.is_mobile(ticket.contact_phone):
        raise Refused("办件的联系电话不是手机号，发不了短信。")
    return send(ticket, actor=actor, standing=asking_post(ticket, actor), address_of=address_of)


def send(ticket: Ticket, *, actor: Actor, standing: Standing, address_of: Callable[[str], str]) -> str:
    """The same in the running operation, for whoever may ask for this rating. Raises TooManyAttempts."""
    number = ticket.contact_phone
    made, token = _made(ticket, actor, standing)
    texts.ensure_may_ask(number, address="")
    made.reply_code = code = reply_codes.draw(number)
    grades = " ".join(f"{place}{grade.label}" for place, grade in enumerate(Grade, start=1))
    words = (
        f"您反映的事项（{ticket.number}）已办完，请评价：{grades}，回复“{code} 数字”，"
        f"如 {code} 1，或打开 {address_of(token)} 。回TD退订"
    )
    texts.queue(number, words, purpose=Purpose.RATING, expires_at=made.expires_at, rating_token_id=made.id,
                not_before=notices.not_before(clock.now()))
    return token


def ticket_of(token: str) -> Ticket:
    """The ticket this link may rate now; reading it changes nothing. Raises LinkSpent."""
    return _ticket_of(RatingToken.token_hash == digest_of(token[:LONGEST_TOKEN]))


def _ticket_of(held: ColumnElement[bool]) -> Ticket:
    found = db.session.scalar(
        select(Ticket)
        .join(RatingToken, RatingToken.ticket_id == Ticket.id)
        .where(
            held,
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
def rate(token: str, *, opinion: Opinion, address: str = "") -> Given:
    """凭链接评价：use the link up and rate; of two at once the database lets one through. Raises LinkSpent, BadInput."""
    held = RatingToken.token_hash == digest_of(token[:LONGEST_TOKEN])
    return _rate(held, replace(opinion, channel=RatingChannel.LINK), address)[1]


@operation
def rate_by_text(token_id: int, *, opinion: Opinion, address: str = "") -> Ticket:
    """短信评价：the link that a text brought is used up by the answer to it. Raises LinkSpent."""
    return _rate(RatingToken.id == token_id, replace(opinion, channel=RatingChannel.SMS), address)[0]


def _rate(held: ColumnElement[bool], opinion: Opinion, address: str) -> tuple[Ticket, Given]:
    ticket = _ticket_of(held)
    using = update(RatingToken).where(held, RatingToken.used_at.is_(None)).values(used_at=clock.now())
    if db.session.connection().execute(using).rowcount != 1:
        raise LinkSpent
    holder = Standing(post_id=None, role=Role.ENTERPRISE_MEMBER, enterprise_id=ticket.enterprise_id)
    actor = Actor(user_id=None, name="评价链接", posts=(holder,), address=address)
    return ticket, aftercare.rate(ticket, actor=actor, opinion=opinion)


def _live(ticket: Ticket) -> Update:
    return update(RatingToken).where(
        RatingToken.ticket_id == ticket.id, RatingToken.round == ticket.round, RatingToken.used_at.is_(None)
    )
