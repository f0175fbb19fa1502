"""Months in addresses: ``2026-08``."""

from datetime import date

from operations.clocks import shanghai


def month_of(text: str) -> date | None:
    """The first day of the month; what is no month asks for nothing."""
    try:
        found = date.fromisoformat(f"{text}-01") if len(text) == 7 and text.isascii() else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year < 2100 else None


def month_text(month: date | None) -> str:
    """As addresses and fields have it."""
    return f"{month:%Y-%m}" if month else ""


def this_month() -> date:
    """The first day of the present month."""
    return shanghai.today().replace(day=1)
