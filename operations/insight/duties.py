"""应尽事项: which are meant, in what state they are, who owes them. The list and the coverage table read the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from models import clock
from models.access import User
from models.base import LabelledEnum, db
from models.directory import Enterprise, Organisation, Stewardship, StewardshipKind
from models.engagement import CadenceRule, DutyPeriod, Obligation
from operations.access.actor import Actor
from operations.access.scope import obligation_scope
from operations.clocks import rulebook, shanghai
from operations.engagement.cadence import periods
from operations.insight.keyset import TOP, Page, Place, paged
from operations.insight.lines import Cursor

SHOWN = 25
HOLDER = aliased(User)
UNIT = aliased(Organisation)
MAIN = and_(
    Stewardship.enterprise_id == Obligation.enterprise_id, Stewardship.ended_at.is_(None),
    Stewardship.kind == StewardshipKind.MAIN,
)
# Who owes now: the person, or the present steward of the enterprise; nobody where there is none.
PERSON: ColumnElement[Any] = func.coalesce(Obligation.user_id, Stewardship.steward_id)
UNIT_ID: ColumnElement[Any] = func.coalesce(Obligation.unit_id, Enterprise.owner_unit_id)


class State(LabelledEnum):
    """How an obligation stands. Every one is in exactly one state."""

    DUE = "due", "待完成"
    WARNED = "warned", "临期"
    LAPSED = "lapsed", "逾期未完成"
    DONE = "done", "已完成"


STATES: dict[State, ColumnElement[bool]] = {
    State.DONE: Obligation.fulfilled_at.is_not(None),
    State.LAPSED: and_(Obligation.fulfilled_at.is_(None), Obligation.lapsed_at.is_not(None)),
    State.WARNED: and_(
        Obligation.fulfilled_at.is_(None), Obligation.lapsed_at.is_(None), Obligation.warned_at.is_not(None)
    ),
    State.DUE: and_(Obligation.fulfilled_at.is_(None), Obligation.lapsed_at.is_(None), Obligation.warned_at.is_(None)),
}
LIGHTS = {State.DUE: "green", State.WARNED: "amber", State.LAPSED: "red", State.DONE: "none"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which obligations: empty fields ask for nothing. ``unit`` and ``person`` 0 mean that nobody answers for it.

    ``is_running`` without a state: what is still to be done.
    """

    code: str = ""
    starts_on: date | None = None
    unit: int | None = None
    person: int | None = None
    state: State | None = None
    is_running: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """One line of the list, in words."""

    row: Any
    state: State
    light: str
    left: str
    period: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list; ``count`` is that of the whole list."""

    duties: Sequence[Duty]
    count: int
    before: Cursor | None
    after: Cursor | None


def asked_of(actor: Actor, wanted: Wanted, *columns: Any) -> Select[Any]:
    """``columns`` of the obligations that the actor may see and that are wanted, each with who owes it joined."""
    rows = (
        select(*columns)
        .select_from(Obligation)
        .outerjoin(Enterprise, Enterprise.id == Obligation.enterprise_id)
        .outerjoin(Stewardship, MAIN)
    )
    return rows.where(obligation_scope(actor), *_conditions(wanted))


def listed(actor: Actor, wanted: Wanted, *, place: Place = TOP) -> Listed:
    """待走访 and every list behind a figure: the first to lapse comes first. Two statements."""
    columns = (
        Obligation, CadenceRule.title, CadenceRule.act, Enterprise.name.label("enterprise"), Enterprise.next_contact_on,
        Enterprise.has_green_card, HOLDER.name.label("person"), UNIT.short_name.label("unit"),
    )
    rows = (
        asked_of(actor, wanted, *columns)
        .join(CadenceRule, CadenceRule.id == Obligation.rule_id)
        .outerjoin(HOLDER, HOLDER.id == PERSON)
        .outerjoin(UNIT, UNIT.id == UNIT_ID)
    )
    page: Page = paged(rows, Obligation.due_at, Obligation.id, size=SHOWN, place=place)
    count = db.session.scalar(asked_of(actor, wanted, func.count())) or 0
    now = clock.now()
    return Listed([duty_of(row, now) for row in page.rows], count, page.previous, page.next)


def duty_of(row: Any, now: datetime) -> Duty:
    """The line of a row: an obligation with what stands beside it."""
    owed = row.Obligation
    state = state_of(owed)
    period = periods.Period(owed.starts_on, owed.ends_on)
    return Duty(row, state, LIGHTS[state], left_in_words(owed.ends_on, state, now), period.label)


def state_of(owed: Any) -> State:
    """The same answer as STATES give in the database."""
    if owed.fulfilled_at is not None:
        return State.DONE
    if owed.lapsed_at is not None:
        return State.LAPSED
    return State.WARNED if owed.warned_at is not None else State.DUE


def left_in_words(ends_on: date, state: State, now: datetime) -> str:
    """``还剩 12 个工作日``; what is over says so."""
    today = shanghai.day_of(now)
    if state in (State.DONE, State.LAPSED):
        return state.label
    if ends_on < today:
        return "期满，待补录"
    return f"还剩 {periods.working_days_left(rulebook.current().calendar, today, ends_on)} 个工作日"


def offered(rules: Sequence[CadenceRule], day: date) -> dict[str, list[tuple[str, str]]]:
    """For each rule the periods to look at: the present one and the four before it, as (first day, words)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for rule in rules:
        period, choices = periods.period_of(DutyPeriod(rule.period), day), []
        for _ in range(5):
            choices.append((period.starts_on.isoformat(), period.label))
            period = periods.before(DutyPeriod(rule.period), period)
        found[rule.code] = choices
    return found


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.code:
        found.append(Obligation.code == wanted.code)
    if wanted.starts_on:
        found.append(Obligation.starts_on == wanted.starts_on)
    if wanted.unit is not None:
        found.append(UNIT_ID == wanted.unit if wanted.unit else UNIT_ID.is_(None))
    if wanted.person is not None:
        found.append(PERSON == wanted.person if wanted.person else PERSON.is_(None))
    if wanted.state:
        found.append(STATES[wanted.state])
    elif wanted.is_running:
        found.append(or_(STATES[State.DUE], STATES[State.WARNED]))
    return found
