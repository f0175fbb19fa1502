"""办件评价链接: lets whoever holds it rate one counted case, once; its hall asks for it and prints or sends it."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import exists, select, update

from models import clock
from models.base import db
from models.bulk import among, insert_rows
from models.hall import CountedCase
from models.hall_intake import CaseLink
from models.ratings import Rating, RatingChannel
from operations.access.sessions import digest_of
from operations.base import operation
from operations.clocks import rulebook
from operations.ratings import counted
from operations.ratings.links import LONGEST_TOKEN, LinkSpent
from operations.ratings.opinions import Given, Opinion


def make(cases: Sequence[CountedCase]) -> dict[int, str]:
    """A link for each case, within the running operation: its token by the case's id. An earlier one ends."""
    if not cases:
        return {}
    now, days = clock.now(), rulebook.current().policy("window_rating")["days"]
    ids = [case.id for case in cases]
    ending = update(CaseLink.__table__).where(among(CaseLink.__table__.c.case_id, ids=ids),
                                              CaseLink.__table__.c.ended_at.is_(None))
    db.session.connection().execute(ending.values(ended_at=now))
    tokens = {case.id: secrets.token_urlsafe(32) for case in cases}
    insert_rows(db.session.connection(), CaseLink.__table__, [
        {"case_id": case.id, "token_hash": digest_of(tokens[case.id]), "made_at": now,
         "expires_at": case.finished_at + timedelta(days=days)} for case in cases
    ])
    return tokens


def case_of(token: str) -> CountedCase:
    """The case that this link may rate now; reading it changes nothing. Raises LinkSpent, the same for all."""
    found = db.session.scalar(
        select(CountedCase).join(CaseLink, CaseLink.case_id == CountedCase.id).where(
            *_live(token), CountedCase.withdrawn_at.is_(None), ~exists().where(Rating.counted_case_id == CountedCase.id)
        )
    )
    if found is None:
        raise LinkSpent
    return found


@operation
def rate(token: str, *, opinion: Opinion) -> Given:
    """凭链接评价办件: use the link up and rate; of two at once the database lets one through. Raises LinkSpent."""
    case = case_of(token)
    using = update(CaseLink).where(*_live(token)).values(ended_at=clock.now())
    if db.session.connection().execute(using).rowcount != 1:
        raise LinkSpent
    return counted.rate(case, opinion=replace(opinion, channel=RatingChannel.LINK))


def _live(token: str) -> tuple[sa.ColumnElement[bool], ...]:
    held = CaseLink.token_hash == digest_of(token[:LONGEST_TOKEN])
    return held, CaseLink.ended_at.is_(None), CaseLink.expires_at > clock.now()
