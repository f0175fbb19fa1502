"""Numbers people read out: they tell the month and nothing about how many there are."""

import secrets

from models import clock
from operations.clocks.calendar import SHANGHAI

DIGITS = 7


def draw() -> str:
    """A number such as ``ZQ-2026-11-0482913``; the unique key decides whether it is free."""
    today = clock.now().astimezone(SHANGHAI)
    return f"ZQ-{today:%Y-%m}-{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
