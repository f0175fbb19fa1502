"""The filters of the register of 差评整改 between the URL and the list."""

from typing import Any

from werkzeug.datastructures import MultiDict

from operations.insight import units
from operations.insight.rectifications import Narrowing, State
from views.months import month_of, month_text
from views.watch_filter import row_id


def read(args: MultiDict[str, str]) -> Narrowing:
    """What the URL narrows the register to; a code that does not exist narrows nothing."""
    return Narrowing(
        state=next((state for state in State if state == args.get("state")), None),
        month=month_of(args.get("month", "")), unit_id=row_id(args["unit"]) if args.get("unit") else None,
    )


def written(narrowing: Narrowing) -> dict[str, Any]:
    """The narrowing as the values of a query."""
    found = {"state": narrowing.state.value if narrowing.state else "", "month": month_text(narrowing.month),
             "unit": narrowing.unit_id}
    return {name: value for name, value in found.items() if value}


def words(narrowing: Narrowing) -> str:
    """The same for people."""
    parts = [narrowing.state.label if narrowing.state else "", month_text(narrowing.month),
             units.name_of(narrowing.unit_id)]
    return "、".join(filter(None, parts)) or "全部差评整改"
