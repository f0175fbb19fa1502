"""What somebody thinks of a case: checked against the reasons that hold, and written down once (domain.md §8)."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from models import clock
from models.base import db
from models.ratings import Grade, Rating, RatingAdditionToken, RatingChannel, RatingOccasion, RatingSource
from operations import log
from operations.access.sessions import digest_of
from operations.base import insert_ignoring
from operations.clocks import rulebook
from operations.errors import BadInput, Refused
from operations.ratings import tags

OPINION_LIMIT = 500
# Whoever answers with one digit or one touch cannot be asked for more before the grade counts; a 追评 may say why.
BARE = (RatingChannel.SMS, RatingChannel.KIOSK)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the enterprise thinks of it. Reasons are required for 差评 only; ``source`` is a digest of the address."""

    grade: Grade
    tags: tuple[str, ...] = ()
    words: str = ""
    is_anonymous: bool = False
    channel: RatingChannel = RatingChannel.PLATFORM
    source: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """The one case that is rated: a ticket's round, or a counted case."""

    ticket_id: int | None = None
    round: int = 1
    counted_case_id: int | None = None

    @property
    def occasion(self) -> RatingOccasion:
        """Whose reasons are offered."""
        return RatingOccasion.WINDOW if self.counted_case_id else RatingOccasion.ONLINE


@dataclass(frozen=True, slots=True)
class Given:
    """A rating that has been given. ``token`` opens the one 追评 to whom no account names; empty for everybody else."""

    rating_id: int
    token: str = ""


@dataclass(frozen=True, slots=True)
class Sound:
    """An opinion that may be written down: with the version of its reasons and the salt of its digest."""

    opinion: Opinion
    tag_set_id: int | None
    salt: str

    @property
    def digest(self) -> str:
        """What the log holds of it: enough to prove it unchanged, too little to guess it."""
        return log.words_digest(self.salt, f"{self.opinion.grade}\n{self.opinion.words}")


def sound(opinion: Opinion, *, occasion: RatingOccasion) -> Sound:
    """The opinion, checked: its reasons are among those offered with its grade, and a 差评 has one. Raises BadInput."""
    offered = tags.in_force(occasion)[opinion.grade]
    if not set(opinion.tags) <= set(offered.tags):
        raise BadInput("请从列出的原因中选择。")
    if opinion.grade.is_bad and not opinion.tags and opinion.channel not in BARE:
        raise BadInput("请至少选一项不满意的原因。")
    if len(opinion.words) > OPINION_LIMIT:
        raise BadInput(f"最多 {OPINION_LIMIT} 字。")
    return Sound(opinion, offered.id, secrets.token_hex(8))


def put_down(
    checked: Sound, *, of: Subject, rated_by_id: int | None = None, entered_by_id: int | None = None
) -> Given:
    """Write the rating within the running operation; the unique key decides. Raises Refused when there is one."""
    opinion = checked.opinion
    row = {
        "ticket_id": of.ticket_id, "round": of.round, "counted_case_id": of.counted_case_id,
        "grade": opinion.grade, "tags": {"tags": list(opinion.tags), "salt": checked.salt},
        "tag_set_id": checked.tag_set_id, "words": opinion.words, "is_anonymous": opinion.is_anonymous,
        "channel": opinion.channel, "rated_by_id": None if opinion.is_anonymous else rated_by_id,
        "entered_by_id": entered_by_id, "rated_at": clock.now(),
    }
    rating_id = db.session.scalar(insert_ignoring(Rating).values(row).returning(Rating.id))
    if rating_id is None:
        raise Refused("本轮已经评价过。" if of.ticket_id else "这件已经评价过。")
    if opinion.source:
        db.session.add(RatingSource(rating_id=rating_id, source=opinion.source))
    may_come_back = row["rated_by_id"] is None and opinion.channel not in (RatingChannel.SMS, RatingChannel.FOLLOW_UP)
    return Given(rating_id, _let_add(rating_id, opinion.channel) if may_come_back else "")


def _let_add(rating_id: int, channel: RatingChannel) -> str:
    """A token for one 追评. At a kiosk it holds for the minutes in which the same person still stands there."""
    rules, now, token = rulebook.current().policy("rating_addition"), clock.now(), secrets.token_urlsafe(32)
    is_at_once = channel is RatingChannel.KIOSK
    span = timedelta(minutes=rules["kiosk_minutes"]) if is_at_once else timedelta(days=rules["days"])
    db.session.add(RatingAdditionToken(rating_id=rating_id, token_hash=digest_of(token), made_at=now,
                                       expires_at=now + span))
    return token
