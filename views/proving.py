"""再次核对: before a dangerous act the password is asked for again, and what was being sent is sent on afterwards."""

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access import accounts, kept_forms, two_step
from operations.access.sessions import SignedIn
from operations.errors import BadInput
from views import sessions, ways
from views.forms.proving import ProveForm
from views.shells import shell_of

bp = Blueprint("proving", __name__, url_prefix="/account/prove")


@bp.route("", methods=["GET", "POST"])
def prove() -> ResponseReturnValue:
    """核对身份. The session has another id afterwards."""
    signed, form = sessions.signed_in(), ProveForm.from_request()
    assert signed is not None
    if not signed.has_authenticator:
        del form.passcode
    if form.was_submitted_and_valid() and form.carried_out(lambda: _prove(form, signed)) and not form.errors:
        return redirect(url_for(".go_on") if session.get("to_send") else _next())
    page = render_template("account/prove.html", shell=shell_of(current_user), form=form, back=_back(),
                           is_sending=bool(session.get("to_send")), asked_every=current_app.config["PROVEN_FOR"])
    return page, form.status_code if form.errors else 200


@bp.get("/go-on")
def go_on() -> ResponseReturnValue:
    """继续: the form that was being sent, to be sent as it was."""
    url = ways.safe_form(session.get("to_send", ""))
    if not url:
        return redirect(url_for("home.index"))
    kept = kept_forms.fetch(session.get("kept_form", ""), url.partition("?")[0], actor=current_user) or {}
    return render_template("account/go_on.html", shell=shell_of(current_user), url=url, kept=kept, back=_back())


def _prove(form: ProveForm, signed: SignedIn) -> None:
    try:
        entered = two_step.prove(signed, form.password.data, form.passcode.data if form.passcode else "")
    except BadInput as refusal:
        accounts.note_failure(two_step.username_of(signed.actor), address=signed.actor.address)
        form.blame("password", str(refusal))
        return
    if entered is None:
        form.blame("passcode", two_step.WRONG)
    else:
        sessions.begin(entered.token)


def _back() -> str:
    """Where one was before the password was asked for."""
    return ways.safe(session.get("came_from", ""))


def _next() -> str:
    return ways.safe(request.args.get("next", ""))
