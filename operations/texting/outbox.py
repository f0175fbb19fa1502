"""The outbox of text messages: queued with the act, sent outside any transaction, tried again while they are of use."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, func, select, update

from models import clock
from models.base import db
from models.texting import TextMessage, TextPurpose
from operations.base import operation
from operations.errors import TooManyAttempts
from operations.log import take_turn
from operations.texting.adapters import Adapter, Receipt, Text

AT_ONCE = 50
LEASE = timedelta(minutes=1)
PAUSES = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` messages within ``within``; ``words`` say when to come back."""

    most: int
    within: timedelta
    words: str


PER_NUMBER = (
    Limit(1, timedelta(minutes=1), "这个号码刚刚发过短信，请 1 分钟后再试。"),
    Limit(5, timedelta(hours=1), "这个号码 1 小时内发过多次短信，请稍后再试。"),
    Limit(10, timedelta(days=1), "这个号码今天发的短信太多，请明天再试。"),
)
PER_ADDRESS = (
    Limit(20, timedelta(hours=1), "从您的网络发出的短信太多，请 1 小时后再试。"),
    Limit(60, timedelta(days=1), "从您的网络发出的短信太多，请明天再试。"),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that this process has taken to send."""

    id: int
    tries: int
    text: Text


def ensure_may_ask(number: str, *, address: str) -> None:
    """Raise TooManyAttempts when the number has had its share, or the place has asked for its own (security.md, 32).

    Said the same for every number. Two who ask at the same moment come one after the other.
    """
    take_turn()
    now = clock.now()
    for limits, condition in (
        (PER_NUMBER, TextMessage.number == number), (PER_ADDRESS, (TextMessage.address == address) & (address != ""))
    ):
        for limit in limits:
            counted = select(func.count()).where(condition, TextMessage.created_at > now - limit.within)
            if (db.session.scalar(counted) or 0) >= limit.most:
                raise TooManyAttempts(limit.words)


def queue(number: str, words: str, *, purpose: TextPurpose, expires_at: datetime, address: str = "") -> None:
    """Put a message into the outbox of the running operation."""
    now = clock.now()
    db.session.add(TextMessage(number=number, words=words, purpose=purpose, address=address, created_at=now,
                               next_try_at=now, expires_at=expires_at))


def deliver(adapter: Adapter) -> tuple[int, int]:
    """发短信：hand over what waits. Returns how many were looked at and how many were taken.

    A process that dies in between leaves its lease to run out: the message is then tried again with the same key.
    """
    give_up_old()
    scanned = taken = 0
    for waiting in _lease():
        receipt = adapter.send(waiting.text)
        settle(waiting, receipt)
        scanned, taken = scanned + 1, taken + receipt.is_taken
    return scanned, taken


@operation
def give_up_old() -> int:
    """What can no longer help anybody is not sent, and its words are erased. Returns how many."""
    old = _open().where(TextMessage.expires_at <= clock.now())
    return db.session.connection().execute(old.values(given_up_at=clock.now(), words="", problem="已过有效期")).rowcount


@operation
def _lease() -> list[Waiting]:
    now = clock.now()
    due = (
        select(TextMessage.id)
        .where(TextMessage.sent_at.is_(None), TextMessage.given_up_at.is_(None), TextMessage.next_try_at <= now)
        .order_by(TextMessage.next_try_at, TextMessage.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    ids = db.session.scalars(due).all()
    leased = update(TextMessage).where(TextMessage.id.in_(ids), TextMessage.next_try_at <= now)
    rows = db.session.execute(
        leased.values(next_try_at=now + LEASE, tries=TextMessage.tries + 1)
        .returning(TextMessage.id, TextMessage.tries, TextMessage.number, TextMessage.words)
        .execution_options(synchronize_session=False)
    )
    return [Waiting(row.id, row.tries, Text(f"text-{row.id}", row.number, row.words)) for row in sorted(rows)]


@operation
def settle(waiting: Waiting, receipt: Receipt) -> None:
    """Note what became of a message; one that may go better later waits for its next turn."""
    now, row = clock.now(), _open().where(TextMessage.id == waiting.id)
    told = {"reference": receipt.reference[:80], "problem": receipt.problem[:200]}
    if receipt.is_taken:
        row = row.values(sent_at=now, words="", **told)
    elif receipt.may_retry and waiting.tries <= len(PAUSES):
        row = row.values(next_try_at=now + PAUSES[waiting.tries - 1], **told)
    else:
        row = row.values(given_up_at=now, words="", **told)
    db.session.connection().execute(row)


def _open() -> Update:
    return update(TextMessage).where(TextMessage.sent_at.is_(None), TextMessage.given_up_at.is_(None))
