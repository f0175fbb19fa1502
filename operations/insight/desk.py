"""今日工作台: a steward's tickets by time left, their enterprises by silence, their latest interactions.

Three statements in all, built once and kept: each carries its own figures beside the rows that it lists.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, select

from models import clock
from models.access import Role
from models.base import UTCDateTime
from models.directory import Enterprise, Organisation
from models.engagement import Interaction
from models.tickets import Act, Status, Ticket, TicketKind
from operations.access.actor import Actor
from operations.access.scope import stewarded_by
from operations.access.withholding import asked_by, open_to_asker
from operations.clocks import rulebook, shanghai
from operations.clocks.lights import Light, light_of
from operations.clocks.wording import ago, moment, short_day
from operations.insight.lines import (
    AWAITED_CLOCK,
    CALLED,
    FAR,
    NOW,
    STATIONS,
    UNIT,
    Cursor,
    comes_after,
    conditions,
    lit,
    next_due,
    plain_rows,
    tonight,
)
from operations.tickets.workflow import open_to

QUIET_DAYS = 30
LINES_SHOWN, FIRMS_SHOWN, TALKS_SHOWN = 25, 8, 6
VIEWS = ("all", "red", "amber", "green", "hold", "today")
PRESSED = (Light.RED, Light.DARK_RED)
STANDING = {Light.HOLD.value: ("暂停", "时限已停"), Light.NONE.value: ("未计时", "")}
TABS = ("quiet", "promised", "open", "all")
MINE = stewarded_by(bindparam("person"), NOW)
# Neither listed nor counted: complaints about the steward's own unit.
MAY_KNOW = open_to_asker(Ticket.id)
TICKET_COLUMNS = (Ticket.id, Ticket.number, Ticket.subject, Ticket.status, Ticket.kind, Ticket.due_at)
FIRM_COLUMNS = (
    Enterprise.id, Enterprise.name, Enterprise.category, Enterprise.contact_name, Enterprise.contact_phone,
    Enterprise.quiet_since, Enterprise.next_contact_on,
)
# Of the running tickets of an enterprise, which ``_Worst`` puts together.
TIGHTEST: dict[str, Any] = {
    "due_at": func.min(Ticket.due_at), "warn_at": func.min(Ticket.warn_at), "rung": func.max(Ticket.rung)
}


@dataclass(slots=True)
class Errand:
    """A ticket on the steward's desk: what it waits for, and the one act that is next; None is nothing but to look."""

    number: str
    subject: str
    enterprise: str
    awaited: str
    act: Act | None
    light: str
    left: str
    due: str
    station: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Work:
    """The tickets of one view with the figures of all views; ``after`` leads to the next page."""

    errands: Sequence[Errand]
    counts: dict[str, int]
    after: Cursor | None


@dataclass(slots=True)
class Firm:
    """An enterprise in a list, in words: when and how it was last spoken to, what is promised, how its tickets are."""

    id: int
    name: str
    about: str
    contact: str
    phone: str
    quiet: str
    spoken: str
    is_quiet: bool
    light: Light | None
    open_count: int
    promise: str
    has_missed: bool


@dataclass(frozen=True, slots=True)
class Firms:
    """The enterprises of one tab with the figures of all tabs."""

    rows: Sequence[Firm]
    counts: dict[str, int]


def work(actor: Actor, *, view: str = "all", after: Cursor | None = None) -> Work:
    """今天要办：the open tickets of the steward's enterprises, by working time left, paused ones last."""
    now = clock.now()
    asked = {"person": actor.user_id, "now": now, "tonight": tonight(now)} | asked_by(actor)
    if after:
        asked |= {"after_due": after.moment, "after_id": after.row_id}
    rows = plain_rows(_work(view, after is not None), asked)
    counts = {name: rows[0][place] for place, name in enumerate(VIEWS)} if rows else dict.fromkeys(VIEWS, 0)
    wanted = [row for row in rows if row.is_wanted]
    told = _countdown(now)
    more = _mark(wanted[LINES_SHOWN - 1]) if len(wanted) > LINES_SHOWN else None
    return Work([_errand(row, told) for row in wanted[:LINES_SHOWN]], counts, more)


def firms(actor: Actor, *, tab: str = "quiet") -> Firms:
    """我的企业：those of one tab, the longest silent first."""
    now = clock.now()
    rows = plain_rows(_firms(tab), {"person": actor.user_id, "now": now} | tab_lines(now) | asked_by(actor))
    counts = {name: rows[0][place] for place, name in enumerate(TABS)} if rows else dict.fromkeys(TABS, 0)
    return Firms([firm_of(row, now=now) for row in rows if row.is_wanted], counts)


def talks(actor: Actor) -> Sequence[Any]:
    """最近互动：what the steward noted last."""
    return plain_rows(_TALKS, {"person": actor.user_id})


def tab_lines(now: datetime) -> dict[str, Any]:
    """The parameters of ``firm_tabs``: 久未联系 is who was last spoken to before that moment, 约好 who waits today."""
    return {"quiet_before": now - timedelta(days=QUIET_DAYS), "today": shanghai.day_of(now)}


def _countdown(now: datetime) -> Callable[[datetime], tuple[str, str]]:
    """The working time left and the due moment in words; most tickets share one of a few closing times."""
    calendar = rulebook.lately().calendar
    return cache(lambda due_at: (calendar.remaining_words(now, due_at), f"{moment(due_at)} 到期"))


def _mark(row: Any) -> Cursor:
    return Cursor(FAR if row.due_at is None or row.light == Light.HOLD else row.due_at, row.id)


def _errand(row: Any, told: Callable[[datetime], tuple[str, str]]) -> Errand:
    light, status = row.light, row.status
    if light in STANDING:
        left, due = STANDING[light]
    else:
        left, due = told(row.due_at)
    awaited = _AWAITED[status] if status is not Status.HANDLING else _awaited_of_unit(row.unit, light)
    act = _next_act(status, row.kind, light=light)
    return Errand(row.number, row.subject, row.enterprise, awaited, act, light, left, due, STATIONS[status.stage],
                  light in PRESSED)


def _next_act(status: Status, kind: TicketKind, *, light: str) -> Act | None:
    """By the workflow table: stop the clock that runs, or press a unit that is short of time."""
    acts = _ACTS[status]
    if acts:
        return acts[0] if kind is TicketKind.CONSULTATION else acts[-1]
    return Act.REMIND if status is Status.HANDLING and (light in PRESSED or light == Light.AMBER) else None


def _awaited_of_unit(unit: str, light: str) -> str:
    return "已挂账，到复核日恢复" if light == Light.HOLD else f"等{unit}提交结果"


def _acts_of_a_steward() -> dict[Status, tuple[Act, ...]]:
    """For each status the offered acts of a steward that stop the clock which runs there."""
    return {
        status: tuple(
            step.act for step in open_to(status, frozenset({Role.STEWARD})) if step.is_offered and kind in step.stops
        )
        for status, kind in AWAITED_CLOCK.items()
    }


_ACTS = _acts_of_a_steward()
_AWAITED = {
    Status.SUBMITTED: "等你受理",
    Status.AWAITING_SUPPLEMENT: "等企业补正材料",
    Status.COORDINATING: "等你派单",
    Status.HANDLED: "部门已办结，等你反馈企业",
    Status.REPLIED: "已反馈，等服务中心回访",
    Status.FOLLOWED_UP: "已回访，等企业评价",
}


@cache
def _work(view: str, is_further: bool) -> Select[*tuple[Any, ...]]:
    """Every view is counted over all open tickets; those of the wanted one come first, so counts never lack a row.

    The inner part needs nothing but ``ix_tickets_open_enterprise``; the table is read for the rows that are shown.
    """
    views, sorted_by = conditions(), next_due()
    wanted = views[view] & comes_after(sorted_by, Ticket.id) if is_further else views[view]
    is_wanted = case((wanted, 1), else_=0)
    counted = select(
        *(func.count().filter(views[name]).over().label(f"count_{name}") for name in VIEWS),
        Ticket.id, sorted_by.label("sorted_by"), is_wanted.label("is_wanted"), lit().label("light"),
    ).where(Ticket.enterprise_id.in_(MINE), Ticket.closed_at.is_(None), MAY_KNOW)
    page = counted.order_by(is_wanted.desc(), sorted_by, Ticket.id).limit(LINES_SHOWN + 1).subquery()
    shown = (column for column in page.c if column.name not in ("id", "sorted_by"))
    return (
        select(*shown, *TICKET_COLUMNS, CALLED, UNIT)
        .join(Ticket, Ticket.id == page.c.id)
        .join(Enterprise, Enterprise.id == Ticket.enterprise_id)
        .outerjoin(Organisation, Organisation.id == Ticket.lead_unit_id)
        .order_by(page.c.is_wanted.desc(), page.c.sorted_by, page.c.id)
    )


@cache
def _firms(tab: str) -> Select[*tuple[Any, ...]]:
    held = (
        select(Ticket.enterprise_id, func.count().label("open_count"), *(
            measure.filter(Ticket.paused_at.is_(None)).label(name) for name, measure in TIGHTEST.items()
        ))
        .where(Ticket.enterprise_id.in_(MINE), Ticket.closed_at.is_(None), MAY_KNOW)
        .group_by(Ticket.enterprise_id)
        .subquery()
    )
    tabs = firm_tabs(held.c.open_count.is_not(None))
    is_wanted = case((tabs[tab], 1), else_=0)
    page = (
        select(
            *(func.count().filter(tabs[name]).over().label(f"count_{name}") for name in TABS),
            *FIRM_COLUMNS, *(held.c[name] for name in ("open_count", *TIGHTEST)), is_wanted.label("is_wanted"),
        )
        .outerjoin(held, held.c.enterprise_id == Enterprise.id)
        .where(Enterprise.id.in_(MINE))
        .order_by(is_wanted.desc(), Enterprise.quiet_since, Enterprise.id)
        .limit(FIRMS_SHOWN)
        .subquery()
    )
    return select(page, how_spoken(page.c.id)).order_by(page.c.is_wanted.desc(), page.c.quiet_since, page.c.id)


def firm_tabs(is_held: ColumnElement[bool]) -> dict[str, ColumnElement[bool]]:
    """The groups of enterprises. Parameters: ``quiet_before`` and ``today``."""
    return {
        "quiet": Enterprise.quiet_since < bindparam("quiet_before", type_=UTCDateTime()),
        "promised": Enterprise.next_contact_on <= bindparam("today"),
        "open": is_held,
        "all": Enterprise.id.is_not(None),
    }


def how_spoken(enterprise_id: Any) -> ColumnElement[Any]:
    """Beside each listed enterprise: how it was last spoken to."""
    spoken = select(Interaction.kind).where(Interaction.enterprise_id == enterprise_id)
    spoken = spoken.order_by(Interaction.occurred_at.desc(), Interaction.id.desc()).limit(1)
    return spoken.scalar_subquery().label("spoken")


def lights(enterprise_id: Any, may_know: ColumnElement[bool]) -> Iterator[ColumnElement[Any]]:
    """Beside each enterprise of a page: what the light of its tickets is made of, as far as ``may_know``."""
    runs = and_(Ticket.enterprise_id == enterprise_id, Ticket.closed_at.is_(None), Ticket.paused_at.is_(None), may_know)
    for name, measure in TIGHTEST.items():
        yield select(measure).where(runs).scalar_subquery().label(name)


@dataclass(frozen=True, slots=True)
class _Worst:
    """The tightest of an enterprise's running tickets, as ``light_of`` reads it."""

    due_at: datetime | None
    warn_at: datetime | None
    rung: int
    paused_at: None = None


def firm_of(row: Any, *, now: datetime) -> Firm:
    """The enterprise of a plain row: ``FIRM_COLUMNS``, ``open_count``, ``TIGHTEST`` and ``how_spoken``."""
    lines, light = tab_lines(now), None
    if row.open_count:
        light = light_of(_Worst(row.due_at, row.warn_at, row.rung or 0), now) if row.due_at else Light.HOLD
    quiet, how = (ago(row.quiet_since), row.spoken.label) if row.spoken else ("从未联系", "登记")
    promised = row.next_contact_on
    return Firm(
        row.id, row.name, row.category.label, row.contact_name or "未登记", row.contact_phone, quiet,
        f"{short_day(row.quiet_since)} {how}", row.quiet_since < lines["quiet_before"], light, row.open_count or 0,
        short_day(promised) if promised else "", promised is not None and promised < lines["today"],
    )


_TALKS = (
    select(
        Interaction.id, Interaction.kind, func.substr(Interaction.content, 1, 40).label("content"),
        Interaction.occurred_at, Interaction.recorded_at, Interaction.enterprise_id, CALLED,
    )
    .join(Enterprise, Enterprise.id == Interaction.enterprise_id)
    .where(Interaction.steward_id == bindparam("person"))
    .order_by(Interaction.occurred_at.desc(), Interaction.id.desc())
    .limit(TALKS_SHOWN)
)
