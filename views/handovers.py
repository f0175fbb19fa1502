"""移交: the list, a new one, and the package that its receiver confirms or declines."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.directory import Handover
from operations.access.duty_scope import get_handover, get_steward
from operations.access.scope import REGIONAL
from operations.directory import handover_package, handovers, stewards
from operations.directory.stewardship import GIVERS
from views import ways
from views.forms.base import BaseForm
from views.forms.stewards import HandoverForm, WordsForm
from views.guards import for_roles

bp = Blueprint("handovers", __name__, url_prefix="/handovers")

SEEING = (Role.STEWARD, Role.REGISTRAR, *REGIONAL)


@bp.get("")
@for_roles(*SEEING)
def index() -> ResponseReturnValue:
    """移交."""
    has_ended = request.args.get("tab") == "ended"
    before = ways.place("before")
    rows = handover_package.listed(current_user, has_ended=has_ended, before=before)
    shown = rows[: handover_package.LISTED]
    tab = "ended" if has_ended else "waiting"
    return render_template(
        "handovers/index.html", rows=shown, tab=tab, is_first=before is None,
        is_steward=current_user.holds(Role.STEWARD),
        next=url_for(".index", tab=tab, before=shown[-1].Handover.id) if len(rows) > len(shown) else "",
    )


@bp.route("/new", methods=["GET", "POST"])
@for_roles(Role.STEWARD, *GIVERS)
def new() -> ResponseReturnValue:
    """新的移交, of the steward named in the address or of oneself."""
    giver = get_steward(current_user, ways.place("steward") or current_user.user_id)
    firms = handovers.offerable_firms(giver, current_user)
    form = HandoverForm.from_request()
    form.offer(firms)
    if form.was_submitted_and_valid() and form.is_sound() and form.carried_out(lambda: handovers.propose(
        giver, actor=current_user, receiver=form.receiver.person, reason=form.reason.data,
        enterprise_ids=form.chosen, once=form.once,
    )):
        flash(f"已提交移交，等{form.receiver.person.name}确认。确认前企业仍由{giver.name}负责。", "success")
        return redirect(url_for(".index"))
    page = render_template("handovers/new.html", form=form, giver=giver, firms=firms,
                           is_own=giver.id == current_user.user_id)
    return page, form.status_code if form.errors else 200


@bp.get("/<id:handover_id>")
@for_roles(*SEEING)
def show(handover_id: int) -> ResponseReturnValue:
    """移交清单."""
    return _shown(get_handover(current_user, handover_id))


@bp.post("/<id:handover_id>/confirm")
@for_roles(Role.STEWARD)
def confirm(handover_id: int) -> ResponseReturnValue:
    """确认接手."""
    handover = get_handover(current_user, handover_id)
    form = BaseForm.from_request()
    if form.was_submitted_and_valid():
        left = handovers.confirm(handover, actor=current_user, once=form.once)
        flash("已确认接手，企业和在办件都在你的工作台上了。", "success")
        if left:
            flash(f"{len(left)} 家在等待期间已改派他人，没有交过来，见清单。", "amber")
    return redirect(url_for(".show", handover_id=handover_id))


@bp.post("/<id:handover_id>/<any(decline, cancel):verb>")
@for_roles(*SEEING)
def end(handover_id: int, verb: str) -> ResponseReturnValue:
    """谢绝 or 取消."""
    handover = get_handover(current_user, handover_id)
    form = WordsForm.from_request()
    act = handovers.decline if verb == "decline" else handovers.cancel
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: act(handover, actor=current_user, words=form.words.data, once=form.once)
    ):
        flash("已谢绝，企业仍由原管家负责。" if verb == "decline" else "已取消移交。", "success")
        return redirect(url_for(".show", handover_id=handover_id))
    return _shown(handover, form), form.status_code


def _shown(handover: Handover, form: WordsForm | None = None) -> str:
    me = current_user
    return render_template(
        "handovers/show.html", handover=handover, package=handover_package.package(handover, me),
        may_answer=handovers.may_answer(handover, me), may_cancel=handovers.may_cancel(handover, me),
        form=form or WordsForm(), plain=BaseForm(), receiver=stewards.profile_of(handover.receiver),
        may_open=handover.from_id == me.user_id or not me.holds(Role.STEWARD),
    )
