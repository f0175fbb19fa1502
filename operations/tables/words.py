"""What every reader of cells shares: words without padding, and how a cell says that it cannot be used."""

import unicodedata

EXACT_DIGITS = 15  # what a spreadsheet keeps of a number; the rest it rounds away


class Unfit(ValueError):
    """A cell that cannot be used; its text is the reason."""


def cleaned(text: str) -> str:
    """The words without the tabs, empty lines and control characters that an export pads them with."""
    lines = (line if line.isprintable() else "".join(filter(_is_sayable, line)) for line in text.splitlines())
    return "\n".join(filter(None, map(str.strip, lines)))


def _is_sayable(char: str) -> bool:
    """Not a control, formatting or surrogate character; the joiner of emoji may stay."""
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs") or char in "\t\u200d"
