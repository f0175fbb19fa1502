"""Lines in, due dates out: the pure part of ``zhitongche due``. What is wrong becomes a sentence, never an error."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from operations.clocks.calendar import SHANGHAI, Limit, WorkCalendar

WRITTEN_MOMENT = re.compile(r"[0-9W-]{7,10}(?:[T ][0-9:.,]{2,18}(?:Z|[+-][0-9:]{2,8})?)?", re.ASCII)
BLANKS = re.compile(r"[ \t]+")
MALFORMED_MOMENT = "收到时间应写成 2026-04-28T16:20 这样的日期和时间。"
IMPOSSIBLE_MOMENT = "收到时间里的日期或时刻不存在。"
MISSING_COLUMN = "每行应有收到时间和时限两项，例如 2026-04-28T16:20 5d。"
ECHO_ROOM = 120
BYTE_ORDER_MARK = "\ufeff"


def answer(calendar: WorkCalendar, received_text: str, limit_text: str) -> dict[str, object]:
    """到期答复：the due date of one matter, on the Shanghai clock, with its explanation.

    Keys: received and limit as given, due_at (ISO 8601 with offset), provisional, explanation. Text that cannot be
    understood, or a date outside the calendar, gives received, limit and error, a sentence for the reader.
    """
    echo: dict[str, object] = {"received": _echo(received_text), "limit": _echo(limit_text)}
    try:
        received, limit = parse_received(received_text), Limit.parse(limit_text)
        due = calendar.due(received, limit)
        explanation = calendar.explain(received, limit)
    except ValueError as refusal:
        return echo | {"error": str(refusal)}
    due_at = due.due_at.astimezone(SHANGHAI).isoformat()
    return echo | {"due_at": due_at, "provisional": due.provisional, "explanation": explanation}


def answers(calendar: WorkCalendar, lines: Iterable[str]) -> Iterator[dict[str, object]]:
    """到期答复：one for each line ``RECEIVED LIMIT`` that is not blank, in order; a malformed one stops nothing.

    White space, a tab or a comma parts the two. A line with one column only is echoed whole in ``received``.
    """
    for line in lines:
        text = line.lstrip(BYTE_ORDER_MARK).strip()
        if text:
            yield _answer_line(calendar, text)


def parse_received(text: str) -> datetime:
    """收到时间：ISO 8601 with T or a space, on the Shanghai clock without an offset, 00:00 without a time.

    Raises ValueError with the sentence for the reader.
    """
    written = BLANKS.sub(" ", text)
    if WRITTEN_MOMENT.fullmatch(written) is None:
        raise ValueError(MALFORMED_MOMENT)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(IMPOSSIBLE_MOMENT) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _answer_line(calendar: WorkCalendar, text: str) -> dict[str, object]:
    # The time may follow the date after a space, so the limit is the last column, not the second.
    columns = text.replace(",", " ").rsplit(maxsplit=1)
    if len(columns) < 2:
        return {"received": _echo(text), "limit": "", "error": MISSING_COLUMN}
    received = text[: len(columns[0])]
    return answer(calendar, received, columns[1])


def _echo(text: str) -> str:
    """The given text, cut when very long; half characters from a broken byte stream could not be printed."""
    shown = text if len(text) <= ECHO_ROOM else text[: ECHO_ROOM - 1] + "…"
    return shown.encode("utf-8", "replace").decode("utf-8")
