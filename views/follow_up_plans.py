"""回访抽样: the plans by version, a new one, and what each drew, which anybody there can reckon again."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from models import clock
from operations.insight import follow_up_plans
from operations.insight.follow_up_coverage import Kind
from operations.insight.follow_up_plans import Came
from operations.ratings.sampling import plans
from views.forms.follow_up_plans import PlanForm
from views.guards import for_roles, proven
from views.months import month_of, month_text, this_month
from views.watch import place_of

LONGEST_NAME = 97  # a counted case's system and number with the stroke between them
bp = Blueprint("follow_up_plans", __name__, url_prefix="/follow-ups/plans")


@bp.get("")
@for_roles(*plans.READING)
def index() -> ResponseReturnValue:
    """What holds, what will and what did."""
    rows = plans.versions(current_user)
    now, holding = clock.now(), set()
    for region_id in {row.FollowUpPlan.region_id for row in rows}:
        begun = [row.FollowUpPlan for row in rows if row.FollowUpPlan.region_id == region_id
                 and row.FollowUpPlan.begins_at <= now]
        holding |= {begun[0].id} if begun else set()
    shares = plans.shares_of(row.FollowUpPlan.id for row in rows)
    return render_template("follow_up_plans/index.html", rows=rows, shares=shares, holding=holding, now=now,
                           may_set=bool(plans.settable_regions(current_user)))


@bp.route("/new", methods=["GET", "POST"])
@for_roles(*plans.SETTING)
@proven
def new() -> ResponseReturnValue:
    """定方案."""
    form = PlanForm.from_request()
    form.region_id.choices = [SelectChoice(str(row.id), row.name) for row in plans.settable_regions(current_user)]
    made: list[int] = []
    if form.was_submitted_and_valid() and form.carried_out(lambda: made.append(
        plans.set_plan(actor=current_user, once=form.once, **form.answers)
    )):
        flash("已定方案，到起用日期自动执行。", "success")
        return redirect(url_for(".show", plan_id=made[0]))
    page = render_template("follow_up_plans/new.html", form=form)
    return page, form.status_code if form.errors or form.form_errors else 200


@bp.get("/<id:plan_id>")
@for_roles(*plans.READING)
def show(plan_id: int) -> ResponseReturnValue:
    """One version: shares, seed, and what it drew."""
    row = plans.get_plan(current_user, plan_id)
    month = month_of(request.args.get("month", "")) or this_month()
    came = next((one for one in Came if one == request.args.get("show")), Came.ALL)
    kind = next((one for one in Kind if one == request.args.get("kind")), Kind.TICKETS)
    page = follow_up_plans.draws(current_user, plan_id, month, kind, came=came, place=place_of(request.args))
    number = request.args.get("number", "")[:LONGEST_NAME]
    here: dict[str, Any] = {"plan_id": plan_id, "month": month_text(month), "kind": kind.value, "show": came.value}
    return render_template(
        "follow_up_plans/show.html", row=row, plan=row.FollowUpPlan, rows=page.rows, came=came, kinds=Came,
        shares=follow_up_plans.in_words(plans.shares_of([plan_id])[plan_id]), month=month_text(month),
        counts=follow_up_plans.counts(current_user, plan_id, month, kind), number=number, kind=kind,
        kind_url=lambda one: url_for(".show", plan_id=plan_id, month=month_text(month), kind=one.value), of_kinds=Kind,
        checked=follow_up_plans.reckoned(current_user, row.FollowUpPlan, number) if number else None,
        list_url=lambda one: url_for(".show", **{**here, "show": one.value}),
        previous=url_for(".show", **here, before=page.previous) if page.previous else "",
        next=url_for(".show", **here, after=page.next) if page.next else "",
    )
