"""三色灯: one answer for lists, pages and letters (domain.md §5)."""

from datetime import datetime
from typing import Any

from models.base import LabelledEnum
from models.supervision import Level


class Light(LabelledEnum):
    """The lights; each is shown with its word and a shape, never by colour alone."""

    GREEN = "green", "绿灯"
    AMBER = "amber", "黄灯"
    RED = "red", "红灯"
    DARK_RED = "darkred", "深红灯"
    HOLD = "hold", "暂停"
    NONE = "none", "已停"


def light_of(row: Any, now: datetime) -> Light:
    """The light of anything with ``due_at``, ``warn_at``, ``paused_at`` and ``rung`` (a ticket or a list row)."""
    if row.due_at is None:
        return Light.NONE
    if row.paused_at is not None:
        return Light.HOLD
    if row.rung >= Level.SECOND.rung:
        return Light.DARK_RED
    if now > row.due_at:
        return Light.RED
    return Light.AMBER if now >= row.warn_at else Light.GREEN
