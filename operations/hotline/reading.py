"""留言表: from the cells of the hotline's export to messages, or the reason why a row is none."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from models import clock
from operations.clocks.calendar import SHANGHAI
from operations.tables.lines import Line, read_lines
from operations.tables.opening import Cell
from operations.tables.words import EXACT_DIGITS, Unfit, cleaned
from operations.tickets.intake import CONTENT_LIMIT, SUBJECT_LIMIT

NUMBER, SENDER, SUBJECT, ASKED_AT, CONTENT = "留言编号", "留言用户", "留言主题", "留言时间", "留言详情"
REPLY, REPLIED_AT = "答复意见", "答复时间"
COLUMNS = (NUMBER, SENDER, SUBJECT, ASKED_AT, CONTENT)
REPLY_COLUMNS = (REPLY, REPLIED_AT)
NUMBER_LIMIT, SENDER_LIMIT, REPLY_LIMIT = 64, 60, 20_000
YEARS = range(1990, 2100)  # what the working calendar reaches, with room for the limits

WRITTEN_MOMENT = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:(?:(?<=日)|[T\s])\s*(\d{1,2})\s*[:时点]\s*(\d{1,2})\s*(?:[:分]\s*(\d{1,2})?(?:\.\d+)?\s*秒?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Message:
    """A good row. Times are aware; ``replied_at`` is None where the file has no usable time of a reply."""

    row: int
    number: str
    sender: str
    subject: str
    content: str
    asked_at: datetime
    reply: str = ""
    replied_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is left out: where it stands in the file, and why in a sentence for people."""

    row: int
    number: str
    reason: str


def read_messages(path: Path) -> tuple[list[Message], list[BadRow]]:
    """Every row as a message or as a bad row. Raises BadInput for a file that cannot be read at all."""
    messages: dict[str, Message] = {}
    bad = []
    for line in read_lines(path, required=COLUMNS, optional=REPLY_COLUMNS):
        try:
            message = _message(line)
            earlier = messages.get(message.number)
            if earlier is not None:
                raise Unfit(f"留言编号与第 {earlier.row} 行重复。")
            messages[message.number] = message
        except Unfit as reason:
            bad.append(BadRow(line.number, number_shown(line), str(reason)))
    return list(messages.values()), bad


def _message(line: Line) -> Message:
    _ensure_plain(line, (*COLUMNS, REPLY))
    asked_at = moment_in(line, ASKED_AT)
    if asked_at > clock.now():
        raise Unfit(f"{ASKED_AT}在将来。")
    reply = _text(line, REPLY, REPLY_LIMIT, may_be_empty=True)
    return Message(
        row=line.number,
        number=_label(line, NUMBER, NUMBER_LIMIT),
        sender=_label(line, SENDER, SENDER_LIMIT, may_be_empty=True),
        subject=" ".join(_text(line, SUBJECT, SUBJECT_LIMIT).split()),
        content=_text(line, CONTENT, CONTENT_LIMIT),
        asked_at=asked_at,
        reply=reply,
        replied_at=_reply_moment(line, asked_at) if reply else None,
    )


def _ensure_plain(line: Line, columns: Iterable[str]) -> None:
    for name in columns:
        if name in line.peculiar:
            raise Unfit(f"{name}是{line.peculiar[name]}，请改为文字或数值。")


def _reply_moment(line: Line, asked_at: datetime) -> datetime | None:
    """A reply without a usable time is still a reply: only the time is left out."""
    try:
        replied_at = moment_in(line, REPLIED_AT)
    except Unfit:
        return None
    return replied_at if asked_at <= replied_at <= clock.now() else None


def number_shown(line: Line) -> str:
    """The number of a row as far as it can be read, for a report."""
    try:
        return _label(line, NUMBER, NUMBER_LIMIT, may_be_empty=True)
    except Unfit:
        return str(line.cells.get(NUMBER) or "")[:NUMBER_LIMIT]


def moment_in(line: Line, name: str) -> datetime:
    """The moment a cell tells: a date cell or its written form, Beijing time unless it has an offset. Raises Unfit.

    A date alone is its midnight: that is how a spreadsheet writes 0:00:00.
    """
    _ensure_plain(line, [name])
    cell = line.cells.get(name)
    if _is_empty(cell):
        raise Unfit(f"{name}为空。")
    if isinstance(cell, datetime):
        moment = _to_the_second(cell) if cell.year in YEARS else cell
    elif isinstance(cell, date):
        moment = datetime.combine(cell, time())
    elif isinstance(cell, str):
        moment = _written_moment(name, cell)
    else:
        raise Unfit(f"{name}“{_shown(cell)}”不是日期时间，请把该单元格设为日期格式或写成 2026/1/31 8:30:00。")
    if moment.year not in YEARS:
        raise Unfit(f"{name}“{_shown(cell)}”的年份不对。")
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _to_the_second(cell: datetime) -> datetime:
    """A spreadsheet keeps times as fractions of a day: 17:30:00 may come as 17:29:59.999998."""
    return (cell + timedelta(microseconds=500_000)).replace(microsecond=0)


def _written_moment(name: str, cell: str) -> datetime:
    written = WRITTEN_MOMENT.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    if written is None:
        raise Unfit(f"{name}“{_shown(cell)}”无法识别，应写成 2026/1/31 8:30:00。")
    *digits, offset = written.groups()
    try:
        moment = datetime(*(int(part or 0) for part in digits))  # type: ignore[arg-type]
    except ValueError:
        raise Unfit(f"{name}“{_shown(cell)}”不存在。") from None
    return datetime.fromisoformat(f"{moment.isoformat()}{offset}") if offset else moment


def _label(line: Line, name: str, limit: int, *, may_be_empty: bool = False) -> str:
    """A number or name that a spreadsheet may hold as a number: 2554.0 is "2554"."""
    cell = line.cells.get(name)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if not float(cell).is_integer() or abs(cell) >= 10**EXACT_DIGITS:
            raise Unfit(f"{name}“{_shown(cell)}”不是整数或超过 {EXACT_DIGITS} 位，请把该列设为文本。")
        return str(int(cell))
    text = " ".join(_text(line, name, limit, may_be_empty=may_be_empty).split())
    return text[:-2] if re.fullmatch(r"[0-9]+\.0", text) else text


def _text(line: Line, name: str, limit: int, *, may_be_empty: bool = False) -> str:
    cell = line.cells.get(name)
    if _is_empty(cell):
        text = ""
    elif isinstance(cell, str):
        text = cleaned(cell)
    else:
        raise Unfit(f"{name}“{_shown(cell)}”不是文字。")
    if not text and not may_be_empty:
        raise Unfit(f"{name}为空。")
    if len(text) > limit:
        raise Unfit(f"{name}有 {len(text)} 字，超过 {limit} 字。")
    return text


def _is_empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _shown(cell: Cell) -> str:
    return " ".join(str(cell).split())[:40]
