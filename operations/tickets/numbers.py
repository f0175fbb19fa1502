"""Numbers people read out: they tell the month and nothing about how many there are."""

import secrets

from models import clock
from operations.clocks.calendar import SHANGHAI

DIGITS, TRIES = 7, 8
DEMAND, PROXY = "ZQ", "ZG"


def draw(series: str = DEMAND) -> str:
    """A number such as ``ZQ-2026-11-0482913``; the unique key decides whether it is free."""
    today = clock.now().astimezone(SHANGHAI)
    return f"{series}-{today:%Y-%m}-{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
