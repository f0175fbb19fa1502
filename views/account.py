"""账号与设置: how pages look in this browser, the password, and 提意见."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access import accounts, opinions, two_step
from operations.errors import BadInput
from views import sessions, ways
from views.cookies import named
from views.forms.account import SIZES, DisplayForm, OpinionForm, PasswordForm
from views.guards import open_to_all
from views.shells import shell_of

bp = Blueprint("account", __name__)

A_YEAR = 365 * 24 * 3600


@bp.route("/account", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """How pages look: kept in cookies, so that the server renders them without a flash."""
    form = DisplayForm.from_request(data=_display())
    if not form.was_submitted_and_valid():
        page = render_template("account/index.html", shell=shell_of(current_user), form=form)
        return page, 422 if form.errors else 200
    answer = redirect(url_for(".index"))
    _remember(answer, "text", "" if form.size.data == "normal" else form.size.data)
    _remember(answer, "contrast", "high" if form.contrast.data else "")
    _remember(answer, "keys", "off" if form.keys_off.data else "", for_script=True)
    flash("显示设置已保存在这个浏览器里。", "green")
    return answer


@bp.route("/account/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """改密码; every other session of the account ends."""
    form = PasswordForm.from_request()
    if form.was_submitted_and_valid() and _changed(form):
        flash("密码已修改，其他地方的登录已全部退出。", "green")
        return redirect(url_for(".index"))
    page = render_template("account/password.html", shell=shell_of(current_user), form=form)
    return page, 422 if form.errors else 200


@bp.get("/text-size")
@open_to_all
def text_size() -> ResponseReturnValue:
    """大字: the switch of every page. It changes a cookie only, never anything on the server."""
    answer = redirect(ways.safe(request.args.get("next", "")))
    size = request.args.get("size", "")
    _remember(answer, "text", size if size in SIZES else "")
    return answer


@bp.route("/feedback", methods=["GET", "POST"])
def feedback() -> ResponseReturnValue:
    """提意见."""
    form = OpinionForm.from_request(data={"page": request.args.get("from", "")})
    if form.was_submitted_and_valid():
        said, page = form.words.data, form.page.data or ""
        opinions.give(current_user, words=said, page=page, once=form.once)
        flash("收到了，谢谢。", "green")
        return redirect(url_for(".feedback"))
    page = render_template("account/feedback.html", shell=shell_of(current_user), form=form)
    return page, 422 if form.errors else 200


def _display() -> dict[str, Any]:
    kept = {name: request.cookies.get(named(name), "") for name in ("text", "contrast", "keys")}
    return {"size": kept["text"] or "normal", "contrast": bool(kept["contrast"]), "keys_off": kept["keys"] == "off"}


def _remember(answer: Any, name: str, value: str, *, for_script: bool = False) -> None:
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    terms = {"samesite": "Lax", "httponly": not for_script, "secure": is_secure}
    if value:
        answer.set_cookie(named(name), value, max_age=A_YEAR, **terms)
    else:
        answer.delete_cookie(named(name), **terms)


def _changed(form: PasswordForm) -> bool:
    try:
        sessions.begin(accounts.change_password(current_user, current=form.current_password.data,
                                                wanted=form.new_password.data))
    except BadInput as refusal:
        is_current = "现在" in str(refusal)
        if is_current:
            accounts.note_failure(two_step.username_of(current_user), address=current_user.address)
        form.blame("current_password" if is_current else "new_password", str(refusal))
        return False
    return True
