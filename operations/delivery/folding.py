"""汇总 instead of a storm: who would get more than a few messages in a while gets one that says how many."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, or_, select, update

from models.base import db
from models.bulk import among, insert_rows
from models.deliveries import MOST_TRIES, Carrier, Delivery, Outcome, Purpose
from operations.clocks import rulebook

LASTS = timedelta(days=2)
_D: Any = Delivery.__table__
_OTHER: Any = _D.alias("other")


def fold(carrier: Carrier, now: datetime, people: Sequence[int]) -> int:
    """Fold what is due for those of ``people`` who have had, or would have, more than the policy ``digest`` allows.

    Returns how many went into a digest. Whoever leases asks for the receivers of what comes next only: what waits for
    fifty thousand others is not gone through for each ten.
    A digest goes at once, the next one when the window after it is over; what comes in between waits inside it.
    """
    terms = rulebook.current().policy("digest")
    window = timedelta(minutes=terms["minutes"])
    flooded = _flooded(carrier, now, people, since=now - window, most=terms["most"])
    if not flooded:
        return 0
    _open_digests(carrier, flooded, now=now, window=window)
    into = select(_OTHER.c.id).where(
        _OTHER.c.user_id == _D.c.user_id, _OTHER.c.carrier == carrier, _OTHER.c.purpose == Purpose.DIGEST,
        _OTHER.c.ended_at.is_(None),
    )
    folding = update(_D).where(*_due(carrier, now), among(_D.c.user_id, ids=list(flooded))).values(
        ended_at=now, outcome=Outcome.FOLDED, folded_into_id=into.correlate(_D).scalar_subquery()
    )
    return db.session.connection().execute(folding).rowcount


def _due(carrier: Carrier, now: datetime) -> tuple[Any, ...]:
    return (_D.c.carrier == carrier, _D.c.ended_at.is_(None), _D.c.next_try_at <= now, _D.c.purpose == Purpose.NOTICE)


def _flooded(carrier: Carrier, now: datetime, people: Sequence[int], *, since: datetime, most: int) -> dict[int, str]:
    """Person → where their messages go. One range of the index for each of them."""
    is_due = (_D.c.purpose == Purpose.NOTICE) & _D.c.ended_at.is_(None) & (_D.c.next_try_at <= now)
    is_had = (_D.c.purpose == Purpose.NOTICE) & (_D.c.outcome == Outcome.SENT)
    is_digest = (_D.c.purpose == Purpose.DIGEST) & (_D.c.ended_at.is_(None) | (_D.c.outcome == Outcome.SENT))
    due, had, digests = (func.sum(case((one, 1), else_=0)) for one in (is_due, is_had, is_digest))
    rows = (
        select(_D.c.user_id, func.max(_D.c.recipient), due, had, digests)
        .where(among(_D.c.user_id, ids=people), _D.c.carrier == carrier,
               or_(_D.c.ended_at.is_(None), _D.c.ended_at > since))
        .group_by(_D.c.user_id)
    )
    return {
        user_id: recipient for user_id, recipient, waiting, sent, has_digest in db.session.execute(rows)
        if waiting and (has_digest or waiting + sent > most)
    }


def _open_digests(carrier: Carrier, flooded: dict[int, str], *, now: datetime, window: timedelta) -> None:
    """One for each person who has none open: the unique index says so."""
    latest = (
        select(_D.c.user_id, func.max(_D.c.ended_at))
        .where(among(_D.c.user_id, ids=list(flooded)), _D.c.carrier == carrier, _D.c.purpose == Purpose.DIGEST,
               _D.c.outcome == Outcome.SENT, _D.c.ended_at > now - window)
        .group_by(_D.c.user_id)
    )
    before = {user_id: moment for user_id, moment in db.session.execute(latest)}
    rows = [
        {
            "carrier": carrier, "purpose": Purpose.DIGEST, "user_id": user_id, "recipient": recipient, "words": "",
            "key": f"digest.{user_id}.{carrier}.{int(now.timestamp() * 1000)}", "created_at": now,
            "next_try_at": before[user_id] + window if user_id in before else now, "expires_at": now + LASTS,
            "tries": 0, "most_tries": MOST_TRIES, "address": "", "reference": "", "problem": "",
        }
        for user_id, recipient in flooded.items()
    ]
    insert_rows(db.session.connection(), _D, rows, ignoring=True)
