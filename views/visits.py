"""待走访: what is owed to enterprises; planning a visit; a leading cadre's own visit; the coverage tables behind."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import CADRES, Role
from operations.access.scope import OFFICIALS, REGIONAL
from operations.clocks import shanghai
from operations.directory import enterprises
from operations.engagement import cap, visits
from operations.engagement.cadence import rules
from operations.insight import coverage, duties
from operations.insight.coverage import By
from operations.insight.duties import State, Wanted
from views import ways
from views.duty_filter import url_of, wanted_from
from views.forms.cadence import CadreVisitForm, PlanForm
from views.guards import for_roles
from views.watch import place_of

bp = Blueprint("visits", __name__)

ANSWERING = (Role.UNIT_LEADER, Role.REGISTRAR, *REGIONAL)


@bp.get("/visits")
@for_roles(Role.STEWARD, Role.SPECIAL_OBSERVER, *ANSWERING)
def index() -> ResponseReturnValue:
    """待走访, and the list behind every figure of the coverage tables."""
    known = rules.in_force()
    asked = wanted_from(request.args, rules.ever())
    is_all = "all" in request.args or asked.starts_on is not None or asked.state is not None
    wanted = replace(asked, is_running=not is_all)
    page = duties.listed(current_user, wanted, place=place_of(request.args))
    more = {"all": "1"} if "all" in request.args else {}
    return render_template(
        "visits/index.html", page=page, wanted=wanted, rules=known, states=State, today=shanghai.today(),
        is_steward=current_user.holds(Role.STEWARD), is_cadre=current_user.holds(*CADRES),
        may_cover=current_user.holds(*ANSWERING), about=_about(wanted),
        before=url_of(".index", wanted, before=page.before, **more) if page.before else "",
        after=url_of(".index", wanted, after=page.after, **more) if page.after else "",
    )


@bp.route("/visits/<id:enterprise_id>/plan", methods=["GET", "POST"])
@for_roles(Role.STEWARD)
def plan(enterprise_id: int) -> ResponseReturnValue:
    """安排走访."""
    enterprise = enterprises.get_own(current_user, enterprise_id)
    form = PlanForm.from_request(data={"day": enterprise.next_contact_on} if request.method == "GET" else None)
    if form.was_submitted_and_valid():
        form.carried_out(
            lambda: visits.plan_visit(enterprise, actor=current_user, day=form.day.data, once=form.once), "day"
        )
        if not form.errors:
            flash(f"已安排：{form.day.data.month}月{form.day.data.day}日 走访{enterprise.called}。", "success")
            return redirect(url_for(".index"))
    so_far = cap.visited(enterprise, shanghai.today())
    page = render_template("visits/plan.html", form=form, enterprise=enterprise, so_far=so_far)
    return page, 422 if form.errors else 200


@bp.route("/visits/new", methods=["GET", "POST"])
@for_roles(*CADRES)
def new() -> ResponseReturnValue:
    """领导走访."""
    form = CadreVisitForm.from_request()
    if form.was_submitted_and_valid():
        firm = form.enterprise.answer
        noted = form.carried_out(
            lambda: visits.log_cadre_visit(firm, actor=current_user, talk=form.talk, once=form.once), "over_cap_reason"
        )
        if noted and firm:
            flash(f"已记下：走访{firm.called}。", "success")
            return redirect(url_for(".index"))
    return render_template("visits/new.html", form=form), 422 if form.errors else 200


@bp.get("/coverage")
@for_roles(*ANSWERING)
def cover() -> ResponseReturnValue:
    """覆盖情况."""
    known = rules.in_force()
    periods = duties.offered(known, shanghai.today())
    asked = wanted_from(request.args, known)
    code = asked.code or (known[0].code if known else "")
    offered = periods.get(code, [])
    since = asked.starts_on if asked.starts_on and asked.starts_on.isoformat() in dict(offered) else None
    wanted = replace(asked, code=code, starts_on=since or _first_of(offered), state=None)
    by = By.PERSON if request.args.get("by") == By.PERSON or wanted.unit is not None else By.UNIT
    table = coverage.table(current_user, wanted, by=by, after=ways.place("after"))
    return render_template(
        "visits/coverage.html", table=table, by=by, wanted=wanted, rules=known, offered=offered, states=State,
        sees_meetings=current_user.holds(*OFFICIALS),
        unit=coverage.unit_named(wanted.unit) if wanted.unit else "", link=_link(wanted, by),
        tabs=[{"label": each.label, "url": url_of(".cover", replace(wanted, unit=None, person=None), by=each.value),
               "current": each is by, "count": None} for each in By],
        after=url_of(".cover", wanted, by=by.value, after=table.after) if table.after else "",
    )


def _first_of(offered: list[tuple[str, str]]) -> Any:
    return wanted_from({"since": offered[0][0]}, ()).starts_on if offered else None


def _link(wanted: Wanted, by: By) -> Any:
    """The list behind a figure: of one row, or of all of them without one."""

    def link(row: coverage.Row | None, state: State | None = None) -> str:
        meant = replace(wanted, state=state)
        if row:
            meant = replace(meant, unit=row.key) if by is By.UNIT else replace(meant, person=row.key)
        return url_of(".index", meant)

    return link


def _about(wanted: Wanted) -> list[str]:
    """Which unit and person the list is narrowed to."""
    found = []
    if wanted.unit is not None:
        found.append(coverage.unit_named(wanted.unit) or coverage.NOBODY[By.UNIT])
    if wanted.person is not None:
        found.append(coverage.person_named(wanted.person) or coverage.NOBODY[By.PERSON])
    return found
