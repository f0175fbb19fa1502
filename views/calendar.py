"""The working calendar: everybody reads it; one person proposes another day or a year, another publishes it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.clocks import CalendarDraft
from operations.clocks import calendar_drafts, calendar_page, drafts, publishing, shanghai
from operations.clocks.changes import Change, DayChange, YearChange, change_of
from operations.clocks.reckoning import Moved
from operations.errors import BadInput
from views import drafting
from views.forms.base import RefusableForm
from views.forms.calendar import WORKING, DayForm, YearForm
from views.guards import for_roles, proven
from views.shells import shell_of

bp = Blueprint("calendar", __name__, url_prefix="/calendar")

A_SECOND, WORTH_A_WORD = 750, 2000  # clocks: measured on two cores, 10,000 took 13 s
SHOWN_MOVES = 200


@bp.get("")
def index() -> ResponseReturnValue:
    """The present year."""
    return redirect(url_for(".show", year=shanghai.today().year))


@bp.get("/<int:year>")
def show(year: int) -> ResponseReturnValue:
    """工作日历 of one year, and to those who may change it the draft that waits and those decided."""
    page, may_propose = calendar_page.year_page(year), drafts.may_propose(current_user)
    return render_template(
        "calendar/year.html",
        page=page,
        years=calendar_page.years_shown(),
        may_propose=may_propose,
        waiting=drafts.waiting(CalendarDraft) if may_propose else None,
        decided=drafts.decided(CalendarDraft) if may_propose else [],
        shell=shell_of(current_user),
    )


@bp.route("/change", methods=["GET", "POST"])
@for_roles(*drafts.PROPOSERS)
@proven
def change() -> ResponseReturnValue:
    """本地调整：what would move is shown first, then it is proposed."""
    form = DayForm.from_request()
    return _proposed(form, "调整一天", lambda: DayChange(form.day.data, form.kind.data == WORKING, form.reason.data))


@bp.route("/<int:year>/confirm", methods=["GET", "POST"])
@for_roles(*drafts.PROPOSERS)
@proven
def confirm(year: int) -> ResponseReturnValue:
    """公布年度安排：the year is complete, its dates are no longer 暂按."""
    calendar_page.year_page(year)
    form = YearForm.from_request()
    return _proposed(form, f"公布 {year} 年安排", lambda: YearChange(year, form.source.data))


@bp.get("/drafts/<id:draft_id>")
@for_roles(*drafts.PROPOSERS)
def draft(draft_id: int) -> ResponseReturnValue:
    """One draft with what it would move at this moment."""
    drafting.ensure_may()
    return _page(draft_id)


@bp.post("/drafts/<id:draft_id>/<any(approve, decline, withdraw):verb>")
@for_roles(*drafts.PROPOSERS)
@proven
def decide(draft_id: int, verb: str) -> ResponseReturnValue:
    """批准 and so 公布, 不批准 or 撤回."""

    def published(moves: list[Moved]) -> str:
        row, _, _ = drafts.get(CalendarDraft, draft_id)
        return render_template("calendar/published.html", draft=row, moves=moves, shown=SHOWN_MOVES)

    return drafting.decided(CalendarDraft, draft_id, verb, page=_page, approve=calendar_drafts.approve,
                            approved=published)


def _proposed(form: Any, title: str, asked: Callable[[], Change]) -> ResponseReturnValue:
    """The form, the list of what would move, the draft that waits for another's word."""
    propose: Any = calendar_drafts.propose
    return drafting.proposed(
        form,
        foresee=lambda: _foreseen(asked()),
        propose=lambda: propose(asked(), actor=current_user, once=form.once),
        page=partial(render_template, "calendar/change.html", title=title),
    )


def _page(draft_id: int, verb: str = "", form: RefusableForm | None = None) -> str:
    row, proposer, decider = drafts.get(CalendarDraft, draft_id)
    page = drafting.shown(row, verb, form)
    if row.decided_at is None:
        try:
            page |= _foreseen(change_of(row))
        except BadInput as refusal:
            page["obstacle"] = str(refusal)
    return render_template("calendar/draft.html", proposer=proposer, decider=decider, **page)


def _foreseen(change: Change) -> dict[str, Any]:
    moves = publishing.preview(change)
    return {"moves": moves, "shown": SHOWN_MOVES, "seconds": seconds_of(len(moves))}


def seconds_of(moved: int) -> int:
    """How long somebody waits for so many clocks to be set anew, in one transaction; 0 is not worth a word."""
    return moved // A_SECOND if moved >= WORTH_A_WORD else 0
