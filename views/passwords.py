"""忘记密码, and the page behind a one-time link: both open to everybody, for nobody can sign in here."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.deliveries import Carrier
from operations.access import password_links
from operations.delivery import adapters
from operations.errors import BadInput
from views.forms.account import ForgottenForm, NewPasswordForm
from views.guards import open_to_all

bp = Blueprint("passwords", __name__, url_prefix="/password")
PERSONAL = (Carrier.SMS, Carrier.EMAIL)


def ways() -> list[Carrier]:
    """By what this site reaches a person."""
    return [carrier for carrier in PERSONAL if adapters.is_on(carrier, current_app.config)]


@bp.route("/forgotten", methods=["GET", "POST"])
@open_to_all
def forgotten() -> ResponseReturnValue:
    """忘记密码. The answer and its time are the same for every name."""
    form, is_off = ForgottenForm.from_request(), not ways()
    if not is_off and form.was_submitted_and_valid() and form.carried_out(
        lambda: password_links.ask(form.username.data, address=request.remote_addr or "")
    ):
        return redirect(url_for(".asked"))
    page = render_template("auth/forgotten.html", form=form, is_off=is_off)
    return page, form.status_code if form.errors else 200


@bp.get("/asked")
@open_to_all
def asked() -> str:
    """What happens next."""
    return render_template("auth/asked.html")


@bp.route("/<token>", methods=["GET", "POST"])
@open_to_all
def choose(token: str) -> ResponseReturnValue:
    """设置密码. Signing in comes afterwards, with the second step where it is owed."""
    link, user = password_links.opened_by(token)
    form = NewPasswordForm.from_request()
    if form.was_submitted_and_valid() and _chosen(token, form):
        flash("密码已设置，请用新密码登录。", "green")
        return redirect(url_for("auth.login"))
    page = render_template("auth/choose.html", form=form, link=link, username=user.username)
    return page, 422 if form.errors else 200


def _chosen(token: str, form: NewPasswordForm) -> bool:
    try:
        password_links.use(token, password=form.new_password.data, address=request.remote_addr or "")
    except BadInput as refusal:
        form.blame("new_password", str(refusal))
        return False
    return True
