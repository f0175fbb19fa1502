"""裁定先例: the register with its search, one ruling, and the dispute over a ticket before it is ruled on."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from operations.access.routing_scope import READING
from operations.access.scope import REGIONAL
from operations.insight.routing import arbitration, rulings
from operations.insight.routing.rulings import Narrowing
from views.forms.base import clean
from views.guards import for_roles
from views.watch import place_of
from views.watch_filter import row_id

bp = Blueprint("rulings", __name__, url_prefix="/rulings")

LONGEST = 60


@bp.get("")
@for_roles(*READING)
def index() -> str:
    """裁定先例."""
    narrowing, place = _narrowing(), place_of(request.args)
    page, written = rulings.page_of(current_user, narrowing, place=place), _written(narrowing)
    return render_template(
        "rulings/index.html", rows=page.rows, narrowing=narrowing, is_narrowed=bool(written),
        units=rulings.units(current_user), topics=rulings.topics(current_user),
        previous=url_for(".index", **written, before=page.previous) if page.previous else "",
        next=url_for(".index", **written, after=page.next) if page.next else "",
    )


@bp.get("/<id:ruling_id>")
@for_roles(*READING)
def show(ruling_id: int) -> str:
    """One ruling."""
    return render_template("rulings/show.html", card=rulings.card(current_user, ruling_id))


@bp.get("/cases/<number:number>")
@for_roles(*REGIONAL)
def case(number: str) -> str:
    """各方理由: both sides of a dispute, and who has used the days."""
    found = arbitration.case_of(current_user, number)
    return render_template("rulings/case.html", case=found, ruled=rulings.of_ticket(found.ticket))


def _narrowing() -> Narrowing:
    args = request.args
    return Narrowing(clean(args.get("words"))[:LONGEST], clean(args.get("topic"))[:LONGEST],
                     row_id(args["unit"]) if args.get("unit") else None)


def _written(narrowing: Narrowing) -> dict[str, Any]:
    values = {"words": narrowing.words, "topic": narrowing.topic, "unit": narrowing.unit_id}
    return {name: value for name, value in values.items() if value}
