"""Rating a counted case: which one is meant at a window, and the rating itself, one for each."""

from datetime import timedelta

from sqlalchemy import exists, select

from models import clock
from models.base import db
from models.hall import CountedCase
from models.ratings import Rating
from operations import log
from operations.access.actor import Actor
from operations.clocks import rulebook
from operations.ratings import opinions
from operations.ratings.opinions import Given, Opinion, Subject

VISITOR = Actor(user_id=None, name="窗口办事人", posts=())


def to_be_rated(window_id: int, *, officer_id: int | None = None, number: str = "") -> CountedCase | None:
    """The case of a window that may be rated now: that of the number, or, without one, the one just finished there.

    With a number it waits as long as the rules say (days), without one only while whoever came still stands there
    (minutes), and only when no other case waits as well: a grade never goes to somebody else's case.
    """
    rules, now = rulebook.current().policy("window_rating"), clock.now()
    said = number.strip().upper()
    since = now - (timedelta(days=rules["days"]) if said else timedelta(minutes=rules["minutes"]))
    rows = select(CountedCase).where(
        CountedCase.window_id == window_id, CountedCase.finished_at > since, CountedCase.finished_at <= now,
        CountedCase.withdrawn_at.is_(None),
        ~exists().where(Rating.counted_case_id == CountedCase.id),
    )
    if officer_id is not None:
        rows = rows.where(CountedCase.officer_id == officer_id)
    if said:
        rows = rows.where(CountedCase.number == said)
    found = db.session.scalars(rows.order_by(CountedCase.finished_at.desc(), CountedCase.id.desc()).limit(2)).all()
    return found[0] if len(found) == 1 else None


def latest(window_id: int) -> CountedCase | None:
    """The case finished last at a window, when it waits for its rating and whoever came still stands there."""
    rules, now = rulebook.current().policy("window_rating"), clock.now()
    last = (
        select(CountedCase)
        .where(CountedCase.window_id == window_id, CountedCase.finished_at <= now, CountedCase.withdrawn_at.is_(None),
               CountedCase.finished_at > now - timedelta(minutes=rules["minutes"]))
        .order_by(CountedCase.finished_at.desc(), CountedCase.id.desc())
        .limit(1)
    )
    case = db.session.scalar(last)
    return case if case is not None and not is_rated(case) else None


def is_rated(case: CountedCase) -> bool:
    """Whether the case has its rating; what it says is nobody's business here."""
    return bool(db.session.scalar(select(exists().where(Rating.counted_case_id == case.id))))


def rate(case: CountedCase, *, opinion: Opinion) -> Given:
    """评价, within the operation of a channel: the unique key lets one through. The log holds the digest alone."""
    of = Subject(counted_case_id=case.id)
    checked = opinions.sound(opinion, occasion=of.occasion)
    given = opinions.put_down(checked, of=of)
    log.record("rate_counted_case", object_type="counted_case", object_id=case.id, actor=VISITOR,
               details={"anonymous": opinion.is_anonymous, "channel": str(opinion.channel), "opinion": checked.digest})
    return given
