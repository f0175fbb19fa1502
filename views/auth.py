"""Signing in and out."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from operations.access import accounts
from operations.demo import presence
from operations.errors import BadInput
from views import sessions, ways
from views.forms.auth import LoginForm
from views.guards import open_to_all

bp = Blueprint("auth", __name__)


@bp.route("/login", methods=["GET", "POST"])
@open_to_all
def login() -> ResponseReturnValue:
    """登录."""
    if current_user.is_authenticated:
        return redirect(_way_on())
    form = LoginForm.from_request()
    if form.was_submitted_and_valid() and (token := _token(form)):
        return redirect(_way_on() if sessions.begin(token) else url_for("two_step.enter", next=_way_on()))
    page = render_template("auth/login.html", form=form, demo=_demo_accounts(), password=presence.PASSWORD)
    return page, 422 if form.errors else 200


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    """退出."""
    accounts.sign_out(current_user)
    logout_user()
    session.clear()
    flash("已退出。", "green")
    return redirect(url_for("auth.login"))


def _way_on() -> str:
    return ways.safe(request.args.get("next", ""))


def _demo_accounts() -> list[presence.DemoAccount]:
    """Who can be tried out with one click: only where the setting DEMO says so, and while the first password holds."""
    if not current_app.config["DEMO"]:
        return []
    return [account for account in presence.accounts() if account.has_first_password]


def _token(form: LoginForm) -> str:
    """Of the new session; empty when name and password do not match."""
    name, address = form.username.data, request.remote_addr or ""
    try:
        return accounts.sign_in(name, form.password.data, address=address, agent=request.user_agent.string,
                                per_account=current_app.config["SESSIONS_PER_ACCOUNT"])
    except BadInput as refusal:
        accounts.note_failure(name, address=address)
        form.blame("password", str(refusal))
        return ""
