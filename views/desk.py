"""The steward's workbench and quick log."""

import secrets
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from models import clock
from models.access import Role
from models.directory import Enterprise
from models.engagement import Interaction
from models.tickets import Act
from operations.clocks.wording import moment
from operations.directory import enterprises
from operations.engagement import interactions
from operations.insight import desk
from views.forms.base import clean
from views.forms.engagement import InteractionForm
from views.guards import for_roles
from views.watch import place_of

bp = Blueprint("desk", __name__)

# The last part of the address of an act's page.
PAGES = {act: act.value.replace("_", "-") for act in Act}


@bp.get("/desk")
@for_roles(Role.STEWARD)
def index() -> ResponseReturnValue:
    """今日工作台."""
    view, tab = chosen("show", desk.VIEWS, "all"), chosen("tab", desk.TABS, "quiet")
    return render_template(
        "desk/index.html",
        today=clock.now(),
        view=view,
        tab=tab,
        work=desk.work(current_user, view=view, after=place_of(request.args).after),
        firms=desk.firms(current_user, tab=tab),
        talks=desk.talks(current_user),
        days=interactions.days_ahead(),
        pages=PAGES,
        form_key=secrets.token_urlsafe(18),
    )


@bp.route("/log/new", methods=["GET", "POST"])
@for_roles(Role.STEWARD)
def log() -> ResponseReturnValue:
    """记一笔."""
    form = InteractionForm.from_request(data=_prefilled() if request.method == "GET" else None)
    form.offer_days(interactions.days_ahead())
    is_valid = form.was_submitted_and_valid()
    enterprise = _picked(form)
    if is_valid and enterprise:
        noted = interactions.log_interaction(enterprise, actor=current_user, talk=form.talk, once=form.once)
        flash(_saved(noted, enterprise), "success")
        return redirect(url_for("enterprises.show", enterprise_id=enterprise.id) if "back" in request.args else "/desk")
    return render_template("desk/log.html", form=form), 422 if form.errors else 200


@bp.get("/log/enterprises")
@for_roles(Role.STEWARD)
def suggest() -> ResponseReturnValue:
    """Names for the picker of the quick log: the steward's own enterprises only."""
    words = clean(request.args.get("q"))[:200]
    found = enterprises.named(current_user, words) if words else ()
    return jsonify([{"value": row.name, "label": row.credit_code or ""} for row in found])


def chosen(name: str, offered: tuple[str, ...], usual: str) -> str:
    """A view of a list from the URL; what is not offered is the usual one."""
    wanted = request.args.get(name, usual)
    return wanted if wanted in offered else usual


def _prefilled() -> dict[str, Any]:
    """From a row (``for``), or a note that puts an earlier one right (``corrects``); others' are not there."""
    if request.args.get("corrects", "").isdecimal():
        wrong = interactions.get_own(current_user, int(request.args["corrects"][:9]))
        words = f"更正{moment(wrong.occurred_at)}的{wrong.kind.label}记录："
        return {"enterprise": wrong.enterprise.name, "kind": wrong.kind, "content": words}
    if request.args.get("for", "").isdecimal():
        return {"enterprise": enterprises.get_own(current_user, int(request.args["for"][:9])).name}
    return {}


def _picked(form: InteractionForm) -> Enterprise | None:
    """The one enterprise that is meant; without one the form says why, and offers those that may be meant."""
    typed, picked = form.enterprise.data, form.enterprise_id.data
    if typed:
        found = list(enterprises.named(current_user, typed))
    else:
        found = [enterprises.get_own(current_user, picked)] if picked else []
    meant = [row for row in found if row.id == picked] or found
    if form.is_submitted() and len(meant) == 1:
        return enterprises.get_own(current_user, meant[0].id)
    if not typed:
        form.offer_latest([*found, *enterprises.latest(current_user)])
    elif len(found) > 1:
        form.offer(found)
    if form.is_submitted():
        form.blame_name(len(found))
    return None


def _saved(noted: Interaction, enterprise: Enterprise) -> Markup:
    words = Markup("已记下：{} {}。").format(enterprise.called, noted.kind.label)
    number = interactions.number_of_ticket(noted)
    if number:
        words += Markup('已转为诉求办件 <a href="/tickets/{0}">{0}</a>。').format(number)
    return words + Markup('<a href="/log/new?corrects={}">记错了，补一条更正</a>').format(noted.id)
