"""How moments, phones and sizes are shown. Times are Shanghai's; nothing here decides anything."""

from datetime import date, datetime, timedelta

from flask import Flask

from models import clock
from operations.clocks.calendar import SHANGHAI

WEEKDAYS = "一二三四五六日"


def register(app: Flask) -> None:
    """Name the filters for the templates."""
    app.jinja_env.filters.update(moment=moment, day=day, masked=masked, size=size, iso=iso, ago=ago)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def moment(value: datetime | None) -> str:
    """``今天 17:30``, ``8月24日 17:30``; the year only when it is another one."""
    if value is None:
        return ""
    here, today = value.astimezone(SHANGHAI), clock.now().astimezone(SHANGHAI).date()
    return f"{_day_words(here.date(), today)} {here:%H:%M}"


def day(value: datetime | date | None) -> str:
    """``8月24日 星期一``."""
    if value is None:
        return ""
    here = value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
    year = "" if here.year == clock.now().astimezone(SHANGHAI).year else f"{here.year}年"
    return f"{year}{here.month}月{here.day}日 星期{WEEKDAYS[here.weekday()]}"


def ago(value: datetime | None) -> str:
    """``今天``, ``昨天``, ``41 天前``: whole Shanghai days."""
    if value is None:
        return "从未"
    days = (clock.now().astimezone(SHANGHAI).date() - value.astimezone(SHANGHAI).date()).days
    return {0: "今天", 1: "昨天"}.get(days, f"{days} 天前")


def masked(phone: str) -> str:
    """``138****2607``; a number too short to mask is hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "*" * len(phone)


def size(count: int) -> str:
    """``210 KB``, ``1.6 MB``."""
    return f"{count / 1024 / 1024:.1f} MB" if count >= 1024 * 1024 else f"{max(1, round(count / 1024))} KB"


def iso(value: datetime) -> str:
    """For the ``datetime`` attribute of ``<time>``."""
    return value.astimezone(SHANGHAI).isoformat(timespec="minutes")


def _day_words(here: date, today: date) -> str:
    if here == today:
        return "今天"
    if here in (today + timedelta(days=1), today - timedelta(days=1)):
        return "明天" if here > today else "昨天"
    year = "" if here.year == today.year else f"{here.year}年"
    return f"{year}{here.month}月{here.day}日"
