"""通知."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations import notices
from operations.delivery import adapters, desk
from operations.insight import inbox
from views import ways
from views.shells import shell_of

bp = Blueprint("notices", __name__, url_prefix="/notices")

# Where it is read what a notice is about that is about no ticket.
PAGES = {
    "calendar_draft": "/calendar/drafts", "export": "/exports", "measure": "/measures", "policy_draft": "/policies",
    "reconsideration": "/reconsiderations",
}


@bp.get("")
def index() -> str:
    """What changed for me, newest first."""
    after = ways.place("after")
    messages, further = inbox.page(current_user, after=after)
    next_url = url_for(".index", after=further) if further else ""
    silent = desk.silent(adapters.carriers_on(current_app.config))
    return render_template("notices/index.html", shell=shell_of(current_user), messages=messages, next_url=next_url,
                           is_first=after is None, silent=[carrier.label for carrier in silent])


@bp.post("/<id:notice_id>/open")
def follow(notice_id: int) -> ResponseReturnValue:
    """Mark one read and go to what it is about: the page that they may open of its ticket, or what is shown instead."""
    message = inbox.get(current_user, notice_id)
    instead = inbox.instead(current_user, message)
    notices.mark_read(current_user, notice_id=notice_id)
    if instead:
        area, row_id = instead
        return redirect(f"/{area}s/{row_id}")
    if message.number:
        return redirect(ways.to_ticket(message.number, is_own=message.is_own))
    kind, row_id = inbox.subject_of(message) or ("", 0)
    return redirect(f"{PAGES[kind]}/{row_id}" if kind in PAGES else url_for(".index"))


@bp.post("/<id:notice_id>/read")
def read(notice_id: int) -> ResponseReturnValue:
    """Mark one read."""
    notices.mark_read(current_user, notice_id=notice_id)
    return redirect(url_for(".index"))


@bp.post("/read")
def read_all() -> ResponseReturnValue:
    """Mark all read."""
    count = notices.mark_read(current_user)
    flash(f"{count} 条已标为已读。" if count else "没有未读的通知。", "green")
    return redirect(url_for(".index"))
