"""区划树: one place, what lies directly below it, and how many enterprises and stewards each has in its whole subtree."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import aliased

from models.access import Post, Role, User
from models.base import db
from models.directory import Enterprise, Organisation, Region
from operations.access.actor import Actor
from operations.access.found import the_one
from operations.access.scope import REGIONAL
from operations.clocks import shanghai
from operations.directory.regions import ADMINISTRATORS
from operations.directory.stewards import on_duty
from operations.directory.unowned import is_live

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Branch:
    """One region and how much lies in its subtree."""

    region: Region
    enterprises: int
    stewards: int
    children: int
    is_ended: bool

    @property
    def is_local(self) -> bool:
        """A code of the site's own, such as a development zone's: the standard's are digits alone."""
        return not self.region.code.isdecimal()


@dataclass(frozen=True, slots=True)
class Tree:
    """``here`` is None above the uppermost; ``above`` leads down to it. ``after`` is the code where the page ends."""

    here: Region | None
    above: Sequence[Region]
    branches: list[Branch]
    after: str


def tree(actor: Actor, *, code: str = "", after: str = "") -> Tree:
    """One level of the tree, the whole of it for administrators, the part of their office for others; four statements.

    Raises NotFound for a code that is not there or lies elsewhere.
    """
    here = _here(actor, code)
    rows = select(Region).where(Region.parent_id == here.id if here else _uppermost(actor), Region.code > after)
    found = db.session.scalars(rows.order_by(Region.code).limit(SHOWN + 1)).all()
    shown = found[:SHOWN]
    firms, stewards = _enterprises(here), _stewards(here)
    children, day = _children(shown), shanghai.today()
    return Tree(
        here=here,
        above=_above(actor, here) if here else [],
        branches=[
            Branch(one, _below(firms, one), _people_below(stewards, one), children.get(one.id, 0), _is_ended(one, day))
            for one in shown
        ],
        after=shown[-1].code if len(found) > SHOWN else "",
    )


def reach(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``regions``: those the actor may look at."""
    if actor.holds(*ADMINISTRATORS):
        return true()
    return or_(*(Region.path.startswith(post.region_path, autoescape=True) for post in actor.posts_as(*REGIONAL)))


def _here(actor: Actor, code: str) -> Region | None:
    if not code:
        return None
    return the_one(select(Region).where(Region.code == code, reach(actor)))


def _uppermost(actor: Actor) -> ColumnElement[bool]:
    if actor.holds(*ADMINISTRATORS):
        return Region.parent_id.is_(None)
    return Region.path.in_([post.region_path for post in actor.posts_as(*REGIONAL)])


def _above(actor: Actor, here: Region) -> Sequence[Region]:
    """From the uppermost that the actor may look at down to the one before ``here``."""
    ids = [int(part) for part in here.path.split("/") if part][:-1]
    return db.session.scalars(select(Region).where(Region.id.in_(ids), reach(actor)).order_by(Region.path)).all()


def _within(here: Region | None) -> ColumnElement[bool]:
    return Region.path.startswith(here.path, autoescape=True) if here else true()


def _enterprises(here: Region | None) -> dict[str, int]:
    """How many lie in each place itself, by its path."""
    counted = select(Enterprise.region_id, func.count().label("many")).where(is_live()).group_by(Enterprise.region_id)
    counts = counted.subquery()
    rows = select(Region.path, counts.c.many).join(counts, counts.c.region_id == Region.id).where(_within(here))
    return {path: many for path, many in db.session.execute(rows)}


def _stewards(here: Region | None) -> dict[str, set[int]]:
    """Who serves in each place itself, by its path: of the post, else of its unit."""
    post = aliased(Post)
    rows = (
        select(Region.path, post.user_id)
        .join(User, User.id == post.user_id)
        .join(Organisation, Organisation.id == post.organisation_id)
        .join(Region, Region.id == func.coalesce(post.region_id, Organisation.region_id))
        .where(post.role == Role.STEWARD, post.ended_at.is_(None), on_duty(), _within(here))
    )
    found: dict[str, set[int]] = defaultdict(set)
    for path, user_id in db.session.execute(rows):
        found[path].add(user_id)
    return found


def _children(shown: Sequence[Region]) -> dict[Any, int]:
    rows = select(Region.parent_id, func.count()).where(Region.parent_id.in_([one.id for one in shown]))
    return {parent: many for parent, many in db.session.execute(rows.group_by(Region.parent_id))}


def _below(counts: dict[str, int], region: Region) -> int:
    return sum(many for path, many in counts.items() if path.startswith(region.path))


def _people_below(people: dict[str, set[int]], region: Region) -> int:
    return len(set().union(*(some for path, some in people.items() if path.startswith(region.path))))


def _is_ended(region: Region, day: date) -> bool:
    return region.valid_to is not None and region.valid_to <= day
