"""评价墙: satisfaction by unit, window, officer and item, each figure leading to what it counts."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from models import clock
from models.directory import Organisation
from models.ratings import RatingOccasion
from operations.access.wall_scope import OVERSEEING, READING, ensure_sees_officers, get_rated_unit, sees_officers
from operations.errors import NotFound
from operations.insight import exports, period, wall, wall_lists, wall_sheet
from operations.insight.period import Period
from operations.insight.wall import By, Narrowing, Part
from views.guards import for_roles, proven
from views.reporting import reads_reports
from views.watch import place_of
from views.watch_filter import row_id
from views.workbooks import sent_workbook

HOME, WALL = "/ratings", ("period", "from", "to", "unit", "by")
bp = reads_reports(Blueprint("rating_wall", __name__, url_prefix=HOME))


@bp.get("")
@for_roles(*READING)
def index() -> str:
    """The wall: all units, or one by window, officer or item."""
    narrowing, unit = narrowed(request.args)
    rows, written = wall.lines(current_user, narrowing), as_query(narrowing)
    return render_template(
        "rating_wall/index.html", rows=rows, total=wall.total(rows, unit.short_name if unit else "合计"), unit=unit,
        narrowing=narrowing, offered=period.offered(), tabs=_tabs(narrowing, unit), now=clock.now(),
        counted_at=wall.counted_at(), parts=Part,
        list_query=lambda key: Markup(escape(urlencode({**written, **key}))),
        unit_url=lambda key: f"{HOME}?{urlencode({**written, **key})}",
        home_url=f"{HOME}?{urlencode(days_of(narrowing.period))}", export_url=url_for(".export", **written),
        completeness_url=url_for("completeness.index", **days_of(narrowing.period))
        if current_user.holds(*OVERSEEING) else "",
    )


@bp.post("/export")
@for_roles(*READING)
@proven
def export() -> ResponseReturnValue:
    """导出评价墙: its sums as they stand; above the free size it is asked for."""
    narrowing, unit = narrowed(request.args)
    written, content = as_query(narrowing), wall_sheet.of_wall(current_user, narrowing)
    if wall_sheet.count(content) > exports.free_rows():
        return redirect(url_for("exports.new", kind="rating_wall", **written))
    file = exports.take_few(current_user, content, query=urlencode(written), scope=words(narrowing, unit))
    return sent_workbook(file, content.kind.label)


def words(narrowing: Narrowing, unit: Organisation | None) -> str:
    """What the wall is narrowed to, for people."""
    return f"{narrowing.period.words} {unit.short_name if unit else '各单位'} {narrowing.by.label}"


@bp.get("/<any(cases, rated, valid, satisfied, bad, excluded, due, on_time):part>")
@for_roles(*READING)
def listed(part: str) -> str:
    """What a figure counts."""
    narrowing, unit = narrowed(request.args)
    wanted, place, written = Part(part), place_of(request.args), as_query(narrowing)
    if wanted is Part.CASES:
        page, anonymous = wall_lists.cases(current_user, narrowing, place=place), None
    else:
        page = wall_lists.named(current_user, wanted, narrowing, place=place)
        anonymous = wall_lists.anonymous(current_user, wanted, narrowing)
    shows_officers = unit is not None and sees_officers(current_user, unit)
    return render_template(
        "rating_wall/listed.html", part=wanted, rows=page.rows, anonymous=anonymous, unit=unit, narrowing=narrowing,
        count=wall_lists.count(current_user, wanted, narrowing), shows_officers=shows_officers,
        up=url_for(".index", **{name: written[name] for name in WALL if name in written}),
        previous=url_for(".listed", part=part, **written, before=page.previous) if page.previous else "",
        next=url_for(".listed", part=part, **written, after=page.next) if page.next else "",
    )


def narrowed(args: MultiDict[str, str]) -> tuple[Narrowing, Organisation | None]:
    """What the address asks for. Raises NotFound for a unit, or for officers, that are not the reader's to see."""
    unit = get_rated_unit(current_user, row_id(args["unit"])) if args.get("unit") else None
    by = next((by for by in By if by == args.get("by")), By.WINDOW if unit else By.UNIT)
    if (by is By.UNIT) is not (unit is None):
        raise NotFound
    if by is By.OFFICER or "officer" in args:
        ensure_sees_officers(current_user, unit)
    found = Narrowing(period_of(args), unit.id if unit else None, by)
    if by in (By.WINDOW, By.OFFICER):
        found = replace(found, window_id=_place(args, "window"))
    if by is By.OFFICER:
        found = replace(found, officer_id=_place(args, "officer"))
    if by is By.ITEM and "item" in args:
        occasion = next((one for one in RatingOccasion if one == args.get("occasion")), None)
        found = replace(found, item=args["item"], occasion=occasion)
    return found, unit


def period_of(args: MultiDict[str, str]) -> Period:
    """From a day to a day where both are given, else the period of its code, else this month."""
    free = period.between(args.get("from", ""), args.get("to", ""))
    return free or period.named(args.get("period", "")) or period.this_month()


def as_query(narrowing: Narrowing) -> dict[str, Any]:
    """The same as an address has it."""
    item = {"occasion": narrowing.occasion.value if narrowing.occasion else "", "item": narrowing.item}
    place = {"unit": narrowing.unit_id, "by": narrowing.by.value if narrowing.unit_id else None,
             "window": narrowing.window_id, "officer": narrowing.officer_id}
    found = {**days_of(narrowing.period), **place, **(item if narrowing.item is not None else {})}
    return {name: value for name, value in found.items() if value is not None}


def days_of(span: Period) -> dict[str, Any]:
    """A period as an address has it."""
    return {"period": span.code} if span.code else {"from": span.begins.isoformat(), "to": span.ends.isoformat()}


def _place(args: MultiDict[str, str], name: str) -> int | None:
    """A window or officer of the address; 0 asks for what belongs to none."""
    said = args.get(name)
    if said is None:
        return None
    return wall.NONE if said == "0" else row_id(said)


def _tabs(narrowing: Narrowing, unit: Organisation | None) -> list[dict[str, Any]]:
    if unit is None:
        return []
    offered = [By.WINDOW, By.ITEM, *([By.OFFICER] if sees_officers(current_user, unit) else [])]
    written = as_query(narrowing)
    return [{"label": by.label, "url": url_for(".index", **{**written, "by": by.value}), "count": None,
             "current": by is narrowing.by} for by in offered]
