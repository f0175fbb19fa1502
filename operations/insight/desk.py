"""今日工作台: a steward's tickets by time left, their enterprises by silence, their latest interactions.

Three statements in all, built once and kept: each carries its own figures beside the rows that it lists.
"""

from collections.abc import Callable, Sequence
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
from operations.clocks import rulebook
from operations.clocks.calendar import SHANGHAI
from operations.clocks.lights import Light, light_of
from operations.clocks.wording import moment, short_day
from operations.insight.lines import (
    AWAITED_CLOCK,
    CALLED,
    COLUMNS,
    NOW,
    STATIONS,
    UNIT,
    Cursor,
    comes_after,
    conditions,
    next_due,
    plain_rows,
    sorting_key,
    tonight,
)
from operations.tickets.workflow import open_to

QUIET_DAYS = 30
LINES_SHOWN, FIRMS_SHOWN, TALKS_SHOWN = 25, 10, 6
VIEWS = ("all", "red", "amber", "green", "hold", "today")
PRESSED = (Light.RED, Light.DARK_RED)
TABS = ("quiet", "promised", "open", "all")
MINE = stewarded_by(bindparam("person"), NOW)
FIRM_COLUMNS = (
    Enterprise.id, Enterprise.name, Enterprise.category, Enterprise.contact_name, Enterprise.contact_phone,
    Enterprise.quiet_since, Enterprise.next_contact_on,
)


@dataclass(slots=True)
class Errand:
    """A ticket on the steward's desk: what it waits for, and the one act that is next; None is nothing but to look."""

    number: str
    subject: str
    enterprise: str
    awaited: str
    act: Act | None
    light: Light
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
    """An enterprise in a steward's list with the light of its open tickets."""

    row: Any
    light: Light | None
    is_quiet: bool
    has_missed: bool


@dataclass(frozen=True, slots=True)
class Firms:
    """The enterprises of one tab with the figures of all tabs."""

    rows: Sequence[Firm]
    counts: dict[str, int]


def work(actor: Actor, *, view: str = "all", after: Cursor | None = None) -> Work:
    """今天要办：the open tickets of the steward's enterprises, by working time left, paused ones last."""
    now = clock.now()
    asked = {"person": actor.user_id, "now": now, "tonight": tonight(now)}
    if after:
        asked |= {"after_due": after.moment, "after_id": after.row_id}
    rows = plain_rows(_work(view, after is not None), asked)
    counts = {name: rows[0][place] for place, name in enumerate(VIEWS)} if rows else dict.fromkeys(VIEWS, 0)
    wanted = [row for row in rows if row.is_wanted]
    told = _countdown(now)
    more = sorting_key(wanted[LINES_SHOWN - 1]) if len(wanted) > LINES_SHOWN else None
    return Work([_errand(row, now=now, told=told) for row in wanted[:LINES_SHOWN]], counts, more)


def firms(actor: Actor, *, tab: str = "quiet") -> Firms:
    """我的企业：those of one tab, the longest silent first."""
    now = clock.now()
    rows = plain_rows(_firms(tab), {"person": actor.user_id, "now": now} | tab_lines(now))
    counts = {name: rows[0][place] for place, name in enumerate(TABS)} if rows else dict.fromkeys(TABS, 0)
    return Firms([firm_of(row, now=now) for row in rows if row.is_wanted], counts)


def talks(actor: Actor) -> Sequence[Any]:
    """最近互动：what the steward noted last."""
    return plain_rows(_TALKS, {"person": actor.user_id})


def tab_lines(now: datetime) -> dict[str, Any]:
    """The parameters of ``firm_tabs``: 久未联系 is who was last spoken to before that moment, 约好 who waits today."""
    return {"quiet_before": now - timedelta(days=QUIET_DAYS), "today": now.astimezone(SHANGHAI).date()}


def _countdown(now: datetime) -> Callable[[datetime], tuple[str, str]]:
    """The working time left and the due moment in words; most tickets share one of a few closing times."""
    calendar = rulebook.current().calendar
    return cache(lambda due_at: (calendar.remaining_words(now, due_at), f"{moment(due_at)} 到期"))


def _errand(row: Any, *, now: datetime, told: Callable[[datetime], tuple[str, str]]) -> Errand:
    light = light_of(row, now)
    if row.paused_at is not None:
        left, due = "暂停", f"{short_day(row.paused_at)} 起暂停"
    else:
        left, due = told(row.due_at) if row.due_at else ("未计时", "")
    station, awaited, act = STATIONS[row.status.stage], _awaited(row, light), _next_act(row, light)
    return Errand(row.number, row.subject, row.enterprise, awaited, act, light, left, due, station, light in PRESSED)


def _next_act(row: Any, light: Light) -> Act | None:
    """By the workflow table: stop the clock that runs, or press a unit that is short of time."""
    acts = _ACTS.get(row.status, ())
    if acts:
        return acts[0] if row.kind is TicketKind.CONSULTATION else acts[-1]
    return Act.REMIND if row.status is Status.HANDLING and (light in PRESSED or light is Light.AMBER) else None


def _awaited(row: Any, light: Light) -> str:
    """What the ticket waits for, as its steward reads it."""
    if row.status is not Status.HANDLING:
        return _AWAITED.get(row.status, "")
    return "已挂账，到复核日恢复" if light is Light.HOLD else f"等{row.unit}提交结果"


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
        Ticket.id, sorted_by.label("sorted_by"), is_wanted.label("is_wanted"),
    ).where(Ticket.enterprise_id.in_(MINE), Ticket.closed_at.is_(None))
    page = counted.order_by(is_wanted.desc(), sorted_by, Ticket.id).limit(LINES_SHOWN + 1).subquery()
    shown = (column for column in page.c if column.name not in ("id", "sorted_by"))
    return (
        select(*shown, *COLUMNS, CALLED, UNIT)
        .join(Ticket, Ticket.id == page.c.id)
        .join(Enterprise, Enterprise.id == Ticket.enterprise_id)
        .outerjoin(Organisation, Organisation.id == Ticket.lead_unit_id)
        .order_by(page.c.is_wanted.desc(), page.c.sorted_by, page.c.id)
    )


@cache
def _firms(tab: str) -> Select[*tuple[Any, ...]]:
    held = (
        select(Ticket.enterprise_id, func.count().label("open_count"))
        .where(Ticket.enterprise_id.in_(MINE), Ticket.closed_at.is_(None))
        .group_by(Ticket.enterprise_id)
        .subquery()
    )
    tabs = firm_tabs(held.c.open_count.is_not(None))
    is_wanted = case((tabs[tab], 1), else_=0)
    page = (
        select(
            *(func.count().filter(tabs[name]).over().label(f"count_{name}") for name in TABS),
            *FIRM_COLUMNS, held.c.open_count, is_wanted.label("is_wanted"),
        )
        .outerjoin(held, held.c.enterprise_id == Enterprise.id)
        .where(Enterprise.id.in_(MINE))
        .order_by(is_wanted.desc(), Enterprise.quiet_since, Enterprise.id)
        .limit(FIRMS_SHOWN)
        .subquery()
    )
    beside = firm_facts(page.c.id)
    return select(page, *beside).order_by(page.c.is_wanted.desc(), page.c.quiet_since, page.c.id)


def firm_tabs(is_held: ColumnElement[bool]) -> dict[str, ColumnElement[bool]]:
    """The groups of enterprises. Parameters: ``quiet_before`` and ``today``."""
    return {
        "quiet": Enterprise.quiet_since < bindparam("quiet_before", type_=UTCDateTime()),
        "promised": Enterprise.next_contact_on <= bindparam("today"),
        "open": is_held,
        "all": Enterprise.id.is_not(None),
    }


def firm_facts(enterprise_id: Any) -> tuple[ColumnElement[Any], ...]:
    """Beside each listed enterprise: how it was last spoken to, and what the light of its tickets is made of."""
    spoken = select(Interaction.kind).where(Interaction.enterprise_id == enterprise_id)
    spoken = spoken.order_by(Interaction.occurred_at.desc(), Interaction.id.desc()).limit(1)
    runs = and_(Ticket.enterprise_id == enterprise_id, Ticket.closed_at.is_(None), Ticket.paused_at.is_(None))
    measures: dict[str, Any] = {
        "due_at": func.min(Ticket.due_at), "warn_at": func.min(Ticket.warn_at), "rung": func.max(Ticket.rung)
    }
    return (
        spoken.scalar_subquery().label("spoken"),
        *(select(measure).where(runs).scalar_subquery().label(name) for name, measure in measures.items()),
    )


@dataclass(frozen=True, slots=True)
class _Worst:
    """The tightest of an enterprise's running tickets, as ``light_of`` reads it."""

    due_at: datetime | None
    warn_at: datetime | None
    rung: int
    paused_at: None = None


def firm_of(row: Any, *, now: datetime) -> Firm:
    """The enterprise of a plain row: ``FIRM_COLUMNS``, ``open_count`` and ``firm_facts``."""
    lines, light = tab_lines(now), None
    if row.open_count:
        light = light_of(_Worst(row.due_at, row.warn_at, row.rung or 0), now) if row.due_at else Light.HOLD
    missed = row.next_contact_on is not None and row.next_contact_on < lines["today"]
    return Firm(row, light, row.quiet_since < lines["quiet_before"], missed)


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
