"""短信 that are asked for: codes, invitations, claims and rating links. Queued with the act, within limits."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from models import clock
from models.base import db
from models.deliveries import COMPOSED, Carrier, Delivery, Purpose
from operations.errors import TooManyAttempts
from operations.log import take_turn

MOBILE = re.compile("1[3-9][0-9]{9}")
MAILBOX = re.compile(r"[^@\s<>,;:\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
ASKED_FOR = tuple(purpose for purpose in Purpose if purpose not in COMPOSED)


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


def ensure_may_ask(number: str, *, address: str) -> None:
    """Raise TooManyAttempts when the number has had its share, or the place has asked for its own (security.md, 32).

    Said the same for every number. Two who ask at the same moment come one after the other. Notices do not count.
    """
    take_turn()
    now = clock.now()
    for limits, condition in (
        (PER_NUMBER, (Delivery.recipient == number) & Delivery.purpose.in_(ASKED_FOR)),
        (PER_ADDRESS, (Delivery.address == address) & (address != "")),
    ):
        for limit in limits:
            counted = select(func.count()).where(condition, Delivery.created_at > now - limit.within)
            if (db.session.scalar(counted) or 0) >= limit.most:
                raise TooManyAttempts(limit.words)


def queue(number: str, words: str, *, purpose: Purpose, expires_at: datetime, address: str = "",
          rating_token_id: int | None = None, not_before: datetime | None = None) -> None:
    """Put a message into the outbox of the running operation. Nothing is due by text at night but what is asked for."""
    now = clock.now()
    db.session.add(Delivery(
        carrier=Carrier.SMS, purpose=purpose, key=f"text-{secrets.token_hex(12)}", recipient=number, words=words,
        address=address, rating_token_id=rating_token_id, created_at=now, next_try_at=not_before or now,
        expires_at=expires_at,
    ))


def is_mobile(number: str | None) -> bool:
    """Whether a text can go there."""
    return MOBILE.fullmatch(number or "") is not None


def is_mailbox(address: str | None) -> bool:
    """Whether it is one address, to which a mail can go."""
    return MAILBOX.fullmatch(address or "") is not None
