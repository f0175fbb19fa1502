"""追评: what the same rater adds to a rating, once: by the account that rated, or by the link that thanked for it."""

import secrets
from dataclasses import dataclass

from sqlalchemy import select, update

from models import clock
from models.base import db
from models.ratings import Grade, Rating, RatingAddition, RatingAdditionToken, RatingOccasion
from models.tickets import Ticket
from operations import log, notices
from operations.access.actor import Actor
from operations.access.sessions import digest_of
from operations.base import insert_ignoring, operation
from operations.errors import BadInput, DomainError, NotFound, Refused
from operations.ratings import tags
from operations.ratings.opinions import OPINION_LIMIT

NOBODY = Actor(user_id=None, name="评价人", posts=())


class AdditionSpent(DomainError):
    """Empty, unknown, used or expired: one answer for all."""

    status_code = 404
    message = "这个追评链接不能用：可能已经追评过，可能已过期，也可能网址不完整。"


@dataclass(frozen=True, slots=True)
class Addition:
    """What is added; ``grade`` is how it looks by now, None when that is not said. The rating's own never changes."""

    words: str = ""
    tags: tuple[str, ...] = ()
    grade: Grade | None = None


@operation
def add(rating: Rating, *, actor: Actor, addition: Addition) -> None:
    """追评，by the account that gave the rating by name. Raises NotFound, BadInput, Refused."""
    if rating.rated_by_id is None or rating.rated_by_id != actor.user_id:
        raise NotFound
    _put_down(rating, addition, actor=actor)


def rating_of(token: str) -> Rating:
    """The rating that this link may add to now; reading it changes nothing. Raises AdditionSpent."""
    rows = select(Rating).join(RatingAdditionToken, RatingAdditionToken.rating_id == Rating.id)
    found = db.session.scalar(rows.where(
        RatingAdditionToken.token_hash == digest_of(token[:64]), RatingAdditionToken.used_at.is_(None),
        RatingAdditionToken.expires_at > clock.now(),
    ))
    if found is None:
        raise AdditionSpent
    return found


@operation
def add_by_link(token: str, *, addition: Addition) -> None:
    """凭链接追评：use the link up; of two at once the database lets one through. Raises AdditionSpent, BadInput."""
    rating = rating_of(token)
    held = RatingAdditionToken.token_hash == digest_of(token[:64])
    using = update(RatingAdditionToken).where(held, RatingAdditionToken.used_at.is_(None)).values(used_at=clock.now())
    if db.session.connection().execute(using).rowcount != 1:
        raise AdditionSpent
    _put_down(rating, addition, actor=NOBODY)


def of_rating(rating_id: int) -> RatingAddition | None:
    """What was added to a rating; who may read it is whoever may read the rating."""
    return db.session.get(RatingAddition, rating_id)


def occasion_of(rating: Rating) -> RatingOccasion:
    """Whose reasons are offered with it."""
    return RatingOccasion.WINDOW if rating.counted_case_id else RatingOccasion.ONLINE


def _put_down(rating: Rating, addition: Addition, *, actor: Actor) -> None:
    """The primary key lets one be first. Of an anonymous rating the log holds the digest alone, and no ticket."""
    said = addition.words.strip()
    if not (said or addition.tags or addition.grade):
        raise BadInput("请写几句，或选一项。")
    if len(said) > OPINION_LIMIT:
        raise BadInput(f"最多 {OPINION_LIMIT} 字。")
    if not set(addition.tags) <= set(tags.grades_by_tag(occasion_of(rating))):
        raise BadInput("请从列出的原因中选择。")
    salt = secrets.token_hex(8)
    row = {"rating_id": rating.id, "grade": addition.grade, "has_tags": bool(addition.tags), "words": said,
           "tags": {"tags": list(addition.tags), "salt": salt}, "added_at": clock.now()}
    written = insert_ignoring(RatingAddition).values(row).returning(RatingAddition.rating_id)
    if db.session.scalar(written) is None:
        raise Refused("这次评价已经追评过。")
    log.record("add_to_rating", object_type="rating", object_id=rating.id,
               actor=NOBODY if rating.is_anonymous else actor,
               ticket_id=None if rating.is_anonymous else rating.ticket_id,
               round=rating.round if rating.ticket_id and not rating.is_anonymous else None,
               words="" if rating.is_anonymous else said,
               details={"anonymous": rating.is_anonymous,
                        "opinion": log.words_digest(salt, f"{addition.grade or ''}\n{said}")})
    if rating.ticket_id and not rating.is_anonymous:
        ticket = db.session.get_one(Ticket, rating.ticket_id)
        notices.tell_centre(ticket, f"企业追评：{ticket.subject}")
