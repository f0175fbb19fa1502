"""分配方案: made by the program, read and corrected by people, then carried out."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.directory import PlanOutcome
from operations.directory import plan_pages, steward_plans
from operations.directory.stewardship import GIVERS
from views import ways
from views.forms.base import BaseForm
from views.forms.stewards import CorrectForm, PlanForm
from views.guards import for_roles

bp = Blueprint("steward_plans", __name__, url_prefix="/steward-plans")


@bp.route("", methods=["GET", "POST"])
@for_roles(*GIVERS)
def index() -> ResponseReturnValue:
    """分配方案 of the unit, and a new one."""
    form = PlanForm.from_request()
    if form.was_submitted_and_valid():
        path = plan_pages.path_of(current_user, form.region.data) if form.region.data else ""
        if path is None:
            form.blame("region", f"你的区域里没有“{form.region.data}”")
        elif form.carried_out(lambda: steward_plans.make_plan(current_user, region_path=path, once=form.once)):
            flash("方案已生成。看过、改过之后再执行。", "success")
            return redirect(url_for(".show", plan_id=plan_pages.listed(current_user)[0].StewardPlan.id))
    page = render_template("steward_plans/index.html", form=form, plans=plan_pages.listed(current_user))
    return page, form.status_code if form.errors else 200


@bp.get("/<id:plan_id>")
@for_roles(*GIVERS)
def show(plan_id: int) -> ResponseReturnValue:
    """The rows of one plan."""
    plan = steward_plans.get_plan(current_user, plan_id)
    tab = request.args.get("tab", "all")
    tab = tab if tab in plan_pages.TABS else "all"
    after = ways.place("after")
    rows = plan_pages.rows_of(plan, tab=tab, after=after)
    shown = rows[: plan_pages.ROWS_SHOWN]
    return render_template(
        "steward_plans/show.html", plan=plan, rows=shown, tab=tab, tabs=plan_pages.TABS, counts=plan_pages.counts(plan),
        is_first=after is None, done=PlanOutcome.DONE, plain=BaseForm(),
        next=url_for(".show", plan_id=plan_id, tab=tab, after=shown[-1].id) if len(rows) > len(shown) else "",
    )


@bp.post("/<id:plan_id>/<any('carry-out', 'give-up'):verb>")
@for_roles(*GIVERS)
def end(plan_id: int, verb: str) -> ResponseReturnValue:
    """执行 or 放弃."""
    plan = steward_plans.get_plan(current_user, plan_id)
    form = BaseForm.from_request()
    if form.was_submitted_and_valid() and verb == "carry-out":
        counts = steward_plans.carry_out(plan, actor=current_user, once=form.once)
        told = "，".join(f"{outcome.label} {count} 家" for outcome, count in counts.items())
        flash(f"方案已执行：{told}。", "success" if set(counts) == {PlanOutcome.DONE} else "amber")
    elif form.was_submitted_and_valid():
        steward_plans.give_up(plan, actor=current_user, once=form.once)
        flash("方案已放弃，没有改动任何企业。", "success")
    return redirect(url_for(".show", plan_id=plan_id))


@bp.route("/rows/<id:row_id>", methods=["GET", "POST"])
@for_roles(*GIVERS)
def correct(row_id: int) -> ResponseReturnValue:
    """改一行."""
    row = steward_plans.get_row(current_user, row_id)
    form = CorrectForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: steward_plans.correct(row, actor=current_user, steward=form.steward.person, once=form.once)
    ):
        flash(f"{row.enterprise.name}改由{form.steward.person.name}主管。", "success")
        return redirect(url_for(".show", plan_id=row.plan_id))
    page = render_template("steward_plans/correct.html", form=form, row=row, enterprise=row.enterprise)
    return page, form.status_code if form.errors else 200
