"""派单建议准确率: the report by category or unit and month, and the list behind every figure."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access.scope import REGIONAL
from operations.clocks import shanghai
from operations.insight.routing import accuracy, returns, sheets
from operations.insight.routing.accuracy import By, Figure, Narrowing
from views.forms.base import clean
from views.guards import for_roles, proven
from views.months import month_of, month_text
from views.watch import place_of
from views.watch_filter import row_id
from views.workbooks import sent_workbook

bp = Blueprint("suggestions", __name__, url_prefix="/suggestions")

LONGEST = 60


@bp.get("")
@for_roles(*REGIONAL)
def index() -> str:
    """The dispatches behind a figure."""
    narrowing, place = _narrowing(), place_of(request.args)
    page, written = accuracy.page_of(current_user, narrowing, place=place), _written(narrowing)
    return render_template(
        "suggestions/index.html", rows=page.rows, narrowing=narrowing, is_narrowed=bool(written), figures=Figure,
        month=month_text(narrowing.month), export_url=url_for(".export", **written),
        unit=returns.name_of(narrowing.unit_id) if narrowing.unit_id else "",
        previous=url_for(".index", **written, before=page.previous) if page.previous else "",
        next=url_for(".index", **written, after=page.next) if page.next else "",
    )


@bp.get("/figures")
@for_roles(*REGIONAL)
def figures() -> str:
    """准确率, by category or by unit."""
    month = month_of(request.args.get("month", "")) or shanghai.today().replace(day=1)
    by = next((by for by in By if by == request.args.get("by")), By.TOPIC)
    ways = [{"label": way.label, "url": url_for(".figures", month=month_text(month), by=way.value),
             "current": way is by, "light": ""} for way in By]
    return render_template(
        "suggestions/figures.html", rows=accuracy.figures(current_user, month, by), heads=Figure, by=by, ways=ways,
        month=month_text(month), unsorted=accuracy.UNSORTED,
    )


@bp.post("/export")
@for_roles(*REGIONAL)
@proven
def export() -> ResponseReturnValue:
    """导出建议与派单."""
    file = sheets.export_suggestions(current_user, _narrowing())
    return sent_workbook(file, "派单建议核对")


def _narrowing() -> Narrowing:
    args = request.args
    return Narrowing(
        month_of(args.get("month", "")), clean(args.get("topic"))[:LONGEST],
        row_id(args["unit"]) if args.get("unit") else None,
        next((figure for figure in Figure if figure == args.get("state")), None),
    )


def _written(narrowing: Narrowing) -> dict[str, Any]:
    values = {"month": month_text(narrowing.month), "topic": narrowing.topic, "unit": narrowing.unit_id,
              "state": narrowing.figure and narrowing.figure.value}
    return {name: value for name, value in values.items() if value}
