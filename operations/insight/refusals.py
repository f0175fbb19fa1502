"""否定报备 as pages show it: the register with its filters, what waits for somebody, and the monthly figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, false, func, or_, select

from models import clock
from models.access import Role, User
from models.base import LabelledEnum, UTCDateTime, db
from models.clocks import Clock
from models.directory import Organisation
from models.refusals import Endorsement, Refusal, RefusalEnd, ReviewMember, Verdict
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.refusal_scope import refusal_scope, reviewed_by
from operations.clocks.shanghai import month_bounds
from operations.insight.keyset import TOP, Page, Place, paged
from operations.supervision import climbing

PAGE, WAITING_SHOWN = 25, 50


class State(LabelledEnum):
    """What the register is asked for: how it stands, what the review said, and whether anybody was late."""

    OPEN = "open", "在办"
    REFUSED = "refused", "不予办理"
    UPHELD = "upheld", "联审维持"
    VETOED = "vetoed", "联审否决"
    RETURNED = "returned", "退回完善告知"
    ORDERED = "ordered", "领导要求办理"
    LAPSED = "lapsed", "失效"
    LATE = "late", "超时"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the register is narrowed to; ``month`` is the first day of one, by when it was reported."""

    state: State | None = None
    month: date | None = None
    unit_id: int | None = None


def condition(state: State) -> ColumnElement[bool]:
    """A state as a condition on ``refusals``."""
    if state is State.OPEN:
        return Refusal.ended_at.is_(None)
    if state is State.UPHELD:
        return Refusal.verdict == Verdict.UPHELD
    return is_late() if state is State.LATE else Refusal.ended_as == RefusalEnd(state.value)


def is_late() -> ColumnElement[bool]:
    """Whether a level or the review has outrun its clock, or does so now."""
    level_clocks = select(Endorsement.clock_id).where(Endorsement.refusal_id == Refusal.id)
    own = or_(Clock.id == Refusal.review_clock_id, Clock.id.in_(level_clocks.correlate(Refusal)))
    outrun = func.coalesce(Clock.stopped_at, clock.now(), type_=UTCDateTime()) > Clock.due_at
    return select(Clock.id).where(Clock.ticket_id == Refusal.ticket_id, own, outrun).exists()


def register(actor: Actor, narrowing: Narrowing) -> Select[Any]:
    """The rows of the register: refusals of the actor's scope with their tickets and units."""
    here = select(Endorsement.level).where(Endorsement.refusal_id == Refusal.id, Endorsement.decided_at.is_(None))
    rows: Any = (
        select(
            Refusal.id, Refusal.number, Refusal.kind, Refusal.height, Refusal.reported_at, Refusal.was_noticed,
            Refusal.verdict, Refusal.reviewed_at, Refusal.ended_as, Refusal.ended_at, Refusal.grounds,
            Refusal.articles, Refusal.alternatives, Ticket.number.label("ticket"), Ticket.subject,
            Organisation.short_name.label("unit"), User.name.label("reporter"), here.scalar_subquery().label("level"),
            is_late().label("is_late"),
        )
        .join(Ticket, Ticket.id == Refusal.ticket_id)
        .join(Organisation, Organisation.id == Refusal.unit_id)
        .join(User, User.id == Refusal.reported_by_id)
    )
    return rows.where(refusal_scope(actor), *_narrowed(narrowing))


def page_of(actor: Actor, narrowing: Narrowing, *, place: Place = TOP) -> Page:
    """One page of the register, the latest first."""
    rows = register(actor, narrowing)
    return paged(rows, Refusal.reported_at, Refusal.id, size=PAGE, place=place, is_descending=True)


def all_rows(actor: Actor, narrowing: Narrowing, *, limit: int) -> Sequence[Row[Any]]:
    """The register without pages, for its file."""
    rows = register(actor, narrowing).order_by(Refusal.reported_at.desc(), Refusal.id.desc())
    return db.session.execute(rows.limit(limit)).all()


def waiting(actor: Actor) -> Sequence[Row[Any]]:
    """What waits for the actor: levels on their desk, reviews of their office or with their seat, the oldest first."""
    levels = select(Endorsement.refusal_id).join(Refusal, Refusal.id == Endorsement.refusal_id)
    seated = levels.where(climbing.seated_at(actor.user_id), Refusal.ended_at.is_(None))
    offices = [post.unit_id for post in actor.posts_as(Role.SUPERVISOR)]
    reviews = Refusal.office_id.in_(offices) & Refusal.reviewed_at.is_(None) if offices else false()
    unheard = reviewed_by(actor).where(ReviewMember.given_at.is_(None))
    speaks = Refusal.id.in_(unheard) & Refusal.reviewed_at.is_(None)
    rows = register(actor, Narrowing(State.OPEN)).where(or_(Refusal.id.in_(seated), reviews, speaks))
    return db.session.execute(rows.order_by(Refusal.reported_at, Refusal.id).limit(WAITING_SHOWN)).all()


def units(actor: Actor) -> Sequence[Row[Any]]:
    """The units that have refused, for the filter."""
    refusing = select(Refusal.unit_id).where(refusal_scope(actor))
    rows: Any = select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(refusing))
    return db.session.execute(rows.order_by(Organisation.short_name)).all()


FIGURES = (State.OPEN, State.REFUSED, State.UPHELD, State.VETOED, State.RETURNED, State.ORDERED, State.LATE)


def figures(actor: Actor, month: date) -> list[tuple[int, str, list[tuple[State | None, int]]]]:
    """每月每单位: how many were reported, refused, upheld, vetoed … and late; each equals the register so narrowed."""
    sums = [func.sum(case((condition(state), 1), else_=0)).label(state.value) for state in FIGURES]
    rows = (
        select(Organisation.id, Organisation.short_name, func.count().label("reported"), *sums)
        .select_from(Refusal)
        .join(Organisation, Organisation.id == Refusal.unit_id)
        .where(refusal_scope(actor), *_narrowed(Narrowing(month=month)))
        .group_by(Organisation.id, Organisation.short_name)
        .order_by(func.count().desc(), Organisation.id)
    )
    return [
        (row[0], row[1], [(None, row.reported), *((state, getattr(row, state.value)) for state in FIGURES)])
        for row in db.session.execute(rows)
    ]


def _narrowed(narrowing: Narrowing) -> list[ColumnElement[bool]]:
    found = [condition(narrowing.state)] if narrowing.state else []
    if narrowing.month:
        begins, ends = month_bounds(narrowing.month)
        found += [Refusal.reported_at >= begins, Refusal.reported_at < ends]
    if narrowing.unit_id is not None:
        found.append(Refusal.unit_id == narrowing.unit_id)
    return found
