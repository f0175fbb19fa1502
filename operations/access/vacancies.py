"""代行: a unit without a head is answered for by who stands first in the nearest house above (domain.md §7).

A leader of that house holds, while the vacancy lasts, a standing of the unit's leader as well: whatever asks who may
sign, answer or decide for the unit finds them, and what they do is kept by their own post as done in another's place.
The leader of a unit above needs none: they speak for the units below theirs as it is.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import aliased

from models.access import Post, Role
from models.base import db
from models.directory import Organisation, Region
from operations.access.actor import Standing

LEADING = (Role.UNIT_LEADER, Role.LEADER)
TITLE = "代行负责人"
_Between, _Own, _First = aliased(Organisation), aliased(Post), aliased(Post)
_below = Organisation.path.startswith(bindparam("path"))
_is_led = exists().where(Post.organisation_id == Organisation.id, Post.role.in_(LEADING), Post.ended_at.is_(None))
# A unit that handles cases: it has officers, or had a head before.
_handles = exists().where(_Own.organisation_id == Organisation.id, _Own.role.in_((Role.CASE_OFFICER, Role.UNIT_LEADER)))
_is_led_nearer = (
    exists()
    .where(
        _Between.path.startswith(bindparam("path")), _Between.id != bindparam("house"),
        Organisation.path.startswith(_Between.path), _Between.id != Organisation.id,
        _First.organisation_id == _Between.id, _First.role.in_(LEADING), _First.ended_at.is_(None),
    )
    .correlate(Organisation)
)
_RANKS = select(func.min(Post.rank)).where(
    Post.organisation_id == bindparam("house"), Post.role.in_(LEADING), Post.ended_at.is_(None)
).scalar_subquery()
_STANDS_FIRST = exists().where(Post.id == bindparam("post"), Post.rank == _RANKS)
_HEADLESS: Any = (
    select(Organisation.id, Organisation.short_name, Organisation.path, Region.path.label("region_path"))
    .join(Region, Region.id == Organisation.region_id)
    .where(_below, Organisation.id != bindparam("house"), _handles, ~_is_led, ~_is_led_nearer, _STANDS_FIRST)
    .order_by(Organisation.id)
)


def standing_in(posts: Sequence[Standing]) -> tuple[Standing, ...]:
    """What a leader stands in for at this moment; nobody else is asked about. One statement for each leading post."""
    return tuple(found for post in posts if post.role is Role.LEADER and post.unit_path for found in _of(post))


def _of(post: Standing) -> list[Standing]:
    rows = db.session.connection().execute(
        _HEADLESS, {"path": post.unit_path, "house": post.unit_id, "post": post.post_id}
    )
    return [
        Standing(post.post_id, Role.UNIT_LEADER, row.id, row.short_name, row.path, row.region_path, title=TITLE,
                 stands_in=True)
        for row in rows
    ]
