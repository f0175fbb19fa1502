"""走流程: the list, a record, its second walk, and its problems on the line."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.engagement import Walkthrough
from operations.access.scope import REGIONAL
from operations.engagement import walks
from operations.insight import units
from operations.insight import walks as pages
from operations.insight.lines import LARGEST_ID
from views import ways
from views.forms.walks import ProblemTicketForm, WalkForm
from views.guards import for_roles

bp = Blueprint("walkthroughs", __name__, url_prefix="/walkthroughs")

READING = (Role.UNIT_LEADER, *REGIONAL)


@bp.get("")
@for_roles(*READING)
def index() -> ResponseReturnValue:
    """走流程记录."""
    rows = pages.listed(current_user, before=_before(request.args.get("before", "")))
    shown = rows[: pages.SHOWN]
    last = shown[-1].Walkthrough if len(rows) > pages.SHOWN else None
    return render_template("walkthroughs/index.html", rows=shown, may_record=current_user.holds(*walks.RECORDING),
                           sees_findings=current_user.holds(*REGIONAL),
                           after=url_for(".index", before=f"{last.walked_on}.{last.id}") if last else "")


@bp.route("/new", methods=["GET", "POST"])
@for_roles(*walks.RECORDING)
def new() -> ResponseReturnValue:
    """记走流程."""
    number = ways.place("again")
    first = walks.get(current_user, number) if number else None
    form = WalkForm.from_request()
    if first:
        form.repeat(first)
    if form.was_submitted_and_valid():
        made = form.carried_out(lambda: walks.record_walk(form.walk(first), actor=current_user, once=form.once))
        if made:
            flash(f"已记下走流程：{made.item}。", "success")
            return redirect(url_for(".show", walk_id=made.id))
    page = render_template("walkthroughs/new.html", form=form, first=first, units=units.offered())
    return page, 422 if form.errors else 200


@bp.get("/<id:walk_id>")
@for_roles(*READING)
def show(walk_id: int) -> ResponseReturnValue:
    """One walk, beside the one it repeats or that repeats it."""
    walk = walks.get(current_user, walk_id)
    first, second = _pair(walk)
    return render_template(
        "walkthroughs/show.html", walk=walk, steps=walks.steps_of(walk), problems=walks.problems_of(walk), first=first,
        second=second, compared=pages.compared(first, second) if first and second else [],
        may_repeat=current_user.holds(*walks.RECORDING) and not second, is_clerk=current_user.holds(Role.CLERK),
    )


@bp.route("/problems/<id:problem_id>/ticket", methods=["GET", "POST"])
@for_roles(Role.CLERK)
def put(problem_id: int) -> ResponseReturnValue:
    """问题转办件."""
    problem, form = walks.problem_of(current_user, problem_id), ProblemTicketForm.from_request()
    if form.was_submitted_and_valid():
        ticket = form.carried_out(
            lambda: walks.put_on_line(problem, form.enterprise.answer, actor=current_user, once=form.once)
        )
        if ticket:
            flash(f"已转为办件 {ticket.number}。", "success")
            return redirect(url_for(".show", walk_id=problem.walkthrough_id))
    page = render_template("walkthroughs/ticket.html", form=form, problem=problem)
    return page, 422 if form.errors else 200


def _pair(walk: Walkthrough) -> tuple[Walkthrough | None, Walkthrough | None]:
    if walk.first_id:
        return pages.first_of(walk), walk
    return walk, pages.second_of(walk)


def _before(text: str) -> tuple[date, int] | None:
    day, dot, number = text.partition(".")
    try:
        on = date.fromisoformat(day) if len(day) == 10 else None
    except ValueError:
        return None
    is_read = on is not None and dot and number.isascii() and number.isdecimal() and len(number) < 12
    return (on, min(int(number), LARGEST_ID)) if on is not None and is_read else None
