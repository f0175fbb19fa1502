"""Which obligations a page is asked for: out of the URL, strictly; and the URL of a list behind a figure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import url_for

from models.engagement import CadenceRule
from operations.insight.duties import State, Wanted
from operations.insight.lines import LARGEST_ID


def wanted_from(args: Mapping[str, str], known: Sequence[CadenceRule]) -> Wanted:
    """What cannot be read asks for nothing."""
    codes = {rule.code for rule in known}
    code = args.get("rule", "")
    state = args.get("state", "")
    return Wanted(
        code=code if code in codes else "",
        starts_on=_day(args.get("since", "")),
        unit=_id(args.get("unit", "")),
        person=_id(args.get("person", "")),
        state=State(state) if state in set(State) else None,
    )


def url_of(endpoint: str, wanted: Wanted, **more: Any) -> str:
    """The address of the same obligations."""
    fields: dict[str, Any] = {
        "rule": wanted.code or None, "since": wanted.starts_on, "unit": wanted.unit, "person": wanted.person,
        "state": wanted.state.value if wanted.state else None,
    }
    return url_for(endpoint, **{name: value for name, value in (fields | more).items() if value is not None})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _id(text: str) -> int | None:
    return min(int(text), LARGEST_ID) if text.isascii() and text.isdecimal() and len(text) < 12 else None
