"""The sealed log: shown only after the wish to read it was itself written down by a POST."""

from datetime import datetime, timedelta

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models import clock
from models.access import Role
from operations import log_reading
from operations.anchors import shown
from operations.log_reading import PAGE, LogFilter
from views.forms.audit import LogForm
from views.guards import for_roles

bp = Blueprint("audit", __name__, url_prefix="/audit")

READING = "log_reading"
SHOWN_FOR = timedelta(minutes=15)


@bp.get("")
@for_roles(Role.AUDIT_ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """日志：the question; and the answer to the last one, for as long as it stands."""
    wanted = _asked()
    form = LogForm.from_request(data={"action": wanted.action, "ticket": wanted.ticket, "person": wanted.person,
                                      "days": wanted.days} if wanted else None)
    form.action.choices = [("", "不限"), *log_reading.actions()]
    entries = log_reading.entries(wanted, before=_before()) if wanted else None
    more = url_for(".index", before=entries[PAGE - 1].event.seq) if entries and len(entries) > PAGE else ""
    return render_template("audit/index.html", form=form, entries=entries and entries[:PAGE], wanted=wanted, more=more,
                           head=log_reading.head(), anchor=shown.latest(),
                           first_url=url_for(".index") if request.args.get("before") else "")


@bp.post("")
@for_roles(Role.AUDIT_ADMINISTRATOR)
def read() -> ResponseReturnValue:
    """查看日志：recorded, then shown to this session."""
    form = LogForm.from_request()
    if not form.was_submitted_and_valid():
        form.action.choices = [("", "不限"), *log_reading.actions()]
        return render_template("audit/index.html", form=form, entries=None, wanted=None, more="", first_url="",
                               head=log_reading.head(), anchor=shown.latest()), 422
    wanted = LogFilter(action=(form.action.data or "")[:48], ticket=form.ticket.data, person=form.person.data,
                       days=form.days.data)
    at = log_reading.note_reading(wanted, actor=current_user)
    session[READING] = {"action": wanted.action, "ticket": wanted.ticket, "person": wanted.person,
                        "days": wanted.days, "at": at.isoformat(), "by": current_user.user_id}
    return redirect(url_for(".index"))


def _asked() -> LogFilter | None:
    kept = session.get(READING)
    if not kept or kept["by"] != current_user.user_id:
        return None
    if clock.now() - datetime.fromisoformat(kept["at"]) > SHOWN_FOR:
        return None
    return LogFilter(action=kept["action"], ticket=kept["ticket"], person=kept["person"], days=kept["days"])


def _before() -> int | None:
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
