"""The session cookie: who is asking, and what happens to somebody who must sign in first. Closed by default."""

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user

from operations.access import kept_forms, sessions
from operations.access.actor import Actor
from views import ways
from views.forms.base import is_secret
from views.guards import NotProven, session_rules

# What a page asks by itself carries this header: it must not keep the session of an empty desk alive.
BACKGROUND = "X-Background"
# Where one still gets whose password has been in use for too long.
WITH_AN_OLD_PASSWORD = ("account.password", "auth.logout")

manager = LoginManager()
manager.session_protection = None  # views.guards.ensure_proven asks whoever has another address than before


def register(app: Flask) -> None:
    """Every endpoint needs a signed-in person unless its view says ``open_to_all``."""
    manager.init_app(app)
    manager.user_loader(_load)
    manager.unauthorized_handler(send_to_login)
    app.before_request(_require_person)
    app.register_error_handler(NotProven, send_to_prove)


def forget_person() -> None:
    """For the rest of this request nobody is asking: who it is cannot be looked up."""
    g._login_user = manager.anonymous_user()  # where Flask-Login keeps it, and looks before it asks


def send_to_login() -> ResponseReturnValue:
    """Ask to sign in; what was being sent is kept and given back afterwards."""
    kept = keep_form()
    flash("登录已过期，请重新登录。已填写的内容会保留。" if kept else "请先登录。", "amber")
    return redirect(url_for("auth.login", next=_way_back()))


def send_to_prove(_error: Exception) -> ResponseReturnValue:
    """Ask for the password again; what was being sent is kept and sent on afterwards."""
    keep_form()
    session["to_send"] = request.full_path.rstrip("?") if request.method == "POST" else ""
    session["came_from"] = ways.came_from()
    return redirect(url_for("proving.prove", next=_way_back()))


def keep_form() -> bool:
    """Keep the fields of the request's form for whoever signs in next in this browser, when it is the same person."""
    return keep_fields(dict(request.form.lists())) if request.method == "POST" else False


def keep_fields(said: dict[str, list[str]]) -> bool:
    """Keep what was typed into the form of this path; never a secret. Answers whether there was anything to keep."""
    fields = {name: values for name, values in said.items() if name != "csrf_token" and not is_secret(name)}
    if not fields:
        return False
    limit = current_app.config["MAX_FORM_MEMORY_SIZE"]
    session["kept_form"] = kept_forms.keep(
        request.path, fields, session_token=session.get("last_token", ""), limit=limit
    )
    return True


def _load(token: str) -> Actor | None:
    if "last_token" not in session:  # setdefault would write the cookie anew
        session["last_token"] = token
    by_itself = BACKGROUND in request.headers
    return sessions.actor_of(token, address=request.remote_addr or "", rules=session_rules(), is_work=not by_itself)


def _require_person() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static" or getattr(view, "is_open_to_all", False):
        return None
    if not current_user.is_authenticated:
        return send_to_login()
    if current_user.has_old_password and request.endpoint not in WITH_AN_OLD_PASSWORD:
        keep_form()
        flash("密码已用满规定的天数，请先换一个新密码。", "amber")
        return redirect(url_for("account.password"))
    return None


def _way_back() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else ways.form_page()
