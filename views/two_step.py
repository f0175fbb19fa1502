"""两步验证: the second step of signing in, setting it up, and the codes for the day on which the phone is lost."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import segno
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access import two_step
from operations.access.sessions import SignedIn
from views import sessions, ways
from views.forms.base import RefusableForm
from views.forms.two_step import AppCodeForm, RecoveryForm
from views.guards import ensure_proven, open_to_all
from views.shells import shell_of

T = TypeVar("T")
bp = Blueprint("two_step", __name__)


@bp.route("/login/code", methods=["GET", "POST"])
@open_to_all
def enter() -> ResponseReturnValue:
    """第二步: a code of the app, or a 备用码."""
    signed = sessions.signed_in()
    if signed is None or signed.is_whole:
        return redirect(_next() if signed else url_for("auth.login", next=_next()))
    if not signed.has_authenticator:
        return redirect(url_for(".index"))
    by_recovery = request.args.get("by") == "recovery"
    form = (RecoveryForm if by_recovery else AppCodeForm).from_request()
    entered = _taken(form, lambda: two_step.enter(signed, form["passcode"].data))
    if entered:
        sessions.begin(entered.token)
        if entered.codes_left is not None:
            flash(f"备用码用掉了一个，还剩 {entered.codes_left} 个。手机丢失的，请尽快重新设置。", "amber")
        return redirect(_next())
    page = render_template("auth/code.html", form=form, by_recovery=by_recovery, next=_next())
    return page, form.status_code if form.errors else 200


@bp.get("/account/two-step")
@open_to_all
def index() -> ResponseReturnValue:
    """Whether it is in use, what for, and what can be done."""
    return _shown(_signed())


@bp.post("/account/two-step/begin")
@open_to_all
def begin() -> ResponseReturnValue:
    """开始设置, also on another phone."""
    two_step.begin(_proven())
    return redirect(url_for(".set_up"))


@bp.route("/account/two-step/set-up", methods=["GET", "POST"])
@open_to_all
def set_up() -> ResponseReturnValue:
    """扫码、输入第一个动态码. The 备用码 are shown in the answer, this once."""
    signed = _proven()
    secret = two_step.begun_secret(signed)
    if secret is None:
        return redirect(url_for(".index"))
    form = AppCodeForm.from_request()
    made = _taken(form, lambda: two_step.confirm(signed, form["passcode"].data))
    if made:
        sessions.begin(made.token)
        return _codes(made.codes)
    address = two_step.address_of(secret, username=two_step.username_of(signed.actor),
                                  site=current_app.config["SITE_NAME"])
    page = render_template(
        "account/two_step_set_up.html", shell=_shell(signed), form=form,
        picture=segno.make(address, error="m").svg_data_uri(scale=5, border=2),
        typed=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    )
    return page, form.status_code if form.errors else 200


@bp.post("/account/two-step/codes")
def renew_codes() -> ResponseReturnValue:
    """换一批备用码."""
    signed, form = _signed(), AppCodeForm.from_request(prefix="codes-")
    codes = _taken(form, lambda: two_step.renew_codes(signed, form["passcode"].data))
    return _codes(codes) if codes else _shown(signed, form)


@bp.post("/account/two-step/end")
def end() -> ResponseReturnValue:
    """停用."""
    signed, form = _signed(), AppCodeForm.from_request(prefix="end-")
    if _taken(form, lambda: two_step.end(signed, form["passcode"].data)):
        flash("两步验证已停用。", "green")
        return redirect(url_for(".index"))
    return _shown(signed, form)


def _signed() -> SignedIn:
    """Whoever has given the password and owes nothing but what these pages set up; others sign in first."""
    signed = sessions.signed_in()
    if signed is None or (signed.has_authenticator and not signed.is_whole):
        abort(current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
    return signed


def _proven() -> SignedIn:
    """A session alone, left open on a desk, sets nothing up: the password is fresh."""
    signed = _signed()
    if signed.is_whole:
        ensure_proven()
    return signed


def _taken(form: RefusableForm, act: Callable[[], T | None]) -> T | None:
    """What the act made of the form's code; nothing where it was wrong, as then stands on the form."""
    made: list[T | None] = []
    if not form.was_submitted_and_valid() or not form.carried_out(lambda: made.append(act())):
        return None
    if not made[0]:
        form.blame("passcode", two_step.WRONG)
    return made[0]


def _shown(signed: SignedIn, failed: RefusableForm | None = None) -> ResponseReturnValue:
    forms = {name: failed if failed is not None and request.path.endswith(f"/{name}")
             else AppCodeForm(formdata=None, prefix=f"{name}-") for name in ("codes", "end")}
    page = render_template("account/two_step.html", shell=_shell(signed), signed=signed, form=failed, forms=forms,
                           left=two_step.codes_left(signed.actor.user_id))
    return page, failed.status_code if failed is not None else 200


def _codes(codes: Sequence[str]) -> str:
    return render_template("account/two_step_codes.html", shell=shell_of(current_user), codes=codes)


def _shell(signed: SignedIn) -> str:
    return shell_of(signed.actor) if signed.is_whole else "plain.html"


def _next() -> str:
    return ways.safe(request.args.get("next", ""))
