"""指标: the rates of the loop by unit and period, each with both of its lists."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, render_template, request, url_for
from flask_login import current_user

from models.directory import Organisation
from operations.access.wall_scope import get_rated_unit
from operations.errors import NotFound
from operations.insight import completeness, figures, figures_lately, period, time_spent
from operations.insight.figures import BY_CODE, READING, STAGES, Narrowing, Side
from views.completeness import ground_of
from views.guards import for_roles
from views.rating_wall import days_of, period_of
from views.reporting import reads_reports
from views.watch import place_of
from views.watch_filter import row_id

bp = reads_reports(Blueprint("figures", __name__, url_prefix="/figures"))


@bp.get("")
@for_roles(*READING)
def index() -> str:
    """All of them, of the reader's ground or of one unit."""
    among = completeness.grounds(current_user)
    narrowing, unit = _narrowed(among)
    report = figures_lately.report(current_user, narrowing, folder=current_app.config["VAR_DIR"] / "figures",
                                   anew="anew" in request.args)
    written = _written(narrowing)
    query = urlencode(written)
    units = figures.units(current_user)
    return render_template(
        "figures/index.html", found=report.found, score=figures.score(report.found), narrowing=narrowing, unit=unit,
        sides=Side, ages=report.ages, offered=period.offered(), spent=time_spent.tables(report.lines), stages=STAGES,
        units=units, narrowable={one.id for one in units}, grounds=among, counted_at=report.at,
        again=url_for(".index", **written, anew=1),
        list_url=lambda figure, side: f"/figures/{figure.code}/{side.value}?{query}",
    )


@bp.get("/<code>/<any(part, whole):side>")
@for_roles(*READING)
def listed(code: str, side: str) -> str:
    """What stands behind a numerator or a denominator."""
    figure, (narrowing, unit) = BY_CODE.get(code), _narrowed(completeness.grounds(current_user))
    if figure is None:
        raise NotFound
    page = figures.page_of(current_user, figure, Side(side), narrowing, place=place_of(request.args))
    written = _written(narrowing)
    return render_template(
        "figures/listed.html", figure=figure, side=Side(side), rows=page.rows, narrowing=narrowing, unit=unit,
        up=url_for(".index", **written),
        previous=url_for(".listed", code=code, side=side, **written, before=page.previous) if page.previous else "",
        next=url_for(".listed", code=code, side=side, **written, after=page.next) if page.next else "",
    )


def _narrowed(among: Sequence[completeness.Ground]) -> tuple[Narrowing, Organisation | None]:
    unit = get_rated_unit(current_user, row_id(request.args["unit"])) if request.args.get("unit") else None
    ground = ground_of(among, request.args.get("region", ""))
    return Narrowing(period_of(request.args), unit.id if unit else None, ground), unit


def _written(narrowing: Narrowing) -> dict[str, Any]:
    unit = {"unit": narrowing.unit_id} if narrowing.unit_id else {}
    region = {"region": narrowing.ground.region_id} if narrowing.ground else {}
    return {**days_of(narrowing.period), **region, **unit}
