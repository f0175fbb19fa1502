"""Rating a counted case: which one is meant at a window, the rating itself, one for each, and what a 差评 sets going."""

from datetime import timedelta

from sqlalchemy import exists, select

from models import clock
from models.base import db
from models.directory import Enterprise
from models.hall import CountedCase
from models.ratings import Rating
from models.rectifications import Rectification
from models.tickets import Act, Status
from operations import log, notices
from operations.access.actor import Actor
from operations.base import operation
from operations.clocks import rulebook
from operations.ratings import opinions, proxies, rectifications
from operations.ratings.opinions import Given, Opinion, Subject
from operations.ratings.sampling.counted import CALLED_WITHIN
from operations.tickets.musts import BAD

AT_ONCE = 200
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
    """评价, within the operation of a channel: the unique key lets one through. The log holds the digest alone.

    A 差评 by name opens a 差评整改, as of a ticket, where the enterprise is known: nobody else could be contacted.
    """
    of = Subject(counted_case_id=case.id)
    checked = opinions.sound(opinion, occasion=of.occasion)
    given = opinions.put_down(checked, of=of)
    log.record("rate_counted_case", object_type="counted_case", object_id=case.id, actor=VISITOR,
               details={"anonymous": opinion.is_anonymous, "channel": str(opinion.channel), "opinion": checked.digest})
    if opinion.grade.is_bad and not opinion.is_anonymous and case.enterprise_id is not None:
        _rectify(db.session.get_one(Rating, given.rating_id), case)
    return given


@operation
def rectify_known() -> int:
    """What was badly rated by name, and of whose case the enterprise has become known since, up to AT_ONCE: a file that
    tells it of many does not hold the log up. Returns how many."""
    rows = (
        select(Rating, CountedCase).join(CountedCase, CountedCase.id == Rating.counted_case_id)
        .where(Rating.rated_at > clock.now() - CALLED_WITHIN, Rating.grade.in_(BAD), Rating.is_anonymous.is_(False),
               CountedCase.enterprise_id.is_not(None), ~exists().where(Rectification.rating_id == Rating.id))
    )
    found = db.session.execute(rows.order_by(Rating.id).limit(AT_ONCE)).all()
    for rating, case in found:
        _rectify(rating, case)
    return len(found)


def _rectify(rating: Rating, case: CountedCase) -> None:
    """The case's proxy bears the clocks; its one event is that of a rated ticket, so that they can be reckoned anew."""
    proxy = proxies.open_one(case, db.session.get_one(Enterprise, case.enterprise_id))
    log.record(Act.RATE, object_type="ticket", object_id=proxy.id, actor=VISITOR, ticket_id=proxy.id, round=proxy.round,
               source=str(Status.FOLLOWED_UP), target=str(proxy.status), words=rating.words, is_public=True,
               details={"anonymous": False, "grade": str(rating.grade), "case": case.id,
                        "rules": rulebook.current().version, **rectifications.told(case.unit)})
    notices.tell_centre(proxy, f"企业评价“{rating.grade.label}”，单位须按时限联系：{proxy.subject}")
    rectifications.open_one(rating.id, proxy, case.unit)
