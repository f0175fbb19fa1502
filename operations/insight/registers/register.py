"""What every register can do: its rows within a scope and a narrowing, its pages, its units and its figures.

A figure counts the rows that its own narrowing lists: one condition serves both, so that they cannot disagree.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, false, func, or_, select

from models.access import Role
from models.base import LabelledEnum, db
from models.directory import Enterprise, Organisation
from models.tickets import Ticket
from operations.access.actor import Actor, Standing
from operations.access.scope import REGIONAL, ticket_scope, units_of
from operations.access.withholding import open_to
from operations.clocks.shanghai import month_bounds
from operations.insight.keyset import TOP, Page, Place, cut, page_of
from operations.insight.units import HANDLING

UNIT = (Role.CASE_OFFICER, Role.UNIT_LEADER)
READING = (*UNIT, *REGIONAL)
NO_UNIT, NO_UNIT_NAME = 0, "尚未派单"
PAGE = 25


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a register is narrowed to; ``month`` is the first day of one, ``unit_id`` NO_UNIT where no unit is named."""

    state: LabelledEnum | None = None
    month: date | None = None
    unit_id: int | None = None
    kind: LabelledEnum | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how the page and the sheet name it, how wide the sheet draws it, and what a row says there."""

    label: str
    width: int
    told: Callable[[Any], str]
    is_on_page: bool = True


@dataclass(frozen=True, slots=True)
class Register:
    """One register. ``rows`` start from its table with the ticket joined; ``unit`` may be null.

    ``states`` may overlap: each is a condition, and those of ``figures`` are columns of the monthly figures. ``more``
    adds words per unit to the figures, under ``more_label``.
    """

    name: str
    label: str
    about: str
    month_label: str
    rows: Callable[[], Select[Any]]
    unit: Any
    moment: Any
    row_id: Any
    states: type[LabelledEnum]
    condition: Callable[[Any], ColumnElement[bool]]
    figures: tuple[LabelledEnum, ...]
    counted: str
    kinds: type[LabelledEnum]
    kind_label: str
    kind: Any
    columns: tuple[Column, ...]
    state_of: Callable[[Any], list[tuple[str, str]]]
    is_of_a_month: bool = True
    more_label: str = ""
    more: Callable[[Select[Any]], Mapping[int, str]] | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """One unit of the figures: every count with the state it is of, None being all rows; and further words."""

    unit_id: int
    unit: str
    counts: list[tuple[LabelledEnum | None, int]]
    more: str


def page_rows(register: Register, actor: Actor, narrowing: Narrowing, *, place: Place = TOP) -> Page:
    """One page of the register, the latest first."""
    keyed = _listed(register, actor, narrowing).add_columns(
        ticket_scope(actor).label("may_open"), register.moment.label("page_moment"), register.row_id.label("page_id")
    )
    statement = cut(keyed, register.moment, register.row_id, size=PAGE, place=place, is_descending=True)
    return page_of(list(db.session.execute(statement)), size=PAGE, place=place)


def all_rows(register: Register, actor: Actor, narrowing: Narrowing, *, limit: int) -> Sequence[Row[Any]]:
    """The register without pages, for its file."""
    rows = _listed(register, actor, narrowing)
    return db.session.execute(rows.order_by(register.moment.desc(), register.row_id.desc()).limit(limit)).all()


def count(register: Register, actor: Actor, narrowing: Narrowing) -> int:
    """How many rows there are."""
    rows = _narrowed(register, actor, narrowing)
    return db.session.scalar(rows.with_only_columns(func.count())) or 0


def units(actor: Actor) -> Sequence[tuple[int, str]]:
    """The units that may stand in a register, for the filter: to look for those that do would read all of it."""
    own = (Organisation.id.in_(units_of(post)) for post in actor.posts_as(*UNIT))
    any_of_them = Organisation.kind.in_(HANDLING) if actor.holds(*REGIONAL) else false()
    rows = select(Organisation.id, Organisation.short_name).where(or_(any_of_them, *own))
    return [(row[0], row[1]) for row in db.session.execute(rows.order_by(Organisation.short_name))]


def figures(register: Register, actor: Actor, month: date | None) -> list[Figures]:
    """每单位: the rows in all and in each state; each count equals the register so narrowed."""
    unit = func.coalesce(register.unit, NO_UNIT)
    sums = [func.sum(case((register.condition(state), 1), else_=0)).label(state.value) for state in register.figures]
    name = func.coalesce(func.max(Organisation.short_name), NO_UNIT_NAME)
    rows = _narrowed(register, actor, Narrowing(month=month))
    grouped = rows.with_only_columns(unit.label("unit_id"), name.label("unit_name"), func.count().label("total"), *sums)
    more = register.more(rows) if register.more else {}
    found = db.session.execute(grouped.group_by(unit).order_by(func.count().desc(), unit))
    return [
        Figures(row.unit_id, row.unit_name,
                [(None, row.total), *((state, getattr(row, state.value)) for state in register.figures)],
                more.get(row.unit_id, ""))
        for row in found
    ]


def _listed(register: Register, actor: Actor, narrowing: Narrowing) -> Select[Any]:
    rows = _narrowed(register, actor, narrowing).join(Enterprise, Enterprise.id == Ticket.enterprise_id)
    return rows.add_columns(
        Ticket.number, Ticket.subject, Enterprise.name.label("enterprise"), Organisation.short_name.label("unit"),
        register.kind.label("kind"),
    )


def _narrowed(register: Register, actor: Actor, narrowing: Narrowing) -> Select[Any]:
    rows = register.rows().outerjoin(Organisation, Organisation.id == register.unit)
    return rows.where(_scope(register, actor), *_conditions(register, narrowing))


def _scope(register: Register, actor: Actor) -> ColumnElement[bool]:
    """The offices above see their region, a unit its own rows and its children's."""
    return or_(false(), *(_of_post(register, post) for post in actor.posts)) & open_to(actor, Ticket.id)


def _of_post(register: Register, post: Standing) -> ColumnElement[bool]:
    if post.role in REGIONAL:
        return Ticket.region_path.startswith(post.region_path, autoescape=True)
    return register.unit.in_(units_of(post)) if post.role in UNIT else false()


def _conditions(register: Register, narrowing: Narrowing) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if narrowing.state is not None:
        found.append(register.condition(narrowing.state))
    if narrowing.month:
        begins, ends = month_bounds(narrowing.month)
        found += [register.moment >= begins, register.moment < ends]
    if narrowing.unit_id is not None:
        found.append(register.unit == narrowing.unit_id if narrowing.unit_id else register.unit.is_(None))
    if narrowing.kind is not None:
        found.append(register.kind == narrowing.kind)
    return found
