"""督办台: the open orders of a region, narrowed, counted and paged. Every number equals the list behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy.orm import aliased

from models import clock
from models.base import LabelledEnum, UTCDateTime, db
from models.clocks import Clock
from models.directory import Organisation, Region
from models.supervision import Level, ReminderCall, Supervision
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.scope import supervision_scope
from operations.clocks import rulebook
from operations.clocks.lights import Light
from operations.errors import NotFound
from operations.insight.keyset import TOP, Page, Place, paged
from operations.insight.lines import FAR
from operations.supervision.receipts import Receipt

S = Supervision
LATE_DAYS = (1, 3, 5)
LIGHTS = (Light.DARK_RED, Light.RED, Light.AMBER, Light.HOLD)  # those that an order can have
PAGE = 25
NEW_CAP = 100
# What somebody must answer for. Reminders are many and ask for no receipt: they show when their box is ticked.
PRESSING = tuple(level for level in Level if level is not Level.REMINDER)
HIGH = tuple(level for level in Level if level.rung >= Level.SECOND.rung)
Receiver, Issuer = aliased(Organisation), aliased(Organisation)


class Sorting(LabelledEnum):
    """The order of the queue."""

    LATEST = "late", "超时最久"
    UNREAD = "unread", "最久未打开"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the list is narrowed to; nothing set is every open order of the scope but the system's reminders.

    ``late_days``: the pressed clock lapsed at least so many working days ago. ``is_slow``: the present step of the
    receipt is past its limit.
    """

    levels: tuple[Level, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    late_days: int = 0
    is_slow: bool = False
    lights: tuple[Light, ...] = ()
    unit_id: int | None = None
    region: Region | None = None
    sorting: Sorting = Sorting.LATEST


def region_of(region_id: int) -> Region:
    """The region to narrow to; what lies outside the actor's own shows nothing. Raises NotFound."""
    region = db.session.get(Region, region_id)
    if region is None:
        raise NotFound
    return region


def page_of(actor: Actor, narrowing: Narrowing, *, place: Place = TOP) -> Page:
    """One page of the queue."""
    where = conditions(actor, narrowing)
    if narrowing.sorting is Sorting.LATEST:
        return paged(_rows().where(*where), S.clock_due_at, S.id, size=PAGE, place=place)
    # The longest unopened first, everything opened behind them. No index has that order: ids are sorted, not rows.
    moment: Any = func.coalesce(case((receipt() == Receipt.UNOPENED, S.opened_at)), FAR, type_=UTCDateTime())
    page = paged(select(S.id).where(*where), moment, S.id, size=PAGE, place=place)
    rows = {row.id: row for row in db.session.execute(_rows().where(S.id.in_([row.id for row in page.rows])))}
    return Page([rows[row.id] for row in page.rows], page.previous, page.next)


def all_rows(actor: Actor, narrowing: Narrowing, *, limit: int) -> Iterator[Row[Any]]:
    """The rows of the whole list in its default order, streamed; ``limit`` bounds an export."""
    rows = _with_calls(_rows()).where(*conditions(actor, narrowing)).order_by(S.clock_due_at, S.id).limit(limit)
    yield from db.session.execute(rows, execution_options={"yield_per": 500})


def count(actor: Actor, narrowing: Narrowing) -> int:
    """How many orders the list holds."""
    return db.session.scalar(select(func.count()).select_from(S).where(*conditions(actor, narrowing))) or 0


def newest_id() -> int:
    """The mark by which ``count_new`` knows what the page has not shown."""
    return db.session.scalar(select(func.max(S.id))) or 0


def count_new(actor: Actor, narrowing: Narrowing, *, since: int) -> int:
    """How many open orders of this list came after ``since``, counted up to ``NEW_CAP``."""
    new = select(S.id).where(S.id > since, *conditions(actor, narrowing)).limit(NEW_CAP)
    return db.session.scalar(select(func.count()).select_from(new.subquery())) or 0


def conditions(actor: Actor, narrowing: Narrowing) -> list[ColumnElement[bool]]:
    """What holds for every order of the list: scope first."""
    columns = {"level": S.level, "receipt": receipt(), "late": late_days(), "slow": slow(), "light": light(),
               "receiver_id": S.receiver_id, "region_path": S.region_path}
    return [supervision_scope(actor), S.ended_at.is_(None), *narrowed(columns, narrowing)]


def narrowed(columns: dict[str, Any], n: Narrowing, *, but: str = "") -> list[ColumnElement[bool]]:
    """The conditions that a narrowing sets on these columns; ``but`` is the facet (state, unit, region) left out."""
    found: list[ColumnElement[bool]] = []
    if but != "state":
        found.append(columns["level"].in_(n.levels or PRESSING))
        found += [columns["receipt"].in_(n.receipts)] if n.receipts else []
        found += [columns["late"] >= n.late_days] if n.late_days else []
        found += [columns["slow"] == 1] if n.is_slow else []
        found += [columns["light"].in_([str(one) for one in n.lights])] if n.lights else []
    if but != "unit" and n.unit_id is not None:
        found.append(columns["receiver_id"] == n.unit_id)
    if but != "region" and n.region is not None:
        found.append(columns["region_path"].startswith(n.region.path, autoescape=True))
    return found


def receipt() -> ColumnElement[Any]:
    """``receipts.receipt_of`` as SQL."""
    return case(
        (S.level == Level.REMINDER, ""),
        (S.answered_at.is_not(None), str(Receipt.ANSWERED)),
        (S.signed_at.is_not(None), str(Receipt.UNANSWERED)),
        (S.read_at.is_not(None), str(Receipt.UNSIGNED)),
        else_=str(Receipt.UNOPENED),
    )


def slow() -> ColumnElement[int]:
    """``receipts.is_slow`` as SQL, 1 or 0."""
    now = clock.now()
    unsigned = S.signed_at.is_(None) & (S.sign_due_at < now)
    unanswered = S.signed_at.is_not(None) & (S.due_at < now)
    return case(((S.level != Level.REMINDER) & S.answered_at.is_(None) & (unsigned | unanswered), 1), else_=0)


def light() -> ColumnElement[str]:
    """``queue_lines.light_of`` as SQL. Clocks that stand still are few: they are looked up once, not joined."""
    still = select(Clock.id).where(Clock.paused_at.is_not(None)).scalar_subquery()
    return case(
        (S.clock_id.in_(still), str(Light.HOLD)),
        (S.level.in_(HIGH), str(Light.DARK_RED)),
        (S.clock_due_at < clock.now(), str(Light.RED)),
        else_=str(Light.AMBER),
    )


def late_days() -> ColumnElement[int]:
    """0, 1, 3 or 5: the highest of ``LATE_DAYS`` that the pressed clock is late by, in working days."""
    now, calendar = clock.now(), rulebook.lately().calendar
    since = {days: calendar.subtract_office_seconds(now, days * calendar.day_seconds) for days in LATE_DAYS}
    return case(*((S.clock_due_at <= since[days], days) for days in reversed(LATE_DAYS)), else_=0)


def _with_calls(rows: Any) -> Any:
    """How often somebody was called about each order, and the last call."""
    calls = ReminderCall.__table__.alias("calls")
    mine = calls.c.supervision_id == S.id
    counted = select(func.count(calls.c.id)).where(mine).correlate(S).scalar_subquery()
    last = select(func.max(calls.c.id)).where(mine).correlate(S).scalar_subquery()
    return rows.add_columns(
        counted.label("call_count"), ReminderCall.called_at, ReminderCall.called_name, ReminderCall.outcome,
        ReminderCall.words.label("call_words"),
    ).outerjoin(ReminderCall, ReminderCall.id == last)


def _rows() -> Any:
    return (
        select(
            S.id, S.level, S.source, S.rule, S.opened_at, S.clock_due_at, S.sign_due_at, S.due_at, S.stage_due_at,
            S.read_at, S.signed_at, S.answered_at, S.accepted_at, S.rejected_count, S.ticket_id, S.receiver_id,
            Ticket.number, Ticket.subject, Ticket.status, Clock.kind, Clock.paused_at,
            Receiver.short_name.label("receiver"), Issuer.short_name.label("issuer"),
        )
        .join(Ticket, Ticket.id == S.ticket_id)
        .join(Clock, Clock.id == S.clock_id)
        .outerjoin(Receiver, Receiver.id == S.receiver_id)
        .outerjoin(Issuer, Issuer.id == S.issuer_id)
    )
