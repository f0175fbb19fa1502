"""What a hall says of a finished case, field by field, in a file and through the interface alike (GB/T 39735)."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from models.hall import CaseChannel
from operations.clocks.office_time import SHANGHAI
from operations.directory.names import error_of_code, plain_code
from operations.tables import cells
from operations.tables.cells import Reader, plain_text
from operations.tables.opening import Cell
from operations.tables.words import Unfit

# A clock of the hall's that runs ahead by no more is taken for ours.
AHEAD = timedelta(minutes=5)
OLDEST = datetime(2015, 1, 1, tzinfo=UTC)
HOW_TO_SAY = "应写成 2026-08-24 10:15"
CHANNELS = {channel.label: channel.value for channel in CaseChannel}
CODED = re.compile(r"[!-~]+", re.ASCII)


def code(limit: int = 64) -> Reader:
    """A code of the hall's: printable ASCII as it stands there."""

    def read(cell: Cell) -> str | None:
        said = cell if type(cell) is str and cell.isascii() else plain_text(cell)
        if not said:
            return None
        if len(said) > limit:
            raise Unfit(f"有 {len(said)} 字，超过 {limit} 字")
        if not CODED.fullmatch(said):
            said = unicodedata.normalize("NFKC", said).strip()
            if not CODED.fullmatch(said):
                raise Unfit("应为字母、数字和符号，不含汉字和空格")
        return said

    return read


def number(limit: int = 64) -> Reader:
    """办件编号, in capitals: a visitor may type small letters."""
    plain = code(limit)

    def read(cell: Cell) -> str | None:
        said: str | None = plain(cell)
        return said.upper() if said else None

    return read


def moment(now: datetime) -> Reader:
    """办结时间: a day with its minute in Shanghai time, or with an offset of its own; not after ``now``."""
    latest = now + AHEAD

    def read(cell: Cell) -> datetime | None:
        if type(cell) is str:
            found = _written(cell.strip()) if cell else None
        elif isinstance(cell, datetime):
            found = cell.replace(tzinfo=SHANGHAI)
        elif cell is None:
            found = None
        else:
            raise Unfit(HOW_TO_SAY)
        if found is None:
            return None
        if found > latest:
            raise Unfit("在将来")
        if found < OLDEST:
            raise Unfit("早于 2015 年")
        return min(found, now)

    return read


@lru_cache(maxsize=4096)
def _written(said: str) -> datetime | None:
    if not said:
        return None
    try:
        plain = said if said.isascii() else unicodedata.normalize("NFKC", said)
        found = datetime.fromisoformat(plain.replace("/", "-"))
        moment = (found if found.tzinfo else found.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit(HOW_TO_SAY) from None
    if ":" not in plain and "T" not in plain:
        raise Unfit(f"没有几点几分，{HOW_TO_SAY}")
    return moment


def channel() -> Reader:
    """办理渠道, by its name or its code; a window when nothing is said."""
    return cells.one_of(CHANNELS | {channel.value: channel.value for channel in CaseChannel}, "办理渠道")


def credit_code(cell: Cell) -> str | None:
    """统一社会信用代码."""
    said = plain_code(plain_text(cell))
    if said and error_of_code(said):
        raise Unfit(error_of_code(said))
    return said or None


def readers(now: datetime) -> Mapping[str, Reader]:
    """The reader of each field, under its name in the interface. 办事人标识 never raises: a refusal would repeat it."""
    return {
        "number": number(), "item": cells.text(200), "item_code": code(), "unit": code(), "unit_name": cells.text(100),
        "window": code(), "window_name": cells.text(100), "officer": code(), "officer_name": cells.text(100),
        "finished_at": moment(now), "channel": channel(), "credit_code": credit_code, "visitor": _as_it_is,
    }


def _as_it_is(cell: Cell) -> Any:
    return cell
