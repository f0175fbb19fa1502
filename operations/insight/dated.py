"""目录计数: figures of a large directory as they were counted a few minutes ago, with the moment.

Counting a city's enterprises takes longer than a page may; the job ``count-directory`` counts them by unit and region,
and pages add up what the actor may see. A small directory is counted live by whoever asks, and so is a large one when
the job has not run for a while: a page may be slow, never wrong without saying when it was right.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from models.access import Role
from models.base import db
from models.directory import Region
from models.insight import DirectoryCount
from operations.access.actor import Actor
from operations.access.scope import REGIONAL, is_below

LARGE = 20_000
FRESH = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Dated:
    """Figures by name, and when they were counted."""

    figures: dict[str, int]
    at: datetime


def counted_at(now: datetime) -> datetime | None:
    """When the figures were counted; None where they are to be counted live."""
    rows = select(func.min(DirectoryCount.counted_at), func.sum(DirectoryCount.count)).where(
        DirectoryCount.figure == "enterprises"
    )
    moment, enterprises = db.session.execute(rows).one()
    return moment if moment and enterprises >= LARGE and now - moment <= FRESH else None


def sums(actor: Actor, now: datetime, *figures: str) -> Dated | None:
    """The figures of all enterprises of the actor's regions and units; None where they are to be counted live."""
    places = [place for post in actor.posts if (place := _place_of(post)) is not None]
    moment = counted_at(now) if places and len(places) == len(actor.posts) else None
    if moment is None:
        return None
    rows = select(DirectoryCount.figure, func.sum(DirectoryCount.count)).where(
        DirectoryCount.figure.in_(figures), or_(*places)
    )
    found = dict.fromkeys(figures, 0)
    found.update({figure: int(count) for figure, count in db.session.execute(rows.group_by(DirectoryCount.figure))})
    return Dated(found, moment)


def by_owner(figures: tuple[str, ...], members: list[int]) -> Any:
    """The figures of each of these owning units, as columns."""
    wanted = (func.coalesce(func.sum(DirectoryCount.count).filter(DirectoryCount.figure == figure), 0).label(figure)
              for figure in figures)
    rows: Any = select(DirectoryCount.owner_unit_id, *wanted)
    return rows.where(DirectoryCount.figure.in_(figures), DirectoryCount.owner_unit_id.in_(members)).group_by(
        DirectoryCount.owner_unit_id
    )


def _place_of(post: Any) -> ColumnElement[bool] | None:
    """The counts of a post, as ``scope.visible_enterprises`` has its enterprises; None where these are no place's."""
    if post.role is Role.REGISTRAR:
        return DirectoryCount.owner_unit_id == post.unit_id
    if post.role in REGIONAL:
        return DirectoryCount.region_id.in_(select(Region.id).where(is_below(post.region_path)))
    return None
