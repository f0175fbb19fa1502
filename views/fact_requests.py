"""资料变更申请: what members want the directory to say, for the owner's registrar and the region's service centre."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access.actor import Actor
from operations.directory import profile
from views.forms.base import RefusableForm
from views.forms.claims import ConfirmFactForm, RefuseForm
from views.guards import for_roles
from views.watch import place_of

bp = Blueprint("fact_requests", __name__, url_prefix="/fact-requests")


@bp.get("")
@for_roles(*profile.DESK)
def index() -> str:
    """等核实的资料变更."""
    items, page = profile.waiting(_official(), place=place_of(request.args))
    return render_template(
        "fact_requests/index.html",
        items=items,
        previous=url_for(".index", before=page.previous) if page.previous else "",
        next=url_for(".index", after=page.next) if page.next else "",
    )


@bp.get("/<id:request_id>")
@for_roles(*profile.DESK)
def show(request_id: int) -> ResponseReturnValue:
    """One request beside what the directory says."""
    return _shown(request_id)


@bp.post("/<id:request_id>/confirm")
@for_roles(*profile.DESK)
def confirm(request_id: int) -> ResponseReturnValue:
    """确认."""
    form = ConfirmFactForm.from_request(prefix="confirm-")
    return _decided(request_id, form, lambda: profile.confirm(
        request_id, actor=_official(), version=form["version"].data, once=form.once, **form.answers
    ))


@bp.post("/<id:request_id>/refuse")
@for_roles(*profile.DESK)
def refuse(request_id: int) -> ResponseReturnValue:
    """不予确认."""
    form = RefuseForm.from_request(prefix="refuse-")
    return _decided(request_id, form, lambda: profile.refuse(
        request_id, actor=_official(), once=form.once, **form.answers
    ))


def _decided(request_id: int, form: Any, act: Callable[[], object]) -> ResponseReturnValue:
    if form.was_submitted_and_valid() and form.carried_out(act):
        flash("已处理，结果已告诉申请人。", "green")
        return redirect(url_for(".index"))
    return _shown(request_id, form)


def _shown(request_id: int, form: RefusableForm | None = None) -> ResponseReturnValue:
    """The page; the version it prints is always that of what it shows."""
    asked = profile.get_asked(_official(), request_id)
    confirming = form if isinstance(form, ConfirmFactForm) else ConfirmFactForm(formdata=None, prefix="confirm-")
    confirming.version.data, confirming.version.raw_data = asked.request.enterprise.version, None
    refusing = form if isinstance(form, RefuseForm) else RefuseForm(formdata=None, prefix="refuse-")
    page = render_template("fact_requests/show.html", asked=asked, form=form, confirming=confirming, refusing=refusing)
    return page, form.status_code if form is not None and form.errors else 200


def _official() -> Actor:
    return current_user.only(*profile.DESK)
