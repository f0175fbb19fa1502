"""回访 of counted cases: the second list of the follow-up desk, and the call about one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from operations.insight import counted_sheets
from operations.insight.counted_sheets import View
from operations.ratings import counted_calls
from views.forms.counted_calls import CountedCallForm
from views.guards import for_roles
from views.watch import place_of

bp = Blueprint("counted_calls", __name__, url_prefix="/follow-ups/counted")


@bp.get("")
@for_roles(Role.CLERK)
def index() -> ResponseReturnValue:
    """待回访的窗口办件, and what has been called about."""
    view = next((one for one in View if one == request.args.get("show")), View.OPEN)
    found = counted_sheets.to_call(current_user, view, place=place_of(request.args))
    page = found.page
    return render_template(
        "counted_calls/index.html", sheets=found.sheets, counts=found.counts, view=view, views=View,
        previous=url_for(".index", show=view.value, before=page.previous) if page.previous else "",
        next=url_for(".index", show=view.value, after=page.next) if page.next else "",
    )


@bp.route("/<id:case_id>", methods=["GET", "POST"])
@for_roles(Role.CLERK)
def call(case_id: int) -> ResponseReturnValue:
    """登记回访."""
    sheet = counted_sheets.one(current_user, case_id)
    form = CountedCallForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: counted_calls.call(case_id, actor=current_user, once=form.once, **form.answers)
    ):
        flash("回访已登记。企业要求解决的，请代企业另提一件诉求。" if form.finds_fault else "回访已登记。", "success")
        return redirect(url_for(".call", case_id=case_id) if form.finds_fault else url_for(".index"))
    page = render_template("counted_calls/call.html", sheet=counted_sheets.one(current_user, case_id), row=sheet.row,
                           form=form)
    return page, form.status_code if form.errors or form.form_errors else 200
