"""The filters of the register of measures between the URL and the list."""

from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from models.measures import MeasureKind
from operations.insight import units
from operations.insight.measures import Narrowing, State
from views.watch_filter import row_id


def read(args: MultiDict[str, str]) -> Narrowing:
    """What the URL narrows the register to; a code that does not exist narrows nothing."""
    return Narrowing(
        kind=next((kind for kind in MeasureKind if kind == args.get("kind")), None),
        state=next((state for state in State if state == args.get("state")), None),
        unit_id=row_id(args["unit"]) if args.get("unit") else None,
        quarter=quarter_in(args.get("quarter", "")),
        in_force=args.get("in_force") == "1",
    )


def written(n: Narrowing) -> dict[str, Any]:
    """The narrowing as the values of a query."""
    values = {"kind": n.kind and n.kind.value, "state": n.state and n.state.value, "unit": n.unit_id,
              "quarter": quarter_text(n.quarter), "in_force": "1" if n.in_force else ""}
    return {name: value for name, value in values.items() if value}


def words(n: Narrowing) -> str:
    """The same for people."""
    parts = [n.kind.label if n.kind else "", n.state.label if n.state else "", units.name_of(n.unit_id),
             quarter_text(n.quarter), "已批准且未撤销" if n.in_force else ""]
    return "、".join(filter(None, parts)) or "全部约谈问责"


def quarter_in(text: str) -> date | None:
    """``2026Q3``; what is no quarter asks for nothing."""
    year, mark, place = text[:4], text[4:5], text[5:]
    is_one = text.isascii() and mark == "Q" and place in ("1", "2", "3", "4") and year.isdigit()
    return date(int(year), int(place) * 3 - 2, 1) if is_one and 2000 <= int(year) < 2100 else None


def quarter_text(quarter: date | None) -> str:
    """``2026Q3``; empty for none."""
    return f"{quarter.year}Q{(quarter.month + 2) // 3}" if quarter else ""
