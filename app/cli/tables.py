"""Tables for a terminal, where a Chinese character is two columns wide."""

import unicodedata
from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns under their heads, two spaces apart, without trailing blanks."""
    widths = [max(map(width, column)) for column in zip(head, *rows, strict=True)]
    rule = ["-" * size for size in widths]
    return "\n".join("  ".join(map(_padded, line, widths)).rstrip() for line in (head, rule, *rows))


def width(text: str) -> int:
    """How many columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, size: int) -> str:
    return text + " " * (size - width(text))
