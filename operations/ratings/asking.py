"""请评价: whoever has no account here is asked by the site itself, so that no office chooses who is asked (case 25)."""

from collections.abc import Callable

from sqlalchemy import Select, exists, func, select

from models import clock
from models.access import Post
from models.base import db
from models.clocks import Clock, ClockKind
from models.encryption import is_textable
from models.ratings import RatingToken
from models.tickets import Status, Ticket
from operations.access.actor import SYSTEM
from operations.base import hold, operation
from operations.errors import TooManyAttempts
from operations.ratings import links
from operations.tickets.accused import ACCUSING

LOOKED_BACK = 1000  # windows for a rating: a province opens some forty a minute


def ask_waiting(*, address_of: Callable[[str], str]) -> tuple[int, int]:
    """Text a link for each round that waits for its rating, has had none, and whose enterprise nobody here can open.

    Returns how many were waiting, and asked: a number that has had its share of texts is tried again later.
    """
    waiting = db.session.scalars(_waiting()).all()
    db.session.rollback()
    return len(waiting), sum(_ask(ticket_id, address_of) for ticket_id in waiting)


def _ask(ticket_id: int, address_of: Callable[[str], str]) -> bool:
    try:
        return _asked(ticket_id, address_of)
    except TooManyAttempts:
        return False


@operation
def _asked(ticket_id: int, address_of: Callable[[str], str]) -> bool:
    ticket = db.session.get_one(Ticket, ticket_id)
    hold(ticket)  # of two at once the second sees what the first has sent
    if db.session.scalar(_waiting().where(Ticket.id == ticket_id)) is None:
        return False
    links.send(ticket, actor=SYSTEM, standing=SYSTEM.posts[0], address_of=address_of)
    return True


def _waiting() -> Select[int]:
    """A complaint and what is confidential is asked about by the centre alone: nothing of it leaves by itself."""
    opened = select(Clock.id).where(Clock.kind == ClockKind.RATING).order_by(Clock.id.desc())
    since = opened.offset(LOOKED_BACK).limit(1).scalar_subquery()
    has_account = exists().where(Post.enterprise_id == Ticket.enterprise_id, Post.ended_at.is_(None))
    was_asked = exists().where(RatingToken.ticket_id == Ticket.id, RatingToken.round == Ticket.round)
    return (
        select(Ticket.id).join(Clock, Clock.ticket_id == Ticket.id)
        .where(Clock.kind == ClockKind.RATING, Clock.id > func.coalesce(since, 0), Clock.stopped_at.is_(None),
               Clock.started_at <= clock.now(), Ticket.status == Status.FOLLOWED_UP, Ticket.is_confidential.is_(False),
               Ticket.kind.not_in(ACCUSING), is_textable(Ticket.contact_phone), ~has_account, ~was_asked)
        .order_by(Ticket.id)
    )
