"""组织机构: the city's units, listed for the administrators, kept by the system administrator."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from operations.directory import organisations
from operations.directory.organisations import LOOKING, PAGE
from views.converters import row_id
from views.forms.base import clean
from views.forms.organisations import OrganisationForm
from views.guards import for_roles, proven

bp = Blueprint("organisations", __name__, url_prefix="/organisations")
LONGEST = 64


@bp.get("")
@for_roles(*LOOKING)
def index() -> str:
    """组织机构, by number or found by a part of the name."""
    words = clean(request.args.get("q"))[:LONGEST]
    after = request.args.get("after", 0, type=row_id)
    found = organisations.found(current_user, words, after=after)
    shown = found[:PAGE]
    onwards = url_for(".index", q=words or None, after=shown[-1].unit.id) if len(found) > PAGE else ""
    first = url_for(".index", q=words or None) if after else ""
    return render_template("organisations/index.html", words=words, rows=shown, first=first, onwards=onwards,
                           keeps=current_user.holds(Role.SYSTEM_ADMINISTRATOR))


@bp.get("/names")
@for_roles(*LOOKING)
def names() -> list[str]:
    """Suggestions while a unit's full name is typed."""
    return list(organisations.names(current_user, clean(request.args.get("q", ""))[:LONGEST]))


@bp.route("/new", methods=["GET", "POST"])
@for_roles(Role.SYSTEM_ADMINISTRATOR)
@proven
def new() -> ResponseReturnValue:
    """增设单位."""
    form = OrganisationForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: organisations.add(form.said, actor=current_user, once=form.once)
    ):
        flash(f"已增设{form.name.data}。", "green")
        return redirect(url_for(".index", q=form.name.data))
    return render_template("organisations/edit.html", form=form, unit=None), form.status_code if form.errors else 200


@bp.route("/<id:organisation_id>", methods=["GET", "POST"])
@for_roles(Role.SYSTEM_ADMINISTRATOR)
@proven
def edit(organisation_id: int) -> ResponseReturnValue:
    """更改单位."""
    listed = organisations.get(current_user, organisation_id)
    form = OrganisationForm.from_request(obj=listed.said)
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: organisations.change(organisation_id, form.said, actor=current_user)
    ):
        flash(f"已更改{form.name.data}。", "green")
        return redirect(url_for(".index", q=form.name.data))
    page = render_template("organisations/edit.html", form=form, unit=listed)
    return page, form.status_code if form.errors else 200
