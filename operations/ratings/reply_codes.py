"""评价码: four digits in the text that asks for a rating. The sender's number is not who sent it (security.md, 30)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select, update

from models import clock
from models.base import db
from models.deliveries import Delivery, Outcome, Purpose
from models.ratings import MOST_WRONG_CODES, RatingToken
from models.tickets import Status, Ticket


@dataclass(frozen=True, slots=True)
class Request:
    """A request that waits for an answer by text; without a code when it is older than the codes are."""

    token_id: int
    code: str


def draw(number: str) -> str:
    """Four digits that no other request of this number has."""
    taken = set(db.session.scalars(_live(number).with_only_columns(RatingToken.reply_code)))
    return next(code for code in iter(_any_code, "") if code not in taken)


def waiting(number: str) -> Sequence[Request]:
    """The requests that have reached this number and may be answered by text now, the latest first."""
    rows = _live(number).with_only_columns(RatingToken.id, RatingToken.reply_code).join(
        Ticket, (Ticket.id == RatingToken.ticket_id) & (Ticket.round == RatingToken.round)
    ).where(Delivery.outcome == Outcome.SENT, Ticket.status == Status.FOLLOWED_UP,
            RatingToken.wrong_codes < MOST_WRONG_CODES)
    latest_first = rows.order_by(Delivery.created_at.desc(), Delivery.id.desc())
    return [Request(*row) for row in db.session.execute(latest_first)]


def count_wrong(requests: Sequence[Request]) -> None:
    """A wrong code counts against each request it could have been for; after three, the link alone is left."""
    tried = update(RatingToken).where(
        RatingToken.id.in_([one.token_id for one in requests]), RatingToken.wrong_codes < MOST_WRONG_CODES
    )
    db.session.connection().execute(tried.values(wrong_codes=RatingToken.wrong_codes + 1))


def is_latest(request: Request, number: str) -> bool:
    """Whether nothing else, a campaign's link neither, has been asked of this number since."""
    latest = select(Delivery.rating_token_id).where(
        Delivery.recipient == number, Delivery.purpose == Purpose.RATING, Delivery.outcome == Outcome.SENT
    ).order_by(Delivery.created_at.desc(), Delivery.id.desc()).limit(1)
    return db.session.scalar(latest) == request.token_id


def _live(number: str) -> Select[RatingToken]:
    return (
        select(RatingToken)
        .join(Delivery, Delivery.rating_token_id == RatingToken.id)
        .where(Delivery.recipient == number, Delivery.purpose == Purpose.RATING, RatingToken.used_at.is_(None),
               RatingToken.expires_at > clock.now())
    )


def _any_code() -> str:
    return f"{secrets.randbelow(10_000):04d}"
