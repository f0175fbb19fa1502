"""诉求不合理: what callers have asked for, how often and by whom, and the second person's word."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from operations.access.finding_scope import READING, get_finding
from operations.insight import unreasonable
from operations.insight.unreasonable import Narrowing, State
from operations.tickets import unreasonable as acts
from views.forms.base import RefusableForm
from views.forms.unreasonable import AgreeForm, DeclineForm
from views.guards import for_roles
from views.months import month_of, month_text
from views.watch import place_of
from views.watch_filter import row_id

bp = Blueprint("unreasonable", __name__, url_prefix="/unreasonable")

# verb → form, act, what is told
ACTS: dict[str, tuple[type[RefusableForm], Callable[..., Any], str]] = {
    "agree": (AgreeForm, acts.agree, "已认定，办件转入评价。"),
    "decline": (DeclineForm, acts.decline, "不认定，已开新一轮办理。"),
}


@bp.get("")
@for_roles(*READING)
def index() -> str:
    """What waits, and who asked how often."""
    narrowing = _narrowing()
    page = unreasonable.page_of(current_user, narrowing, place=place_of(request.args))
    here = _written(narrowing)
    return render_template(
        "unreasonable/index.html", rows=page.rows, narrowing=narrowing, states=State, month=month_text(narrowing.month),
        counts=unreasonable.counts(current_user, narrowing),
        callers=unreasonable.by_caller(current_user, narrowing.month),
        list_url=lambda state, caller=narrowing.finder_id: url_for(".index", **_written(
            Narrowing(state, narrowing.month, caller))),
        previous=url_for(".index", **here, before=page.previous) if page.previous else "",
        next=url_for(".index", **here, after=page.next) if page.next else "",
    )


@bp.get("/<id:finding_id>")
@for_roles(*READING)
def show(finding_id: int) -> ResponseReturnValue:
    """One finding with the call that it is about."""
    return _shown(finding_id)


@bp.post("/<id:finding_id>/<any(agree, decline):verb>")
@for_roles(Role.SUPERVISOR)
def decide(finding_id: int, verb: str) -> ResponseReturnValue:
    """同意 or 不同意."""
    get_finding(current_user, finding_id)
    kind, perform, told = ACTS[verb]
    form = kind.from_request(prefix=f"{verb}-")
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: perform(finding_id, actor=current_user, once=form.once, **form.answers)
    ):
        flash(told, "success")
        return redirect(url_for(".show", finding_id=finding_id))
    return _shown(finding_id, **{verb: form})


def _shown(finding_id: int, **sent: RefusableForm) -> ResponseReturnValue:
    sheet = unreasonable.sheet(get_finding(current_user, finding_id))
    may = sheet.row.decided_at is None and current_user.post_above(
        sheet.row.region_path, roles=(Role.SUPERVISOR,)) is not None
    forms = {verb: sent.get(verb) or kind(formdata=None, prefix=f"{verb}-") for verb, (kind, _, _) in ACTS.items()}
    form = next(iter(sent.values()), None)
    page = render_template("unreasonable/show.html", sheet=sheet, row=sheet.row, forms=forms if may or sent else {},
                           form=form)
    return page, form.status_code if form is not None and (form.errors or form.form_errors) else 200


def _narrowing() -> Narrowing:
    args = request.args
    return Narrowing(
        state=next((state for state in State if state == args.get("state")), State.ALL),
        month=month_of(args.get("month", "")), finder_id=row_id(args["by"]) if args.get("by") else None,
    )


def _written(narrowing: Narrowing) -> dict[str, Any]:
    found = {"state": narrowing.state.value, "month": month_text(narrowing.month), "by": narrowing.finder_id}
    return {name: value for name, value in found.items() if value}
