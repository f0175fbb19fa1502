"""One sign of gaming: which rows it looks at, whose they are, which of them count, and what is told of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_

from models.access import Role
from operations.access.actor import Actor
from operations.access.withholding import open_to
from operations.clocks.shanghai import month_bounds

READING = (Role.SUPERVISOR, Role.DISCIPLINE_OBSERVER)
Policy = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Signal:
    """``rows`` join what they need, the region's path among it; ``whose`` is the id of a unit or of a person.

    ``hit`` says which rows count, by the policy's thresholds within a month; ``about`` says so in words. A figure and
    its evidence are the same condition. ``peers`` is what must be alike to be compared, None for all. ``spent`` gives
    seconds of each row, the part and the whole: the share is of these then, while the figure counts rows.
    """

    name: str
    label: str
    about: Callable[[Policy], str]
    counted: str
    rows: Callable[[], Select[Any]]
    whose: Any
    whose_name: Any
    peers: Any
    region_path: Any
    moment: Any
    row_id: Any
    hit: Callable[[Policy, date], ColumnElement[bool]]
    told: Callable[[Any], str]
    title: Any
    number: Any
    link: str
    spent: Callable[[], tuple[ColumnElement[int], ColumnElement[int]]] | None = None
    ticket_id: Any = None


def scoped(signal: Signal, actor: Actor, month: date) -> Select[Any]:
    """The rows of a month within the actor's region."""
    begins, ends = month_bounds(month)
    ground = (signal.region_path.startswith(path, autoescape=True) for path in grounds(actor))
    rows = signal.rows().where(or_(false(), *ground), signal.moment >= begins, signal.moment < ends)
    return rows if signal.ticket_id is None else rows.where(open_to(actor, signal.ticket_id))


def grounds(actor: Actor) -> set[str]:
    """The paths of the regions whose rows the actor reads here."""
    return {post.region_path for post in actor.posts_as(*READING) if post.region_path}
