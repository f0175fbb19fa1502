"""点评台签 on paper: several cards to a sheet of A4, to be cut and put on the desks."""

from collections.abc import Callable, Sequence
from pathlib import Path

from operations.errors import Refused
from operations.ratings.desk import Card
from operations.supervision.letters.pdf import Fonts, qr_of, set_by

LAYOUT = Path(__file__).with_name("cards.typ")
MOST = 120  # cards in one file; a hall of more windows prints by window


def pdf_of(cards: Sequence[Card], *, address_of: Callable[[str], str], fonts: Fonts) -> bytes:
    """The cards as PDF, six to a page. What they say is data to the typesetter, never a command. Raises Refused."""
    if not cards:
        raise Refused("还没有在用的台签，请先制发。")
    if len(cards) > MOST:
        raise Refused(f"一次最多打印 {MOST} 张，请按窗口打印。")
    return set_by(LAYOUT, {"cards": [said_on(card, address_of) for card in cards]}, fonts)


def said_on(card: Card, address_of: Callable[[str], str]) -> dict[str, str]:
    """What stands on one card."""
    return {"window": card.window, "unit": card.unit, "officer": card.officer, "qr": qr_of(address_of(card.row.code))}
