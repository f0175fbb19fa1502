"""Whether a unit is still there: somebody must be able to take in what it is given."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_

from models import clock
from models.access import Post, Role
from models.directory import Region
from operations.clocks import shanghai

GONE = "该单位已无在岗的承办人和负责人"


def is_manned(unit: Any) -> ColumnElement[bool]:
    """The condition on ``unit``, an Organisation: an officer or a leader of it or of the unit above holds a post
    now, and its region has not been closed."""
    now = clock.now()
    of_it = and_(Post.organisation_id == unit.id, Post.role.in_((Role.CASE_OFFICER, Role.UNIT_LEADER)))
    of_the_one_above = and_(Post.organisation_id == unit.parent_id, Post.role == Role.UNIT_LEADER)
    somebody = exists().where(
        or_(of_it, of_the_one_above), Post.started_at <= now, or_(Post.ended_at.is_(None), Post.ended_at > now)
    )
    closed = exists().where(Region.id == unit.region_id, Region.valid_to <= shanghai.today())
    return and_(somebody.correlate(unit), ~closed.correlate(unit))
