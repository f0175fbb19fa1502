"""What a single cell says: text, a whole number, money, a day, one of a list. Raises Unfit with a sentence."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from operations.tables.opening import Cell
from operations.tables.words import EXACT_DIGITS, Unfit, cleaned

Reader = Callable[[Cell], Any]
WRITTEN_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})", re.ASCII)
SHOWN = 60


def text(limit: int) -> Reader:
    """Words in one line of at most ``limit`` characters; None for an empty cell."""

    def read(cell: Cell) -> str | None:
        if type(cell) is str and cell.isprintable() and len(cell) <= limit and cell == cell.strip():
            return unicodedata.normalize("NFC", cell) or None
        said = plain_text(cell)
        if len(said) > limit:
            raise Unfit(f"有 {len(said)} 字，超过 {limit} 字")
        return said or None

    return read


def plain_text(cell: Cell) -> str:
    """The text of a cell; a whole number without its ".0". Raises Unfit for a date or a yes-or-no."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return unicodedata.normalize("NFC", " ".join(cleaned(cell).split()))
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise Unfit("是日期或逻辑值，请把该列设为文本格式后重填")
    if not float(cell).is_integer():
        return str(cell)
    if abs(cell) >= 10**EXACT_DIGITS:
        raise Unfit(f"是超过 {EXACT_DIGITS} 位的数字，末几位已丢失，请把该列设为文本格式后重填")
    return str(int(cell))


def whole(least: int, most: int) -> Reader:
    """A whole number."""

    def read(cell: Cell) -> int | None:
        amount = _amount(cell)
        if amount is None:
            return None
        if amount != int(amount) or not least <= amount <= most:
            raise Unfit(f"应为 {least} 至 {most} 的整数")
        return int(amount)

    return read


def yuan(most: int) -> Reader:
    """万元 with at most four decimals, as whole yuan; ``most`` is in 万元."""

    def read(cell: Cell) -> int | None:
        if type(cell) is float and 0 <= cell <= most:
            return round(cell * 10_000)
        amount = _amount(cell)
        if amount is None:
            return None
        if not 0 <= amount <= most:
            raise Unfit(f"应为 0 至 {most} 之间的万元数")
        return round(amount * 10_000)

    return read


def _amount(cell: Cell) -> Decimal | float | None:
    if isinstance(cell, bool) or isinstance(cell, date | datetime):
        raise Unfit("是日期格式，应为数字；请把该列设为常规格式后重填")
    if isinstance(cell, int | float):
        return cell
    written = unicodedata.normalize("NFKC", str(cell or "")).replace(",", "").strip()
    if not written:
        return None
    try:
        amount = Decimal(written)
    except InvalidOperation:
        raise Unfit("不是数字") from None
    if not amount.is_finite():
        raise Unfit("不是数字")
    return amount


def day(latest: date) -> Reader:
    """A day not after ``latest``. 1900 and 1901 are what a spreadsheet makes of a small number."""

    def read(cell: Cell) -> date | None:
        if isinstance(cell, datetime):
            found = cell.date()
        elif isinstance(cell, date):
            found = cell
        elif cell is None or (isinstance(cell, str) and not cell.strip()):
            return None
        elif isinstance(cell, str):
            found = _written_day(cell)
        else:
            raise Unfit("不是日期，应写成 2015-03-01")
        if found.year < 1902:
            raise Unfit(f"是 {found.year} 年，多半是数字被当成了日期，应写成 2015-03-01")
        if found > latest:
            raise Unfit("在将来")
        return found

    return read


@lru_cache(maxsize=4096)
def _written_day(written: str) -> date:
    found = WRITTEN_DAY.fullmatch(unicodedata.normalize("NFKC", written).strip().removesuffix(" 00:00:00"))
    if found is None:
        raise Unfit("不是日期，应写成 2015-03-01")
    try:
        return date(*(int(part) for part in found.groups() if part))
    except ValueError:
        raise Unfit("这一天不存在") from None


def one_of(choices: Mapping[str, Any], what: str) -> Reader:
    """One of the written choices; None for an empty cell."""
    known: dict[Any, Any] = {"": None, None: None, **choices}

    def read(cell: Cell) -> Any:
        try:
            return known[cell]
        except KeyError:
            said = plain_text(cell)
            if said not in known:
                raise Unfit(f"不是{what}，应为：{'、'.join(choices)}"[:200]) from None
            return known[said]

    return read


def shown(cell: Cell) -> str:
    """A cell as a report shows it, without signs that no database takes."""
    return " ".join(cleaned(str("" if cell is None else cell)).split())[:SHOWN]
