"""How moments, phones and sizes are shown. Times are Shanghai's; nothing here decides anything."""

from datetime import datetime

from flask import Flask
from markupsafe import Markup, escape

from operations.clocks.calendar import SHANGHAI
from operations.clocks.wording import ago, day, moment, short_day
from operations.files import MIB
from operations.insight.marking import pieces


def register(app: Flask) -> None:
    """Name the filters for the templates."""
    app.jinja_env.filters.update(
        moment=moment, day=day, short_day=short_day, masked=masked, size=size, iso=iso, ago=ago, hit=hit
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def masked(phone: str) -> str:
    """``138****2607``; a number too short to mask is hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "*" * len(phone)


def hit(text: str, said: str) -> Markup:
    """``text`` with what was looked for marked."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if is_marked else escape(piece)
        for piece, is_marked in pieces(text, said)
    )


def size(count: int) -> str:
    """``210 KB``, ``1.6 MB``."""
    return f"{count / MIB:.1f} MB" if count >= MIB else f"{max(1, round(count / 1024))} KB"


def iso(value: datetime) -> str:
    """For the ``datetime`` attribute of ``<time>``."""
    return value.astimezone(SHANGHAI).isoformat(timespec="minutes")
