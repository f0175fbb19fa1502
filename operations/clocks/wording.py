"""Moments and spans of working time in the words of the pages. Moments are shown on a Shanghai clock."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from models import clock
from operations.clocks import shanghai
from operations.clocks.calendar import SHANGHAI

WEEKDAYS = "一二三四五六日"


def moment(value: datetime | None) -> str:
    """``今天 17:30``, ``8月24日 17:30``; the year only when it is another one."""
    if value is None:
        return ""
    here, today = value.astimezone(SHANGHAI), shanghai.today()
    return f"{_near(here.date(), today)} {here:%H:%M}"


@lru_cache(4096)  # thousands of letters of one sweep name the same few moments
def moment_in_full(value: datetime | None) -> str:
    """``2026年8月24日17:30``: what a letter says, which is read at any time."""
    if value is None:
        return ""
    here = value.astimezone(SHANGHAI)
    return f"{here.year}年{here.month}月{here.day}日{here:%H:%M}"


def day(value: datetime | date | None) -> str:
    """``8月24日 星期一``; the year only when it is another one."""
    if value is None:
        return ""
    here = shanghai.day_of(value) if isinstance(value, datetime) else value
    return f"{short_day(here)} 星期{WEEKDAYS[here.weekday()]}"


def short_day(value: datetime | date) -> str:
    """``8月24日``; the year only when it is another one."""
    here = shanghai.day_of(value) if isinstance(value, datetime) else value
    year = "" if here.year == clock.now().astimezone(SHANGHAI).year else f"{here.year}年"
    return f"{year}{here.month}月{here.day}日"


def ago(value: datetime | None) -> str:
    """``今天``, ``昨天``, ``41 天前``: whole Shanghai days."""
    if value is None:
        return "从未"
    days = (shanghai.today() - shanghai.day_of(value)).days
    return {0: "今天", 1: "昨天"}.get(days, f"{days} 天前")


def spent(seconds: int, day_seconds: int) -> str:
    """Working time used: ``0.9 天`` from half a day on, below that ``2 小时``, ``15 分``."""
    if seconds * 2 >= day_seconds:
        return f"{round(seconds / day_seconds, 1):g} 天"
    return f"{round(seconds / 3600, 1):g} 小时" if seconds >= 3600 else f"{max(1, seconds // 60)} 分"


def _near(here: date, today: date) -> str:
    if here == today:
        return "今天"
    if here in (today + timedelta(days=1), today - timedelta(days=1)):
        return "明天" if here > today else "昨天"
    year = "" if here.year == today.year else f"{here.year}年"
    return f"{year}{here.month}月{here.day}日"
