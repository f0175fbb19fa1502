"""短信上行: what somebody answers by text: a grade, with the code of what was asked, or no more texts."""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from models import clock
from models.base import db
from models.carriers import AnswerOutcome, StoppedNumber, TextAnswer
from models.ratings import Grade
from operations import log
from operations.access.actor import SYSTEM
from operations.base import insert_ignoring, operation
from operations.delivery import texts
from operations.errors import BadInput, DomainError, TooManyAttempts
from operations.ratings import links, reply_codes
from operations.ratings.opinions import Opinion

GRADES = {str(place): grade for place, grade in enumerate(Grade, start=1)}
STOP = ("TD", "T", "退订", "TD退订")
GAP = r"[\s,.;:、，。；：+]"
RATED = re.compile(rf"(?:(?P<code>[0-9]{{4}}){GAP}*)?(?P<grade>[1-5])(?:{GAP}+(?P<words>.*))?", re.DOTALL)
LONGEST_ID, LONGEST_WORDS = 80, 500
# Of one number in an hour; and of all numbers in a minute, beyond which the gateway is asked to come again.
PER_NUMBER, PER_MINUTE = 20, 1200


@dataclass(frozen=True, slots=True)
class Answer:
    """One text as the gateway tells it; ``provider_id`` is its own number of it."""

    provider_id: str
    number: str
    words: str


class _SettledMeanwhile(DomainError):
    """Somebody else has carried it out."""


def answer_of(provider_id: object, number: object, words: object) -> Answer:
    """What the gateway has sent, checked. Raises BadInput."""
    if not isinstance(provider_id, str) or not isinstance(number, str) or not isinstance(words, str):
        raise BadInput
    said = "".join(char for char in unicodedata.normalize("NFKC", words) if char in "\n\t" or char.isprintable())
    mobile = re.sub(r"^(\+?86)", "", number)
    if not re.fullmatch("[!-~]{1,80}", provider_id) or not texts.is_mobile(mobile):
        raise BadInput
    return Answer(provider_id, mobile, said.strip()[:LONGEST_WORDS])


def take(answer: Answer, *, is_vouched: bool = False) -> None:
    """收短信：carry it out once, however often it comes and at whatever moment we broke off. Raises TooManyAttempts.

    ``is_vouched``: the gateway answers for the senders' numbers, so that a grade alone may do.
    """
    answer_id = _noted(answer)
    if answer_id is None:
        return
    try:
        _carry_out(answer_id, answer, is_vouched)
    except _SettledMeanwhile:
        return
    except DomainError:
        with suppress(_SettledMeanwhile):
            _settle_as(answer_id, AnswerOutcome.NOTHING_TO_RATE)


@operation
def _noted(answer: Answer) -> int | None:
    """The row of an answer that is to be carried out; None when it has been. The unique key lets one be first."""
    now = clock.now()
    lately = select(func.count()).where(TextAnswer.received_at > now - timedelta(minutes=1))
    if (db.session.scalar(lately) or 0) >= PER_MINUTE:
        raise TooManyAttempts
    row = {"provider_id": answer.provider_id, "number": answer.number, "words": answer.words, "received_at": now}
    made = db.session.scalar(insert_ignoring(TextAnswer.__table__).values(row).returning(TextAnswer.id))
    if made is not None:
        return made
    # Sent again: what broke off between the note and the deed is done now, and as it was first told.
    unsettled = select(TextAnswer.id).where(
        TextAnswer.provider_id == answer.provider_id, TextAnswer.settled_at.is_(None),
        TextAnswer.number == answer.number, TextAnswer.words == answer.words,
    )
    return db.session.scalar(unsettled)


@operation
def _carry_out(answer_id: int, answer: Answer, is_vouched: bool) -> None:
    rated = RATED.fullmatch(answer.words)
    if _is_too_busy(answer.number):
        outcome, ticket_id = AnswerOutcome.TOO_MANY, None
    elif answer.words.upper() in STOP:
        outcome, ticket_id = AnswerOutcome.STOPPED, None
        _stop(answer.number)
    elif rated:
        outcome, ticket_id = _rate(answer.number, rated, is_vouched)
    else:
        outcome, ticket_id = AnswerOutcome.NOT_UNDERSTOOD, None
    _settle(answer_id, outcome, ticket_id)


def _rate(number: str, said: re.Match[str], is_vouched: bool) -> tuple[AnswerOutcome, int | None]:
    """What came of a grade, and the ticket when it was rated. One at a time, so that no code is tried uncounted."""
    log.take_turn()
    waiting = reply_codes.waiting(number)
    if not waiting:
        raise links.LinkSpent
    if said["code"] is None:
        meant = waiting if is_vouched and len(waiting) == 1 and reply_codes.is_latest(waiting[0], number) else []
        refused = AnswerOutcome.CODE_MISSING
    else:
        meant = [one for one in waiting if one.code == said["code"]]
        refused = AnswerOutcome.WRONG_CODE
    if meant:
        opinion = Opinion(GRADES[said["grade"]], words=said["words"] or "")
        return AnswerOutcome.RATED, links.rate_by_text(meant[0].token_id, opinion=opinion).id
    if refused is AnswerOutcome.WRONG_CODE:
        reply_codes.count_wrong(waiting)
    return refused, None


def _stop(number: str) -> None:
    stopped = insert_ignoring(StoppedNumber.__table__).values(number=number, stopped_at=clock.now())
    db.session.execute(stopped)


def _is_too_busy(number: str) -> bool:
    hour_ago = clock.now() - timedelta(hours=1)
    counted = select(func.count()).where(TextAnswer.number == number, TextAnswer.received_at > hour_ago)
    return (db.session.scalar(counted) or 0) > PER_NUMBER


def _settle(answer_id: int, outcome: AnswerOutcome, ticket_id: int | None = None) -> None:
    settling = update(TextAnswer).where(TextAnswer.id == answer_id, TextAnswer.settled_at.is_(None))
    settled = settling.values(settled_at=clock.now(), outcome=outcome, ticket_id=ticket_id)
    if db.session.connection().execute(settled).rowcount != 1:
        raise _SettledMeanwhile
    log.record("take_text_answer", object_type="text_answer", object_id=answer_id, actor=SYSTEM, ticket_id=ticket_id,
               details={"outcome": str(outcome)})


@operation
def _settle_as(answer_id: int, outcome: AnswerOutcome) -> None:
    _settle(answer_id, outcome)
