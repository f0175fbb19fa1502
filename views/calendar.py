"""The working calendar: everybody reads it, the security administrator changes it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models import clock
from models.access import Role
from operations.clocks import calendar_page, publishing
from operations.clocks.office_time import local_time
from operations.clocks.publishing import Change
from operations.clocks.reckoning import Moved
from operations.errors import BadInput
from views.forms.base import BaseForm
from views.forms.calendar import WORKING, DayForm, YearForm
from views.guards import for_roles, proven
from views.shells import shell_of

bp = Blueprint("calendar", __name__, url_prefix="/calendar")

A_SECOND, WORTH_A_WORD = 750, 2000  # clocks: measured on two cores, 10,000 took 13 s
SHOWN_MOVES = 200


@bp.get("")
def index() -> ResponseReturnValue:
    """The present year."""
    return redirect(url_for(".show", year=local_time(clock.now()).year))


@bp.get("/<int:year>")
def show(year: int) -> ResponseReturnValue:
    """工作日历 of one year."""
    return render_template(
        "calendar/year.html",
        page=calendar_page.year_page(year),
        years=calendar_page.years_shown(),
        is_published=calendar_page.is_published(year),
        may_change=current_user.holds(Role.SECURITY_ADMINISTRATOR),
        shell=shell_of(current_user),
    )


@bp.route("/change", methods=["GET", "POST"])
@for_roles(Role.SECURITY_ADMINISTRATOR)
@proven
def change() -> ResponseReturnValue:
    """本地调整：what would move is shown first, then it is published."""
    form = DayForm.from_request()

    def asked() -> Change:
        return Change(form.day.data, form.kind.data == WORKING, form.reason.data)

    return _in_two_steps(
        form, "day", "调整一天",
        preview=lambda: publishing.preview_day(asked(), actor=current_user),
        publish=lambda: publishing.publish_day(asked(), actor=current_user, once=form.once),
        year=lambda: form.day.data.year,
    )


@bp.route("/<int:year>/confirm", methods=["GET", "POST"])
@for_roles(Role.SECURITY_ADMINISTRATOR)
@proven
def confirm(year: int) -> ResponseReturnValue:
    """公布年度安排：the year is complete, its dates are no longer 暂按."""
    calendar_page.year_page(year)
    form = YearForm.from_request()
    return _in_two_steps(
        form, "source", f"公布 {year} 年安排",
        preview=lambda: publishing.preview_year(year, actor=current_user),
        publish=lambda: publishing.confirm_year(
            year, source=form.source.data, actor=current_user, once=form.once
        ),
        year=lambda: year,
    )


def _in_two_steps(
    form: BaseForm, field: str, title: str, *, preview: Callable[[], list[Moved]], publish: Callable[[], list[Moved]],
    year: Callable[[], int],
) -> ResponseReturnValue:
    """The form, the list of what would move, the list of what has moved."""
    page: dict[str, Any] = {"form": form, "title": title, "moves": None, "shown": SHOWN_MOVES}
    if form.was_submitted_and_valid():
        try:
            is_done = form.step.data == "publish"
            page["moves"] = publish() if is_done else preview()
        except BadInput as refusal:
            form.blame(field, str(refusal))
        else:
            page["seconds"] = seconds_of(len(page["moves"]))
            if is_done:
                return render_template("calendar/published.html", year=year(), **page)
            form.step.data = "publish"
    return render_template("calendar/change.html", **page), 422 if form.errors else 200


def seconds_of(moved: int) -> int:
    """How long somebody waits for so many clocks to be set anew, in one transaction; 0 is not worth a word."""
    return moved // A_SECOND if moved >= WORTH_A_WORD else 0
