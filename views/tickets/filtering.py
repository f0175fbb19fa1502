"""The filter of the list in the URL: read strictly, shown as pills that can be taken off one by one."""

from collections.abc import Iterator
from typing import Any, TypeVar
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from models.base import LabelledEnum
from models.tickets import Stage, Status, TicketKind
from operations.clocks.lights import Light
from operations.insight.lists import Order
from operations.insight.search import TicketFilter, View
from views.forms.base import clean

E = TypeVar("E", bound=LabelledEnum)
CODES: dict[str, type[LabelledEnum]] = {"status": Status, "stage": Stage, "kind": TicketKind, "light": Light}
TEXTS = {"q": "", "unit": "主办：", "region": "区域："}
SWITCHES = {"overdue": "已逾期", "mine": "等我办"}
FIELDS = ("view", *TEXTS, *CODES, *SWITCHES, "sort")
LONGEST = 100


def filter_of(args: MultiDict[str, str]) -> TicketFilter:
    """What is asked for. Codes that are none of ours ask for nothing."""
    statuses = _members(Status, args, "status")
    q = _text(args, "q")
    everything = bool(q) or any(not status.is_open for status in statuses)
    return TicketFilter(
        q=q,
        view=_member(View, args, "view") or (View.ALL if everything else View.OPEN),
        statuses=statuses,
        stages=_members(Stage, args, "stage"),
        kinds=_members(TicketKind, args, "kind"),
        lights=_members(Light, args, "light"),
        unit=_text(args, "unit"),
        region=_text(args, "region"),
        is_overdue="overdue" in args,
        is_mine="mine" in args,
    )


def order_of(args: MultiDict[str, str], wanted: TicketFilter) -> Order:
    """How to sort: by time left where every ticket has some, by age otherwise."""
    return (_member(Order, args, "sort") or Order.DUE) if wanted.view is View.OPEN else Order.NEW


def asked(args: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The parts of the URL that narrow or sort the list, without the place in it."""
    return [(name, value) for name in FIELDS for value in args.getlist(name) if value]


def pills(args: MultiDict[str, str], path: str) -> list[dict[str, str]]:
    """One pill for each thing asked for, leading to the same list without it."""
    parts = asked(args)
    told = [(part, _told(*part)) for part in parts]
    return [{"label": words, "url": f"{path}?{urlencode([other for other in parts if other != part])}"}
            for part, words in told if words]


def _told(name: str, value: str) -> str:
    if name in TEXTS:
        return f"{TEXTS[name]}{clean(value)[:LONGEST]}"
    if name in SWITCHES:
        return SWITCHES[name]
    kind = CODES.get(name)
    member = _code(kind, value) if kind else None
    return member.label if member else ""


def _text(args: MultiDict[str, str], name: str) -> str:
    return clean(args.get(name, ""))[:LONGEST]


def _members(kind: type[E], args: MultiDict[str, str], name: str) -> tuple[E, ...]:
    return tuple(member for member in (_code(kind, value) for value in args.getlist(name)) if member)


def _member(kind: type[E], args: MultiDict[str, str], name: str) -> E | None:
    return _code(kind, args.get(name, ""))


def _code(kind: type[E], value: str) -> E | None:
    return kind._value2member_map_.get(value)  # type: ignore[return-value]


def options(kind: type[LabelledEnum], chosen: Any) -> Iterator[dict[str, Any]]:
    """The members of an enum as boxes to tick."""
    return ({"value": member.value, "label": member.label, "count": "", "checked": member in chosen} for member in kind)
