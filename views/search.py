"""The search box: enterprises, stewards and tickets, each within what the asker may see."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from operations.access.actor import Actor
from operations.access.scope import OFFICIALS
from operations.insight import finding, search, units
from operations.insight.finding import SEARCHERS, SUGGESTED
from views.forms.base import clean
from views.guards import for_roles
from views.tickets.filtering import LONGEST
from views.watch import place_of

bp = Blueprint("search", __name__, url_prefix="/search")

NAMES_SUGGESTED = 10


@bp.get("")
@for_roles(*SEARCHERS)
def index() -> ResponseReturnValue:
    """搜索: a whole number leads to the ticket at once."""
    asked = _asked()
    found = finding.everything(_searcher(), asked) if asked else None
    if found and search.NUMBER.fullmatch(asked.upper()) and len(found.lines) == 1:
        return redirect(url_for("tickets.show", number=found.lines[0].row.number))
    return render_template("search/index.html", asked=asked, found=found, tells_phone=finding.is_phone_tail(asked),
                           opens_tickets=current_user.holds(*OFFICIALS))


@bp.get("/suggest")
@for_roles(*SEARCHERS)
def suggest() -> ResponseReturnValue:
    """What the box shows under itself while somebody types: a few of each kind."""
    asked = _asked()
    found = finding.everything(_searcher(), asked, most=SUGGESTED) if asked else None
    return render_template("search/_suggested.html", asked=asked, found=found)


@bp.get("/stewards/<id:user_id>")
@for_roles(*SEARCHERS)
def steward(user_id: int) -> ResponseReturnValue:
    """管家: who it is, and the enterprises they look after, as far as the asker may see them."""
    person = finding.get_steward(_searcher(), user_id)
    page = finding.enterprises_of(_searcher(), user_id, place_of(request.args))
    return render_template("search/steward.html", person=person, page=page)


@bp.get("/units")
@for_roles(*OFFICIALS, Role.REGISTRAR)
def unit_names() -> list[str]:
    """Suggestions while a unit's name is typed."""
    return units.beginning(_asked(), most=NAMES_SUGGESTED)


@bp.get("/regions")
@for_roles(*OFFICIALS, Role.REGISTRAR)
def region_names() -> list[str]:
    """Suggestions while a region's name is typed."""
    return search.regions(_asked(), most=NAMES_SUGGESTED)


def _asked() -> str:
    return clean(request.args.get("q", ""))[:LONGEST]


def _searcher() -> Actor:
    """The asker without any post of a member: on officials' pages nobody acts as one."""
    actor: Actor = current_user.only(*SEARCHERS)
    return actor
