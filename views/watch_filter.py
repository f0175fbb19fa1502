"""The queue's filters between the URL and the list: read strictly, written back, shown as options and pills."""

from dataclasses import replace
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from models.supervision import Level
from operations.errors import NotFound
from operations.insight import units
from operations.insight.lines import LARGEST_ID
from operations.insight.queue import LATE_DAYS, LIGHTS, Narrowing, Sorting, region_of
from operations.insight.queue_counts import Choice, Counts
from operations.supervision.receipts import Receipt

PATH = "/watch"
BARE = "show=all"  # the whole list, also for whoever has a default view


def read(args: MultiDict[str, str]) -> Narrowing:
    """What the URL narrows the list to; a code that does not exist narrows nothing, a foreign id shows nothing."""
    return Narrowing(
        levels=tuple(level for level in Level if level in args.getlist("level")),
        receipts=tuple(receipt for receipt in Receipt if receipt in args.getlist("receipt")),
        late_days=next((days for days in LATE_DAYS if args.get("late") == str(days)), 0),
        is_slow=args.get("slow") == "1",
        lights=tuple(light for light in LIGHTS if light in args.getlist("light")),
        unit_id=row_id(args["unit"]) if args.get("unit") else None,
        region=region_of(row_id(args["region"])) if args.get("region") else None,
        sorting=Sorting.UNREAD if args.get("sort") == Sorting.UNREAD else Sorting.LATEST,
    )


def row_id(text: str) -> int:
    """An id out of the URL; what could be nobody's id is not there."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and 0 < int(text) <= LARGEST_ID):
        raise NotFound
    return int(text)


def written(n: Narrowing, **more: Any) -> dict[str, Any]:
    """The narrowing as the values of a query; ``more`` are further ones."""
    values: dict[str, Any] = {
        "level": [str(level) for level in n.levels],
        "receipt": [str(receipt) for receipt in n.receipts],
        "late": n.late_days or None,
        "slow": 1 if n.is_slow else None,
        "light": [str(light) for light in n.lights],
        "unit": n.unit_id,
        "region": n.region.id if n.region else None,
        "sort": str(n.sorting) if n.sorting is not Sorting.LATEST else None,
    }
    return values | more


def link(n: Narrowing, **more: Any) -> str:
    """The queue narrowed so; without any filter still a query, so that nobody's default view takes its place."""
    url = url_for("watch.index", **written(n, **more))
    return url if "?" in url else f"{url}?{BARE}"


def as_query(n: Narrowing) -> str:
    """The narrowing as a query string; empty for the whole list."""
    return url_for("watch.index", **written(n)).partition("?")[2]


def pills(n: Narrowing, counts: Counts) -> list[dict[str, str]]:
    """One pill for each filter that is set, leading to the list without it."""
    found = [(level.label, replace(n, levels=_less(n.levels, level))) for level in n.levels]
    found += [(receipt.label, replace(n, receipts=_less(n.receipts, receipt))) for receipt in n.receipts]
    if n.late_days:
        found.append((f"超时 {n.late_days} 个工作日以上", replace(n, late_days=0)))
    if n.is_slow:
        found.append(("回执超时", replace(n, is_slow=False)))
    found += [(light.label, replace(n, lights=_less(n.lights, light))) for light in n.lights]
    if n.unit_id is not None:
        found.append((_name_of(counts.units, n.unit_id, "所选单位"), replace(n, unit_id=None)))
    if n.region is not None:
        found.append((n.region.name, replace(n, region=None)))
    return [{"label": label, "url": link(without)} for label, without in found]


def words(n: Narrowing) -> str:
    """The narrowing for people, as whoever lets an export reads it."""
    parts = [*(one.label for one in (*n.levels, *n.receipts, *n.lights)), units.name_of(n.unit_id),
             f"超时 {n.late_days} 个工作日以上" if n.late_days else "", "回执超时" if n.is_slow else "",
             n.region and n.region.name]
    return "、".join(part for part in parts if part) or "全部在督"


def options(n: Narrowing, counts: Counts) -> dict[str, list[dict[str, Any]]]:
    """The choices of each filter with the number of orders behind it."""
    chosen = n.region.id if n.region else None
    late = [_option("", "不限", "", not n.late_days)]
    late += [_option(d, f"{d} 个工作日以上", counts.late[d], n.late_days == d) for d in LATE_DAYS]
    return {
        "level": [_option(level, level.label, counts.levels[level], level in n.levels) for level in Level],
        "receipt": [_option(r, r.label, counts.receipts[r], r in n.receipts) for r in Receipt],
        "slow": [_option("1", "只看回执超时", counts.slow, n.is_slow)],
        "light": [_option(light, light.label, counts.lights[light], light in n.lights) for light in LIGHTS],
        "late": late,
        "unit": [_option(unit.id, unit.name, unit.count, unit.id == n.unit_id) for unit in counts.units],
        "region": [_option(r.id, r.name, r.count, r.id == chosen) for r in counts.regions],
    }


def _option(value: Any, label: str, count: Any, checked: bool) -> dict[str, Any]:
    return {"value": str(value), "label": label, "count": count, "checked": checked}


def _less(chosen: tuple[Any, ...], one: Any) -> tuple[Any, ...]:
    return tuple(other for other in chosen if other != one)


def _name_of(choices: list[Choice], row: int, otherwise: str) -> str:
    return next((choice.name for choice in choices if choice.id == row), otherwise)
