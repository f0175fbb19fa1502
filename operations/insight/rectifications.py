"""差评整改 as pages show it: the register, its figures with numerator and denominator, one card, the anonymous ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select, true
from sqlalchemy.orm import aliased

from models import clock
from models.access import User
from models.base import LabelledEnum, db
from models.clocks import Clock
from models.directory import Enterprise, Organisation
from models.hall import CountedCase
from models.ratings import Rating
from models.rectifications import RatingAppeal, Rectification, RectificationCall, RectificationEnd
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.rectification_scope import rectification_scope
from operations.clocks.shanghai import month_bounds
from operations.insight.keyset import TOP, Page, Place, paged

PAGE = 25
CONTACT, FIX = aliased(Clock), aliased(Clock)
R = Rectification


class State(LabelledEnum):
    """What the register is asked for; every figure is two of these."""

    OPEN = "open", "在办"
    UNCONTACTED = "uncontacted", "待联系"
    UNSIGNED = "unsigned", "整改中"
    TO_CALL = "to_call", "待回访"
    APPEALED = "appealed", "申诉待裁定"
    LATE = "late", "超时"
    COUNTED = "counted", "应整改"
    SOLVED = "solved", "整改完成"
    DUE = "due", "已到期或已结束"
    ON_TIME = "on_time", "按期整改"
    CONTACT_DUE = "contact_due", "应联系"
    CONTACTED = "contacted", "按时联系"
    SIGNED = "signed", "应回访"
    CALLED = "called", "已回访"
    UNREACHED = "unreached", "多次未接通"
    EXCLUDED = "excluded", "已剔除"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the register is narrowed to; ``month`` is the first day of one, by when the rating was given."""

    state: State | None = None
    month: date | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A rate: so many of so many, each of which opens its list."""

    label: str
    part: State
    whole: State
    count: int
    of: int

    @property
    def rate(self) -> str:
        """In per cent; a dash where there is nothing to divide by."""
        return f"{100 * self.count / self.of:.1f}%" if self.of else "—"


FIGURES = (
    ("整改率", State.SOLVED, State.COUNTED), ("按期整改率", State.ON_TIME, State.DUE),
    ("按时联系率", State.CONTACTED, State.CONTACT_DUE), ("整改回访率", State.CALLED, State.SIGNED),
)


def condition(state: State, now: datetime) -> ColumnElement[bool]:
    """A state as a condition on ``rectifications`` with both first clocks joined. What is excluded counts nowhere."""
    return _CONDITIONS[state](now)


_COUNTED: Any = or_(R.ended_as.is_(None), R.ended_as != RectificationEnd.EXCLUDED)
_SOLVED: Any = R.ended_as == RectificationEnd.SOLVED
_WAITING = select(RatingAppeal.rectification_id).where(RatingAppeal.decided_at.is_(None))
# One is built, not all to choose from: sixteen of sixteen each are a quarter of the page.
_CONDITIONS: Mapping[State, Callable[[datetime], ColumnElement[bool]]] = {
    State.OPEN: lambda now: R.ended_at.is_(None),
    State.UNCONTACTED: lambda now: R.ended_at.is_(None) & R.contacted_at.is_(None),
    State.UNSIGNED: lambda now: R.ended_at.is_(None) & R.contacted_at.is_not(None) & R.signed_at.is_(None),
    State.TO_CALL: lambda now: R.ended_at.is_(None) & R.signed_at.is_not(None),
    State.APPEALED: lambda now: R.ended_at.is_(None) & R.id.in_(_WAITING),
    State.LATE: lambda now: and_(_COUNTED, or_(func.coalesce(R.contacted_at, now) > CONTACT.due_at,
                                               func.coalesce(R.signed_at, now) > FIX.due_at)),
    State.COUNTED: lambda now: _COUNTED,
    State.SOLVED: lambda now: _SOLVED,
    State.DUE: lambda now: and_(_COUNTED, or_(R.ended_at.is_not(None), FIX.due_at < now)),
    State.ON_TIME: lambda now: _SOLVED & (R.signed_at <= FIX.due_at),
    State.CONTACT_DUE: lambda now: and_(_COUNTED, or_(R.contacted_at.is_not(None), CONTACT.due_at < now)),
    State.CONTACTED: lambda now: and_(_COUNTED, R.contacted_at <= CONTACT.due_at),
    State.SIGNED: lambda now: and_(_COUNTED, R.signed_at.is_not(None)),
    State.CALLED: lambda now: R.ended_as.in_((RectificationEnd.SOLVED, RectificationEnd.UNREACHED)),
    State.UNREACHED: lambda now: R.ended_as == RectificationEnd.UNREACHED,
    State.EXCLUDED: lambda now: R.ended_as == RectificationEnd.EXCLUDED,
}


def page_of(actor: Actor, narrowing: Narrowing, *, place: Place = TOP) -> Page:
    """One page of the register, the latest first."""
    rows = _register().where(*_narrowed(actor, narrowing))
    return paged(rows, R.opened_at, R.id, size=PAGE, place=place, is_descending=True)


def _register() -> Any:
    rows: Any = select(
        R.id, R.opened_at, R.contacted_at, R.verification, R.signed_at, R.ended_as, R.ended_at, Rating.grade,
        Rating.tags, func.coalesce(CountedCase.number, Ticket.number).label("number"),
        func.coalesce(CountedCase.item, Ticket.subject).label("subject"), Organisation.short_name.label("unit"),
        CONTACT.due_at.label("contact_due_at"), FIX.due_at.label("fix_due_at"),
        condition(State.LATE, clock.now()).label("is_late"),
        condition(State.APPEALED, clock.now()).label("is_appealed"),
    )
    return _joined(rows.join(Rating, Rating.id == R.rating_id).join(Ticket, Ticket.id == R.ticket_id)
                   .outerjoin(CountedCase, CountedCase.id == Ticket.counted_case_id)
                   .join(Organisation, Organisation.id == R.unit_id))


def all_rows(actor: Actor, narrowing: Narrowing, *, limit: int) -> Sequence[Row[Any]]:
    """The register without pages, for its file."""
    rows: Any = _register().add_columns(
        Rating.words, R.measures, R.result, RatingAppeal.ground, RatingAppeal.is_accepted
    ).outerjoin(RatingAppeal, RatingAppeal.rectification_id == R.id)
    rows = rows.where(*_narrowed(actor, narrowing)).order_by(R.opened_at.desc(), R.id.desc())
    return db.session.execute(rows.limit(limit)).all()


def count(actor: Actor, narrowing: Narrowing) -> int:
    """How many rows there are."""
    rows = _joined(select(func.count()).select_from(R)).where(*_narrowed(actor, narrowing))
    return db.session.scalar(rows) or 0


def figures(actor: Actor, narrowing: Narrowing) -> tuple[list[Figure], Mapping[State, int]]:
    """The rates of a month and perhaps a unit, and how many are in each state, in one statement."""
    now = clock.now()
    sums = [func.coalesce(func.sum(case((condition(state, now), 1), else_=0)), 0) for state in State]
    rows = _joined(select(*sums).select_from(R)).where(
        *_narrowed(actor, Narrowing(None, narrowing.month, narrowing.unit_id)))
    counts = dict(zip(State, db.session.execute(rows).one(), strict=True))
    return [Figure(label, part, whole, counts[part], counts[whole]) for label, part, whole in FIGURES], counts


def units(actor: Actor) -> Sequence[Row[Any]]:
    """The units that have any, for the filter."""
    having = select(R.unit_id).where(rectification_scope(actor))
    rows: Any = select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(having))
    return db.session.execute(rows.order_by(Organisation.short_name)).all()


@dataclass(frozen=True, slots=True)
class Card:
    """One rectification with everything its page shows. ``case``: of which counted case ``ticket`` is the proxy."""

    row: Rectification
    rating: Rating
    ticket: Ticket
    case: CountedCase | None
    unit: Organisation
    enterprise: Enterprise
    contact: Clock
    fix: Clock
    appeal: RatingAppeal | None
    calls: Sequence[tuple[RectificationCall, str]]
    people: Mapping[int, str]


def card(found: Rectification) -> Card:
    """The card of what the actor may open."""
    parts = _joined(
        select(Rating, Ticket, CountedCase, Organisation, Enterprise, CONTACT, FIX, RatingAppeal).select_from(R)
        .join(Rating, Rating.id == R.rating_id).join(Ticket, Ticket.id == R.ticket_id)
        .join(Organisation, Organisation.id == R.unit_id).join(Enterprise, Enterprise.id == Ticket.enterprise_id)
        .outerjoin(CountedCase, CountedCase.id == Ticket.counted_case_id)
        .outerjoin(RatingAppeal, RatingAppeal.rectification_id == R.id)
    )
    row = db.session.execute(parts.where(R.id == found.id)).one()
    rating, ticket, counted, unit, enterprise, contact, fix, appeal = row
    calls: Any = (select(RectificationCall, User.name).join(User, User.id == RectificationCall.called_by_id)
                  .where(RectificationCall.rectification_id == found.id).order_by(RectificationCall.attempt))
    ids = [found.contacted_by_id, found.reported_by_id, found.signed_by_id]
    ids += [appeal.filed_by_id, appeal.decided_by_id] if appeal else []
    rows: Any = select(User.id, User.name).where(User.id.in_([one for one in ids if one]))
    return Card(found, rating, ticket, counted, unit, enterprise, contact, fix, appeal, db.session.execute(calls).all(),
                {user_id: name for user_id, name in db.session.execute(rows)})


def _joined(rows: Any) -> Any:
    return rows.join(CONTACT, CONTACT.id == R.contact_clock_id).join(FIX, FIX.id == R.fix_clock_id)


def _narrowed(actor: Actor, narrowing: Narrowing) -> list[ColumnElement[bool]]:
    found = [rectification_scope(actor), condition(narrowing.state, clock.now()) if narrowing.state else true()]
    if narrowing.month:
        begins, ends = month_bounds(narrowing.month)
        found += [R.opened_at >= begins, R.opened_at < ends]
    if narrowing.unit_id is not None:
        found.append(R.unit_id == narrowing.unit_id)
    return found
