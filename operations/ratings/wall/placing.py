"""计入处: each rating placed once, at the unit, window, officer and item that it is about."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Insert, case, exists, func, insert, literal, or_, select, true, update
from sqlalchemy.orm import aliased

from models.base import db
from models.clocks import Clock, ClockKind, ClockOutcome
from models.days import last_of_month, shanghai_day
from models.directory import Organisation, OrganisationKind, Region
from models.hall import CountedCase
from models.rating_wall import RatingPlace, RatingRound
from models.ratings import Rating, RatingOccasion
from models.tickets import Result, Ticket
from operations.ratings import appeals

OF_RATING = ("unit_id", "window_id", "officer_id", "occasion", "item")
ALL_PLACED = ("rating_id", *OF_RATING, "grade", "is_anonymous", "is_excluded", "rated_at", "counts_on")


def unit_of_round() -> ColumnElement[Any]:
    """Whose work a ticket's round was, its result joined if it has one: of the unit that signed it; a direct answer is
    of the service centre of the region, or of the nearest above."""
    office, place = aliased(Organisation), aliased(Region)
    centre = (
        select(office.id).join(place, place.id == office.region_id)
        .where(office.kind == OrganisationKind.SERVICE_CENTRE, Ticket.region_path.startswith(place.path))
        .order_by(func.length(place.path).desc(), office.id).limit(1)
    )
    return func.coalesce(Result.unit_id, Ticket.lead_unit_id, centre.correlate(Ticket).scalar_subquery())


def place_rounds(since: datetime | None) -> None:
    """Place every round of a ticket that has come to its rating after ``since``; all of them for None."""
    rows: Any = (
        select(Clock.id, Clock.ticket_id, Clock.round, unit_of_round(), Ticket.category, Clock.started_at,
               literal(False))
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .outerjoin(Result, (Result.ticket_id == Clock.ticket_id) & (Result.round == Clock.round))
        .where(Clock.kind == ClockKind.RATING, or_(Clock.outcome.is_(None), Clock.outcome != ClockOutcome.DROPPED),
               unit_of_round().is_not(None), ~exists().where(RatingRound.clock_id == Clock.id),
               true() if since is None else Clock.started_at >= since)
    )
    into = ["clock_id", "ticket_id", "round", "unit_id", "item", "came_at", "is_dropped"]
    db.session.execute(insert(RatingRound).from_select(into, rows))


def drop_rounds(since: datetime | None) -> list[Any]:
    """Mark the rounds that were broken off after ``since``. Returns the days on which they had come."""
    table: Any = RatingRound.__table__
    dropped = select(Clock.id).where(Clock.kind == ClockKind.RATING, Clock.outcome == ClockOutcome.DROPPED,
                                     true() if since is None else Clock.stopped_at >= since)
    fresh = table.c.clock_id.in_(dropped) & table.c.is_dropped.is_(False)
    days = db.session.scalars(select(shanghai_day(table.c.came_at)).where(fresh).distinct()).all()
    if days:
        db.session.execute(update(table).where(fresh).values(is_dropped=True))
    return list(days)


def place() -> int:
    """Place every rating that has no place yet. Returns how many."""
    done = db.session.connection().execute(_placing(), execution_options={"preserve_rowcount": True})
    return int(done.rowcount)


def exclude() -> list[Any]:
    """Mark what an accepted appeal has excluded since. Returns the days of which it is."""
    table: Any = RatingPlace.__table__
    fresh = table.c.rating_id.in_(appeals.excluded()) & table.c.is_excluded.is_(False)
    days = db.session.scalars(select(table.c.counts_on).where(fresh).distinct()).all()
    if days:
        db.session.execute(update(table).where(fresh).values(is_excluded=True))
    return list(days)


def _placing() -> Insert:
    is_ticket = Rating.ticket_id.is_not(None)
    empty = literal("")
    rows: Any = (
        select(
            Rating.id, case((is_ticket, unit_of_round()), else_=CountedCase.unit_id), CountedCase.window_id,
            CountedCase.officer_id,
            case((is_ticket, literal(RatingOccasion.ONLINE.value)), else_=literal(RatingOccasion.WINDOW.value)),
            func.coalesce(CountedCase.item, Ticket.category, empty), Rating.grade, Rating.is_anonymous,
            Rating.id.in_(appeals.excluded()), Rating.rated_at,
            case((Rating.is_anonymous, last_of_month(Rating.rated_at)), else_=shanghai_day(Rating.rated_at)),
        )
        .outerjoin(Ticket, Ticket.id == Rating.ticket_id)
        .outerjoin(Result, (Result.ticket_id == Rating.ticket_id) & (Result.round == Rating.round))
        .outerjoin(CountedCase, CountedCase.id == Rating.counted_case_id)
        .where(~exists().where(RatingPlace.rating_id == Rating.id),
               or_(Rating.counted_case_id.is_not(None), unit_of_round().is_not(None)))
    )
    return insert(RatingPlace).from_select(list(ALL_PLACED), rows)
