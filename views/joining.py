"""接受邀请: the page behind the one-time link of a text message."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.directory import joining, members
from views.forms.members import JoinForm
from views.guards import open_to_all

bp = Blueprint("joining", __name__)


@bp.route("/join/<token>", methods=["GET", "POST"])
@open_to_all
def join(token: str) -> ResponseReturnValue:
    """Name and password for a new account; whoever has one signs in and accepts."""
    invitation, enterprise = joining.invitation_of(token)
    is_signed_in, has_account = current_user.is_authenticated, members.has_account(invitation)
    form = JoinForm.from_request()
    if has_account or is_signed_in:
        form.ask_nothing()
    if form.was_submitted_and_valid() and form.carried_out(lambda: _accept(token, form)):
        flash(f"您已成为{enterprise.called}的{invitation.member_role.label}。", "green")
        return redirect(url_for("portal.home" if is_signed_in else "auth.login"))
    page = render_template("claiming/join.html", form=form, invitation=invitation, enterprise=enterprise,
                           has_account=has_account, is_signed_in=is_signed_in, token=token)
    return page, form.status_code if form.errors else 200


def _accept(token: str, form: JoinForm) -> None:
    joining.accept(
        token,
        actor=current_user if current_user.is_authenticated else None,
        person=form.person.data if form.person else "",
        password=form.new_password.data if form.new_password else "",
        address=request.remote_addr or "",
    )
