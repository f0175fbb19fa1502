"""A month as an address writes it, ``2026-08``."""

from datetime import date


def month_of(text: str) -> date | None:
    """The first day of the month; what is no month asks for nothing."""
    try:
        found = date.fromisoformat(f"{text}-01") if len(text) == 7 and text.isascii() else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year < 2100 else None


def month_text(month: date | None) -> str:
    """The month as `month_of` reads it; empty for none."""
    return f"{month:%Y-%m}" if month else ""
