"""一问一答: the rows a replay can walk, whose message and reply both have a time; only times keep a row out."""

from pathlib import Path

from operations.hotline.reading import (
    ASKED_AT,
    CONTENT,
    NUMBER,
    REPLIED_AT,
    SENDER,
    SENDER_LIMIT,
    SUBJECT,
    BadRow,
    Message,
    moment_in,
    number_shown,
)
from operations.tables.lines import Line, read_lines
from operations.tables.words import Unfit, cleaned
from operations.tickets.intake import CONTENT_LIMIT, SUBJECT_LIMIT


def read_exchanges(path: Path) -> tuple[list[Message], list[BadRow]]:
    """Every row with a reply at or after its message; the others with the reason. Raises BadInput as `read_lines`.

    Words are cut to what a ticket holds and replaced where there are none: what is measured are the times.
    """
    walked, left_out = [], []
    for line in read_lines(path, required=(NUMBER, ASKED_AT, REPLIED_AT), optional=(SENDER, SUBJECT, CONTENT)):
        try:
            walked.append(_exchange(line))
        except Unfit as reason:
            left_out.append(BadRow(line.number, number_shown(line), str(reason)))
    return walked, left_out


def _exchange(line: Line) -> Message:
    asked_at, replied_at = moment_in(line, ASKED_AT), moment_in(line, REPLIED_AT)
    if replied_at < asked_at:
        raise Unfit(f"{REPLIED_AT}早于{ASKED_AT}。")
    return Message(
        row=line.number,
        number=number_shown(line),
        sender=_words(line, SENDER, SENDER_LIMIT),
        subject=_words(line, SUBJECT, SUBJECT_LIMIT) or "（无主题）",
        content=_words(line, CONTENT, CONTENT_LIMIT) or "（无内容）",
        asked_at=asked_at,
        replied_at=replied_at,
    )


def _words(line: Line, name: str, limit: int) -> str:
    cell = line.cells.get(name)
    return cleaned(cell)[:limit] if isinstance(cell, str) else "" if cell is None else str(cell)[:limit]
