"""Stewards: how much each carries, the page of one, who covers, who leaves, and giving enterprises away by hand."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.directory import Enterprise
from operations.access.duty_scope import get_steward
from operations.access.scope import REGIONAL
from operations.directory import assigning, departures, stewards, stewardship, unowned, workload
from operations.directory.stewardship import GIVERS
from operations.directory.workload import Mark
from operations.errors import NotFound, Refused
from views.forms.base import clean
from views.forms.stewards import AssignForm, CoverForm, LeaveForm
from views.guards import for_roles
from views.watch import place_of

bp = Blueprint("stewards", __name__, url_prefix="/stewards")

WATCHING = (Role.REGISTRAR, *REGIONAL)


@bp.get("")
@for_roles(*WATCHING)
def index() -> ResponseReturnValue:
    """管家工作量."""
    sort, tab = request.args.get("sort", "held"), request.args.get("tab", "all")
    sort, tab = sort if sort in workload.SORTS else "held", tab if tab in workload.TABS else "all"
    words = clean(request.args.get("q"))[:100]
    region = clean(request.args.get("region"))[:24]
    after = Mark.parse(request.args.get("after", ""))
    page = workload.listed(current_user, sort=sort, tab=tab, words=words, region=region, after=after)
    here: dict[str, Any] = {"tab": tab} | {name: said for name, said in (("q", words), ("region", region)) if said}
    return render_template(
        "stewards/index.html", page=page, sort=sort, tab=tab, words=words, region=region, is_first=after is None,
        tabs=workload.TABS, regional=REGIONAL,
        sort_urls={name: url_for(".index", sort=name, **here) for name in workload.SORTS},
        next_url=url_for(".index", sort=sort, after=page.after, **here) if page.after else "",
        unowned=unowned.count(current_user),
    )


@bp.get("/names")
@for_roles(Role.STEWARD, *GIVERS)
def names() -> ResponseReturnValue:
    """Names for the pickers of stewards."""
    words = clean(request.args.get("q"))[:60]
    found = stewards.suggested(words) if words else ()
    return jsonify([
        {"value": f"{row.name}（{row.unit}）", "label": f"主管 {row.held}/{row.capacity} 户"} for row in found
    ])


@bp.get("/<id:user_id>")
@for_roles(*WATCHING)
def show(user_id: int) -> ResponseReturnValue:
    """One steward: the load, the covers, and what may be arranged."""
    person = get_steward(current_user, user_id)
    return render_template(
        "stewards/show.html", person=person, profile=stewards.profile_of(person),
        load=workload.load_of(person, current_user),
        firms=stewards.firms_of(person, current_user), covers=stewards.covers_of(person, current_user),
        may_give=current_user.holds(*GIVERS),
        may_release=departures.may_release(person, current_user),
    )


@bp.route("/<id:user_id>/cover", methods=["GET", "POST"])
@for_roles(*GIVERS)
def cover(user_id: int) -> ResponseReturnValue:
    """安排备岗."""
    person = get_steward(current_user, user_id)
    form = CoverForm.from_request()
    form.offer_today()
    firms = assigning.firms_to_cover(person, current_user)
    if form.was_submitted_and_valid() and form.carried_out(lambda: _covered(form, firms)):
        return redirect(url_for(".show", user_id=user_id))
    page = render_template("stewards/cover.html", form=form, person=person, count=len(firms))
    return page, 422 if form.errors else 200


@bp.post("/covers/<id:covering_id>/end")
@for_roles(*GIVERS)
def end_cover(covering_id: int) -> ResponseReturnValue:
    """提前结束备岗."""
    covering = assigning.get_cover(current_user, covering_id)
    stewardship.end_cover(covering, actor=current_user)
    flash("备岗已结束。", "success")
    return redirect(url_for(".index"))


@bp.route("/<id:user_id>/leave", methods=["GET", "POST"])
@for_roles(*GIVERS)
def leave(user_id: int) -> ResponseReturnValue:
    """离岗."""
    person = get_steward(current_user, user_id)
    if not departures.may_release(person, current_user):
        raise NotFound
    form = LeaveForm.from_request()
    if form.was_submitted_and_valid():
        left = departures.leave(person, actor=current_user, reason=form.reason.data, once=form.once)
        flash(f"{person.name}已离岗，{len(left)} 家企业待交接。" if left else f"{person.name}已离岗。", "success")
        return redirect(url_for(".vacant", tab="left") if left else url_for(".show", user_id=user_id))
    page = render_template("stewards/leave.html", form=form, person=person, profile=stewards.profile_of(person))
    return page, 422 if form.errors else 200


@bp.get("/vacant")
@for_roles(*WATCHING)
def vacant() -> ResponseReturnValue:
    """无管家企业."""
    tab = request.args.get("tab", "all")
    tab = tab if tab in unowned.TABS else "all"
    words = clean(request.args.get("q"))[:100]
    page = unowned.listed(current_user, tab=tab, words=words, place=place_of(request.args))
    here: dict[str, Any] = {"tab": tab} | ({"q": words} if words else {})
    return render_template(
        "stewards/vacant.html", page=page, tab=tab, tabs=unowned.TABS, words=words,
        may_give=current_user.holds(*GIVERS),
        previous=url_for(".vacant", before=page.before, **here) if page.before else "",
        next=url_for(".vacant", after=page.after, **here) if page.after else "",
    )


@bp.route("/assign", methods=["GET", "POST"])
@for_roles(*GIVERS)
def assign() -> ResponseReturnValue:
    """指派主管家 of what was ticked: first who has them now, then it is done item by item."""
    form = AssignForm.from_request()
    asked = form.picked.data or " ".join(request.args.getlist("pick"))
    if not asked:
        return redirect(url_for(".vacant"))
    picked = assigning.pick(current_user, asked)
    if form.was_submitted_and_valid():
        outcomes = stewardship.assign_many(
            [item.enterprise for item in picked], actor=current_user, steward=form.steward.person,
            reason=form.reason.data, seen={item.enterprise.id: item.seen_id for item in picked}, once=form.once,
        )
        return render_template("stewards/assigned.html", outcomes=outcomes)
    if request.method == "GET":
        form.picked.data = " ".join(f"{item.enterprise.id}.{item.seen_id}" for item in picked)
    return render_template("stewards/assign.html", form=form, picked=picked), 422 if form.errors else 200


def _covered(form: CoverForm, firms: Sequence[Enterprise]) -> None:
    """Arrange it and say for how many; Refused when it is for none."""
    outcomes = stewardship.cover(
        firms, actor=current_user, substitute=form.substitute.person, starts_on=form.starts_on.data,
        ends_on=form.ends_on.data, reason=form.reason.data, once=form.once,
    )
    refused = [one for one in outcomes if not one.is_done]
    if len(refused) == len(outcomes):
        raise Refused(refused[0].words if refused else "没有可以安排备岗的企业。")
    flash(f"已为 {len(outcomes) - len(refused)} 家企业安排备岗。", "success")
    if refused:
        flash(f"{len(refused)} 家没有安排：{refused[0].name}，{refused[0].words}", "amber")
