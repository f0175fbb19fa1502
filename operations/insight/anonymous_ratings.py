"""匿名差评: what is said without a name, for those above to learn from; to the rated unit only in sums of five and more.

No row leads to a ticket, a person, a day or a minute. A unit is told of quarters that are over, never of one that runs:
a sum that grows while it is looked at tells of the one by which it grew. It is told of itself and of each unit below it
one by one and never of all together, and of those ratings alone that the wall counts in its sealed groups: no sum can
be taken from another, here or there.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, false, func, or_, select

from models.access import Role
from models.base import db
from models.directory import Organisation
from models.hall import CountedCase
from models.rating_wall import SMALLEST_GROUP, RatingGroup, RatingPlace
from models.ratings import Grade, Rating
from models.tickets import Result, Ticket
from operations.access.actor import Actor
from operations.access.scope import units_of
from operations.clocks import shanghai
from operations.insight.keyset import TOP, Page, Place, paged
from operations.insight.measures import quarter_of

FEWEST = SMALLEST_GROUP  # of fewer no sum is told to the unit
ABOVE = (Role.SUPERVISOR, Role.DISCIPLINE_OBSERVER)
READING = (Role.UNIT_LEADER, *ABOVE)
PAGE, QUARTERS_SHOWN = 25, 4
BAD = [grade for grade in Grade if grade.is_bad]
_UNIT: Any = func.coalesce(Result.unit_id, CountedCase.unit_id)
_REGION: Any = func.coalesce(Ticket.region_path, CountedCase.region_path)


@dataclass(frozen=True, slots=True)
class Sum:
    """One unit's quarter: how many, and the reasons that were given FEWEST times or more, the most frequent first."""

    unit: str
    count: int
    reasons: Sequence[tuple[str, int]]


def page_of(actor: Actor, *, place: Place = TOP) -> Page:
    """One page for those above, the latest first: unit, grade, reasons, words and, to the month, when."""
    rows: Any = _rows(Rating.id, Rating.grade, Rating.tags, Rating.words, Rating.rated_at,
                      Organisation.short_name.label("unit"))
    ground = (_REGION.startswith(post.region_path, autoescape=True)
              for post in actor.posts_as(*ABOVE) if post.region_path)
    rows = rows.where(or_(false(), *ground), or_(_UNIT.is_(None), _UNIT.not_in(sorted(actor.houses))))
    return paged(rows, Rating.rated_at, Rating.id, size=PAGE, place=place, is_descending=True)


def quarters() -> list[date]:
    """The first days of the quarters that are over, the last first."""
    first = quarter_of(shanghai.today())
    found = []
    for _ in range(QUARTERS_SHOWN):
        first = quarter_of(first - timedelta(days=1))
        found.append(first)
    return found


def sums(actor: Actor, quarter: date) -> list[Sum]:
    """What the leader of a unit is told of one such quarter, by unit; one statement. Fewer than FEWEST are nothing."""
    mine = or_(false(), *(RatingPlace.unit_id.in_(units_of(post)) for post in actor.posts_as(Role.UNIT_LEADER)))
    if quarter not in quarters():
        return []
    rows: Any = (
        select(Organisation.short_name, Rating.tags).select_from(RatingPlace)
        .join(RatingGroup, RatingGroup.id == RatingPlace.group_id)
        .join(Rating, Rating.id == RatingPlace.rating_id)
        .join(Organisation, Organisation.id == RatingPlace.unit_id)
        .where(mine, RatingPlace.grade.in_(BAD), RatingGroup.counts_on >= quarter,
               RatingGroup.counts_on < quarter_of(quarter + timedelta(days=100)))
    )
    given: dict[str, list[Sequence[str]]] = defaultdict(list)
    for unit, tags in db.session.execute(rows):
        given[unit].append(tags.get("tags", ()))
    return [_sum(unit, given[unit]) for unit in sorted(given) if len(given[unit]) >= FEWEST]


def _sum(unit: str, given: Sequence[Sequence[str]]) -> Sum:
    counts = Counter(reason for reasons in given for reason in reasons)
    told = [(reason, count) for reason, count in counts.most_common() if count >= FEWEST]
    return Sum(unit, len(given), told)


def _rows(*columns: Any) -> Select[Any]:
    return (
        select(*columns).select_from(Rating)
        .outerjoin(Ticket, Ticket.id == Rating.ticket_id)
        .outerjoin(Result, (Result.ticket_id == Rating.ticket_id) & (Result.round == Rating.round))
        .outerjoin(CountedCase, CountedCase.id == Rating.counted_case_id)
        .outerjoin(Organisation, Organisation.id == _UNIT)
        .where(Rating.is_anonymous.is_(True), Rating.grade.in_(BAD))
    )
