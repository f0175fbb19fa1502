"""派单建议准确率: what was suggested, what was done and where it ended, by month; every figure is a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import aliased

from models.base import LabelledEnum, db
from models.directory import Organisation
from models.routing import Suggestion
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.routing_scope import suggestion_scope
from operations.clocks.shanghai import month_bounds
from operations.insight.keyset import TOP, Page, Place, paged

PAGE = 25
UNSORTED = "-"  # what has no category, in an address


class Figure(LabelledEnum):
    """What is counted among the dispatches."""

    OFFERED = "offered", "有建议"
    TAKEN = "taken", "按建议派"
    RIGHT = "right", "建议与最终一致"
    STAYED = "stayed", "派单与最终一致"
    MOVED = "moved", "退回或改派"


class By(LabelledEnum):
    """How the report is broken down."""

    TOPIC = "topic", "按类别"
    UNIT = "unit", "按单位"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the list is narrowed to; ``unit_id`` is the unit first dispatched to."""

    month: date | None = None
    topic: str = ""
    unit_id: int | None = None
    figure: Figure | None = None


def condition(figure: Figure) -> ColumnElement[bool]:
    """A figure as a condition on ``suggestions``."""
    stayed = Suggestion.final_unit_id == Suggestion.dispatched_unit_id
    return {
        Figure.OFFERED: Suggestion.unit_id.is_not(None),
        Figure.TAKEN: Suggestion.unit_id == Suggestion.dispatched_unit_id,
        Figure.RIGHT: Suggestion.unit_id == Suggestion.final_unit_id,
        Figure.STAYED: stayed,
        Figure.MOVED: or_(Suggestion.final_unit_id.is_(None), ~stayed),
    }[figure]


def figures(actor: Actor, month: date, by: By) -> Sequence[Any]:
    """Per category or unit: ``key``, ``name``, ``dispatched`` and one count for each figure."""
    sums = [func.sum(case((condition(figure), 1), else_=0)).label(figure.value) for figure in Figure]
    key: Any = Suggestion.topic if by is By.TOPIC else Organisation.id
    name: Any = Suggestion.topic if by is By.TOPIC else Organisation.short_name
    rows: Any = select(key.label("key"), name.label("name"), func.count().label("dispatched"), *sums)
    if by is By.UNIT:
        rows = rows.join(Organisation, Organisation.id == Suggestion.dispatched_unit_id)
    rows = rows.where(suggestion_scope(actor), *_narrowed(Narrowing(month)))
    return db.session.execute(rows.group_by(*dict.fromkeys((key, name))).order_by(func.count().desc(), key)).all()


def page_of(actor: Actor, narrowing: Narrowing, *, place: Place = TOP) -> Page:
    """One page of the dispatches behind a figure, the latest first."""
    rows = _rows(actor, narrowing)
    return paged(rows, Suggestion.dispatched_at, Suggestion.id, size=PAGE, place=place, is_descending=True)


def all_rows(actor: Actor, narrowing: Narrowing, *, limit: int) -> Sequence[Any]:
    """The list without pages, for its file."""
    rows = _rows(actor, narrowing).order_by(Suggestion.dispatched_at.desc(), Suggestion.id.desc())
    return db.session.execute(rows.limit(limit)).all()


def _rows(actor: Actor, narrowing: Narrowing) -> Any:
    suggested, dispatched, final = aliased(Organisation), aliased(Organisation), aliased(Organisation)
    rows: Any = (
        select(
            Suggestion.id, Suggestion.category, Suggestion.source, Suggestion.reason, Suggestion.dispatched_at,
            Ticket.number, Ticket.subject, suggested.short_name.label("suggested"),
            dispatched.short_name.label("dispatched"), final.short_name.label("final"),
        )
        .join(Ticket, Ticket.id == Suggestion.ticket_id)
        .join(dispatched, dispatched.id == Suggestion.dispatched_unit_id)
        .outerjoin(suggested, suggested.id == Suggestion.unit_id)
        .outerjoin(final, final.id == Suggestion.final_unit_id)
    )
    return rows.where(suggestion_scope(actor), *_narrowed(narrowing))


def _narrowed(narrowing: Narrowing) -> list[ColumnElement[bool]]:
    found = [condition(narrowing.figure)] if narrowing.figure else []
    if narrowing.month:
        begins, ends = month_bounds(narrowing.month)
        found += [Suggestion.dispatched_at >= begins, Suggestion.dispatched_at < ends]
    if narrowing.topic:
        found.append(Suggestion.topic == ("" if narrowing.topic == UNSORTED else narrowing.topic))
    if narrowing.unit_id is not None:
        found.append(Suggestion.dispatched_unit_id == narrowing.unit_id)
    return found
