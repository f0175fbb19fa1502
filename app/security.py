"""What every request and answer must keep: CSRF on every POST, headers, hosts, and reading that cannot write."""

from typing import Any

from flask import Flask, Request, Response, abort, current_app, request, session
from flask_login import current_user
from flask_wtf import CSRFProtect
from werkzeug.formparser import FormDataParser
from werkzeug.middleware.proxy_fix import ProxyFix

from models.base import db
from operations.base import let_go
from operations.files import MIB

csrf = CSRFProtect()

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # none at all would be refused: over https every POST must name its page
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
    ),
}
# Signed by whoever sends them, and sent without any cookie of ours.
SIGNED = ("views.callbacks.text", "views.hall_intake.receive")
READING = ("GET", "HEAD", "OPTIONS")
# After login and logout nothing of the person before may be left in the browser.
CLEARED_BY = ("auth.logout",)
# Where a request may be larger than MAX_CONTENT_LENGTH, for whoever is signed in: the setting that says how large.
LARGER = {"imports.new": "IMPORT_BYTES"}
ROOM_FOR_FIELDS = MIB


class NamedFields(FormDataParser):
    """A part of a form without a name makes the whole no form, as Werkzeug takes everything else that is broken."""

    def parse(self, stream: Any, *args: Any, **kwargs: Any) -> Any:
        rest, form, files = super().parse(stream, *args, **kwargs)
        return (rest, self.cls(), self.cls()) if None in form or None in files else (rest, form, files)


class SafeRequest(Request):
    """A request whose fields all have names."""

    form_data_parser_class = NamedFields


def register(app: Flask) -> None:
    """Attach the guards. ``PROXY_COUNT`` says how many proxies in front may be believed."""
    app.request_class = SafeRequest
    csrf.init_app(app)
    for view in SIGNED:
        csrf.exempt(view)
    if app.config.get("PROXY_COUNT"):
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=app.config["PROXY_COUNT"], x_proto=1, x_host=0, x_port=0, x_prefix=0
        )
    # First of all, before anybody touches the database or the CSRF token.
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_finish)


def _begin() -> None:
    if "\0" in request.path or b"%00" in request.query_string:
        abort(400)  # no address of ours has one, and PostgreSQL takes none
    if request.method not in READING and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(400)  # it comes without our cookie, but the browser would take a new one from the answer
    db.session.info["read_only"] = request.method in READING
    if request.endpoint in LARGER and current_user.is_authenticated:
        request.max_content_length = current_app.config[LARGER[request.endpoint]] + ROOM_FOR_FIELDS
        let_go()  # who it is had to be looked up before the file is read, which is large and may come slowly
    if not session.permanent:  # setting it writes the cookie anew
        session.permanent = True


def _finish(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if request.endpoint != "static" and "no-store" not in answer.headers.get("Cache-Control", ""):
        answer.headers["Cache-Control"] = "no-store"  # a file that is sent comes with "no-cache", which lets it be kept
    if request.is_secure:
        answer.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint in CLEARED_BY:
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
