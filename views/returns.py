"""退回: the monthly rate of each unit, and the register behind it."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from operations.access.routing_scope import READING
from operations.access.scope import REGIONAL
from operations.clocks import shanghai
from operations.insight.routing import returns
from operations.insight.routing.returns import Narrowing, State
from views.guards import for_roles
from views.months import month_of, month_text
from views.watch import place_of
from views.watch_filter import row_id

bp = Blueprint("returns", __name__, url_prefix="/returns")


@bp.get("")
@for_roles(*READING)
def index() -> str:
    """退回登记表."""
    narrowing, place = _narrowing(), place_of(request.args)
    page, written = returns.page_of(current_user, narrowing, place=place), _written(narrowing)
    return render_template(
        "returns/index.html", rows=page.rows, narrowing=narrowing, is_narrowed=bool(written), states=State,
        month=month_text(narrowing.month), unit=returns.name_of(narrowing.unit_id) if narrowing.unit_id else "",
        opens_cases=current_user.holds(*REGIONAL),
        previous=url_for(".index", **written, before=page.previous) if page.previous else "",
        next=url_for(".index", **written, after=page.next) if page.next else "",
    )


@bp.get("/figures")
@for_roles(*READING)
def figures() -> str:
    """退回率, by unit and month."""
    month = month_of(request.args.get("month", "")) or shanghai.today().replace(day=1)
    return render_template("returns/figures.html", rows=returns.figures(current_user, month), month=month_text(month))


def _narrowing() -> Narrowing:
    args = request.args
    return Narrowing(
        month_of(args.get("month", "")), row_id(args["unit"]) if args.get("unit") else None,
        next((state for state in State if state == args.get("state")), None),
    )


def _written(narrowing: Narrowing) -> dict[str, Any]:
    values = {"month": month_text(narrowing.month), "unit": narrowing.unit_id,
              "state": narrowing.state and narrowing.state.value}
    return {name: value for name, value in values.items() if value}
