"""猜号: who tries numbers at a desk code is slowed down, by where they come from and by the card; nobody else is told.

Counted beside the failed sign-ins, under a name that no account can have, and by a digest instead of the address.
"""

from datetime import timedelta

from sqlalchemy import func, select

from models import clock
from models.access import LoginAttempt
from models.base import db
from operations.base import operation
from operations.errors import TooManyAttempts

WITHIN = timedelta(minutes=15)
# Wrong numbers within that time: of one address, where people share one; and of one card, whoever they are.
PER_ADDRESS, PER_CARD = 10, 40


def ensure_may_try(card_id: int, source: str) -> None:
    """Before anything is looked up, so that the answer tells nothing of any number. Raises TooManyAttempts."""
    since = clock.now() - WITHIN
    of_card = (LoginAttempt.account == _name(card_id)) & (LoginAttempt.failed_at > since)
    of_address = (LoginAttempt.address == source) & (LoginAttempt.failed_at > since)
    for condition, most in ((of_card, PER_CARD), (of_address, PER_ADDRESS)):
        if (db.session.scalar(select(func.count()).select_from(LoginAttempt).where(condition)) or 0) >= most:
            raise TooManyAttempts


@operation
def note_wrong(card_id: int, source: str) -> None:
    """Count one wrong number, in a transaction of its own."""
    db.session.add(LoginAttempt(account=_name(card_id), address=source or "-", failed_at=clock.now()))


def _name(card_id: int) -> str:
    return f"DESK/{card_id}"
