"""评价完整性: what became of the cases of a period, by region and unit, each figure leading to its cases."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from operations.access.wall_scope import OVERSEEING, get_overseen_unit
from operations.errors import NotFound
from operations.insight import completeness, exports, period, wall, wall_sheet
from operations.insight.completeness import Ground, Narrowing, Part
from views.guards import for_roles, proven
from views.rating_wall import days_of, period_of
from views.reporting import reads_reports
from views.watch import place_of
from views.watch_filter import row_id
from views.workbooks import sent_workbook

bp = reads_reports(Blueprint("completeness", __name__, url_prefix="/ratings/completeness"))


@bp.get("")
@for_roles(*OVERSEEING)
def index() -> str:
    """By region, or the units of one."""
    narrowing, among = narrowed(request.args)
    rows, written = completeness.lines(current_user, narrowing, among), _written(narrowing)
    return render_template(
        "completeness/index.html", rows=rows, total=completeness.total(rows, "合计"), narrowing=narrowing, parts=Part,
        checks=completeness.checks(narrowing.period), offered=period.offered(), counted_at=wall.counted_at(),
        list_url=lambda part, key: url_for(".listed", part=part.value, **{**written, **key}),
        region_url=lambda key: url_for(".index", **{**written, **key}), export_url=url_for(".export", **written),
        wall_url=url_for("rating_wall.index", **days_of(narrowing.period)),
        home_url=url_for(".index", **days_of(narrowing.period)),
    )


@bp.get("/<any(finished, rated, open, lapsed, uncalled):part>")
@for_roles(*OVERSEEING)
def listed(part: str) -> str:
    """The cases of a figure."""
    narrowing, _ = narrowed(request.args)
    wanted, written = Part(part), _written(narrowing)
    page = completeness.cases(current_user, wanted, narrowing, place=place_of(request.args))
    return render_template(
        "completeness/listed.html", part=wanted, rows=page.rows, narrowing=narrowing, scope=words(narrowing),
        count=completeness.count(current_user, wanted, narrowing),
        up=url_for(".index", **{name: value for name, value in written.items() if name != "unit"}),
        previous=url_for(".listed", part=part, **written, before=page.previous) if page.previous else "",
        next=url_for(".listed", part=part, **written, after=page.next) if page.next else "",
    )


@bp.post("/export")
@for_roles(*OVERSEEING)
@proven
def export() -> ResponseReturnValue:
    """导出评价完整性: the sums; above the free size it is asked for."""
    narrowing, among = narrowed(request.args)
    written, content = _written(narrowing), wall_sheet.of_completeness(current_user, narrowing, among)
    if wall_sheet.count(content) > exports.free_rows():
        return redirect(url_for("exports.new", kind="completeness", **written))
    file = exports.take_few(current_user, content, query=urlencode(written), scope=words(narrowing))
    return sent_workbook(file, content.kind.label)


def narrowed(args: MultiDict[str, str]) -> tuple[Narrowing, Sequence[Ground]]:
    """What the address asks for, and all regions. Raises NotFound for a region or unit that the reader oversees not."""
    among = completeness.grounds(current_user)
    ground = ground_of(among, args.get("region", ""))
    unit = get_overseen_unit(current_user, row_id(args["unit"])) if args.get("unit") else None
    return Narrowing(period_of(args), ground, unit.id if unit else None), among


def words(narrowing: Narrowing) -> str:
    """The same for people."""
    unit = get_overseen_unit(current_user, narrowing.unit_id).short_name if narrowing.unit_id else ""
    return f"{narrowing.period.words} {unit or (narrowing.ground.label if narrowing.ground else '各区域')}"


def ground_of(among: Sequence[Ground], said: str) -> Ground | None:
    """The region of this id, if any is said. Raises NotFound for one that is not among them."""
    if not said:
        return None
    found = next((one for one in among if one.region_id == row_id(said)), None)
    if found is None:
        raise NotFound
    return found


def _written(narrowing: Narrowing) -> dict[str, Any]:
    region = {"region": narrowing.ground.region_id} if narrowing.ground else {}
    unit = {"unit": narrowing.unit_id} if narrowing.unit_id else {}
    return {**days_of(narrowing.period), **region, **unit}
