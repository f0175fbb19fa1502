"""会议: the list, planning one, its page, its problems, minutes and decisions."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.engagement import Meeting, MeetingKind
from operations.access.scope import OFFICIALS, REGIONAL
from operations.engagement.meetings import minutes, planning
from operations.engagement.meetings.planning import CONVENING
from operations.insight import meetings, units
from operations.insight.meetings import When
from views.forms.meetings import CallOffForm, DecisionForm, MeetingForm, MinutesForm, ProblemForm
from views.guards import for_roles
from views.watch import place_of

bp = Blueprint("meetings", __name__, url_prefix="/meetings")


@bp.get("")
@for_roles(*OFFICIALS)
def index() -> ResponseReturnValue:
    """会议列表."""
    asked, of_kind = request.args.get("show", ""), request.args.get("kind", "")
    when = When(asked) if asked in set(When) else When.AHEAD
    kind = MeetingKind(of_kind) if of_kind in set(MeetingKind) else None
    page = meetings.listed(current_user, when=when, kind=kind, place=place_of(request.args))
    more: dict[str, Any] = {"show": when.value, "kind": kind.value if kind else None}
    return render_template(
        "meetings/index.html", page=page, when=when, kind=kind, kinds=MeetingKind,
        may_convene=current_user.holds(*CONVENING), reads_walks=current_user.holds(Role.UNIT_LEADER, *REGIONAL),
        tabs=[{"label": each.label, "url": url_for(".index", show=each.value), "current": each is when, "count": None}
              for each in When],
        before=url_for(".index", before=page.previous, **more) if page.previous else "",
        after=url_for(".index", after=page.next, **more) if page.next else "",
    )


@bp.route("/new", methods=["GET", "POST"])
@for_roles(*CONVENING)
def new() -> ResponseReturnValue:
    """召集会议."""
    form = MeetingForm.from_request()
    if form.was_submitted_and_valid():
        made = form.carried_out(lambda: planning.convene(form.plan, actor=current_user, once=form.once))
        if made:
            flash(f"已召集：{made.theme}，编号 {made.number}。", "success")
            return redirect(url_for(".show", meeting_id=made.id))
    return render_template("meetings/new.html", form=form), 422 if form.errors else 200


@bp.get("/<id:meeting_id>")
@for_roles(*OFFICIALS)
def show(meeting_id: int) -> ResponseReturnValue:
    """One meeting."""
    meeting = meetings.get(current_user, meeting_id)
    return render_template("meetings/show.html", dossier=meetings.dossier(meeting), meeting=meeting,
                           may_run=_runs(meeting))


@bp.route("/<id:meeting_id>/problems/new", methods=["GET", "POST"])
@for_roles(*CONVENING)
def bring(meeting_id: int) -> ResponseReturnValue:
    """列入会前问题清单."""
    meeting, form = meetings.get(current_user, meeting_id), ProblemForm.from_request()
    form.enterprise.offer(meetings.dossier(meeting).enterprises)
    if form.was_submitted_and_valid():
        if form.carried_out(lambda: planning.bring(meeting, form.brought, actor=current_user, once=form.once)):
            flash("已列入问题清单。", "success")
            return redirect(url_for(".show", meeting_id=meeting_id, _anchor="h-problems"))
    return _form_page(form, meeting, "列入问题清单", "列入清单")


@bp.route("/<id:meeting_id>/minutes", methods=["GET", "POST"])
@for_roles(*CONVENING)
def write(meeting_id: int) -> ResponseReturnValue:
    """写纪要."""
    meeting, form = meetings.get(current_user, meeting_id), MinutesForm.from_request()
    form.offer(meetings.dossier(meeting).guests)
    if form.was_submitted_and_valid():
        form.carried_out(lambda: minutes.write_minutes(
            meeting, actor=current_user, words=form.words.data, came=form.came.data, once=form.once))
        if not form.errors:
            flash("纪要已保存，可以逐条记议定事项。", "success")
            return redirect(url_for(".show", meeting_id=meeting_id, _anchor="h-decisions"))
    return _form_page(form, meeting, "写纪要", "保存纪要")


@bp.route("/<id:meeting_id>/decisions/new", methods=["GET", "POST"])
@for_roles(*CONVENING)
def decide(meeting_id: int) -> ResponseReturnValue:
    """记议定事项."""
    meeting, form = meetings.get(current_user, meeting_id), DecisionForm.from_request()
    guests = meetings.dossier(meeting).enterprises
    form.enterprise.offer(guests)
    if form.was_submitted_and_valid():
        decided = form.decided(meetings.firm_asked(meeting, form.enterprise.data))
        made = form.carried_out(lambda: minutes.decide(meeting, decided, actor=current_user, once=form.once))
        if made:
            flash("已记下议定事项，并登记为办件。" if made.ticket_id else "已记下议定事项。", "success")
            return redirect(url_for(".show", meeting_id=meeting_id, _anchor="h-decisions"))
    return _form_page(form, meeting, "记议定事项", "记下")


@bp.route("/<id:meeting_id>/cancel", methods=["GET", "POST"])
@for_roles(*CONVENING)
def cancel(meeting_id: int) -> ResponseReturnValue:
    """取消会议."""
    meeting, form = meetings.get(current_user, meeting_id), CallOffForm.from_request()
    if form.was_submitted_and_valid():
        form.carried_out(
            lambda: planning.call_off(meeting, reason=form.reason.data, actor=current_user, once=form.once))
        if not form.errors:
            flash("会议已取消，已通知参会人员。", "success")
            return redirect(url_for(".show", meeting_id=meeting_id))
    return _form_page(form, meeting, "取消会议", "取消会议")


def _runs(meeting: Meeting) -> bool:
    return any(post.role in CONVENING and meeting.region.path.startswith(post.region_path or "?")
               for post in current_user.posts)


def _form_page(form: Any, meeting: Meeting, title: str, button: str) -> ResponseReturnValue:
    offered = units.offered() if "unit" in form else ()
    page = render_template("meetings/form.html", form=form, meeting=meeting, title=title, button=button, units=offered)
    return page, 422 if form.errors else 200
