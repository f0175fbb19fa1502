"""登录设备: where the account is signed in, and ending it there."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access import own_sessions
from views.guards import proven, session_rules
from views.shells import shell_of

bp = Blueprint("account_sessions", __name__, url_prefix="/account/sessions")


@bp.get("")
def index() -> ResponseReturnValue:
    """Every place where the account is signed in now."""
    places = own_sessions.listed(current_user, rules=session_rules())
    return render_template("account/sessions.html", shell=shell_of(current_user), places=places)


@bp.post("/<id:session_id>/end")
@proven
def end(session_id: int) -> ResponseReturnValue:
    """退出 one of them."""
    own_sessions.end(current_user, session_id)
    flash("已退出那一处登录。", "green")
    return redirect(url_for(".index"))


@bp.post("/end")
@proven
def end_others() -> ResponseReturnValue:
    """退出 all but this one."""
    count = own_sessions.end_others(current_user)
    flash(f"已退出其他 {count} 处登录。" if count else "没有其他登录。", "green")
    return redirect(url_for(".index"))
