"""任用: giving and taking posts, and the word of a second administrator."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access import account_desk, appointments
from operations.access.appointments import AGREEING, APPOINTING
from operations.access.sessions import BY_TWO
from views.forms.accounts import AppointForm, ReasonForm
from views.guards import for_roles, proven

bp = Blueprint("appointments", __name__)


@bp.get("/appointments")
@for_roles(*AGREEING)
def index() -> str:
    """What waits for another administrator."""
    waiting = appointments.waiting(current_user)
    return render_template("appointments/index.html", rows=waiting, backed=appointments.backed(waiting))


@bp.post("/appointments/<id:appointment_id>/agree")
@for_roles(*AGREEING)
@proven
def agree(appointment_id: int) -> ResponseReturnValue:
    """同意任用."""
    found = appointments.decide(appointment_id, agrees=True, actor=current_user)
    flash(f"已同意，{found.user.name}的岗位即时生效。", "green")
    return redirect(url_for(".index"))


@bp.post("/appointments/<id:appointment_id>/decline")
@for_roles(*AGREEING)
@proven
def decline(appointment_id: int) -> ResponseReturnValue:
    """不同意任用."""
    appointments.decide(appointment_id, agrees=False, actor=current_user)
    flash("已记下不同意，没有给岗位。", "green")
    return redirect(url_for(".index"))


@bp.route("/accounts/<id:user_id>/appoint", methods=["GET", "POST"])
@for_roles(*APPOINTING)
@proven
def appoint(user_id: int) -> ResponseReturnValue:
    """任用."""
    account, form = account_desk.get(current_user, user_id), AppointForm.from_request()
    made: list[object] = []
    if form.was_submitted_and_valid() and form.carried_out(lambda: made.append(
        appointments.appoint(user_id, form.place, reason=form.reason.data, actor=current_user, once=form.once)
    )):
        told = "岗位即时生效" if made[0] else "这个角色要另一位管理员同意后生效"
        flash(f"已为{account.name}安排岗位，{told}。", "green")
        return redirect(url_for("accounts.show", user_id=user_id))
    page = render_template("appointments/new.html", account=account, form=form, by_two=BY_TWO)
    return page, form.status_code if form.errors else 200


@bp.route("/appointments/posts/<id:post_id>/dismiss", methods=["GET", "POST"])
@for_roles(*APPOINTING)
@proven
def dismiss(post_id: int) -> ResponseReturnValue:
    """免去岗位."""
    post, form = appointments.get_held(post_id), ReasonForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: appointments.dismiss(post_id, reason=form.reason.data, actor=current_user)
    ):
        flash(f"已免去{post.user.name}的岗位，其登录已全部退出。", "green")
        return redirect(url_for("accounts.show", user_id=post.user_id))
    page = render_template("appointments/dismiss.html", post=post, form=form)
    return page, form.status_code if form.errors else 200
