"""The search box: enterprises and tickets, each within what the asker may see."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from operations.access.scope import OFFICIALS
from operations.insight import search, units
from views.forms.base import clean
from views.guards import for_roles
from views.tickets.blueprint import official
from views.tickets.filtering import LONGEST

bp = Blueprint("search", __name__, url_prefix="/search")

SUGGESTED = 10


@bp.get("")
@for_roles(*OFFICIALS)
def index() -> ResponseReturnValue:
    """搜索: a whole number leads to the ticket at once."""
    asked = clean(request.args.get("q", ""))[:LONGEST]
    found = search.everything(official(), asked) if asked else None
    if found and search.NUMBER.fullmatch(asked.upper()) and len(found.lines) == 1:
        return redirect(url_for("tickets.show", number=found.lines[0].row.number))
    return render_template("search/index.html", asked=asked, found=found)


@bp.get("/units")
@for_roles(*OFFICIALS)
def unit_names() -> list[str]:
    """Suggestions while a unit's name is typed."""
    return units.beginning(clean(request.args.get("q", ""))[:LONGEST], most=SUGGESTED)


@bp.get("/regions")
@for_roles(*OFFICIALS)
def region_names() -> list[str]:
    """Suggestions while a region's name is typed."""
    return search.regions(clean(request.args.get("q", ""))[:LONGEST], most=SUGGESTED)
