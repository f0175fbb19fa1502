"""Log lines: one JSON object each, with request and person, never with what somebody wrote or with a phone number."""

import json
import logging
import re
import secrets
import sys
import time
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, has_request_context, request

log = logging.getLogger("zhitongche.requests")

# Phone numbers, identity numbers and credit codes do not belong in a log, whoever put them there (security.md R19).
PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])(?:1[3-9][0-9]{9}|[0-9]{17}[0-9Xx]|[0-9A-Y]{2}[0-9]{6}[0-9A-Y]{10})(?![0-9A-Za-z])", re.ASCII
)
GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
# Told to us at every step by libraries; what matters of it we say ourselves.
TALKATIVE = ("alembic", "apscheduler", "werkzeug")
TOLD = ("job", "method", "rule", "number", "status", "ms", "statement")


def register(app: Flask) -> None:
    """Give every request an id, answer with it, and write one line per answer. Silent in tests."""
    app.before_request(_begin)
    app.after_request(_finish)
    if not app.testing:
        write_lines()


def write_lines() -> None:
    """Send what this process logs to standard error, once however often it is asked."""
    root = logging.getLogger()
    if not any(isinstance(handler, ToStandardError) for handler in root.handlers):
        root.addHandler(ToStandardError())
        root.setLevel(logging.INFO)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


class ToStandardError(logging.Handler):
    """Wherever standard error leads at that moment."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(OneLine())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")  # in one piece: several processes write into the same file
            sys.stderr.flush()
        except Exception:  # the rule of the library: a line that cannot be written harms nobody
            self.handleError(record)


class OneLine(logging.Formatter):
    """A record as one line of JSON; a traceback is one field of it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": record.getMessage(),
        }
        if has_request_context():
            line |= {"request": g.get("request_id"), "user": user_id()}
        line |= {name: vars(record)[name] for name in TOLD if name in vars(record)}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return PERSONAL.sub("***", json.dumps(line, ensure_ascii=False, default=str))


def user_id() -> int | None:
    """Who asks, when that is known already: a log line never makes anybody be looked up."""
    return getattr(g.get("_login_user"), "user_id", None)


def _begin() -> None:
    g.request_id, g.began = _request_id(), time.perf_counter()


def _request_id() -> str:
    """The proxy's id for it, when there is a proxy of ours; else our own."""
    given = request.headers.get("X-Request-Id", "")
    trusted = request.environ.get("werkzeug.proxy_fix.orig") is not None and GIVEN_ID.fullmatch(given)
    return given if trusted else secrets.token_hex(8)


def _finish(answer: Response) -> Response:
    if "request_id" not in g:  # refused before anything of ours ran
        _begin()
    answer.headers["X-Request-Id"] = g.request_id
    if request.endpoint != "static":
        log.info("answered", extra=_told(answer))
    return answer


def _told(answer: Response) -> dict[str, Any]:
    """The rule, not the path: paths may hold one-time tokens, and query strings what somebody looked for."""
    told = {
        "method": request.method,
        "rule": request.url_rule.rule if request.url_rule else None,
        "status": answer.status_code,
        "ms": round((time.perf_counter() - g.began) * 1000, 1),
    }
    number = (request.view_args or {}).get("number")
    return told | ({"number": number} if number else {})
