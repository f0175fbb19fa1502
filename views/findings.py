"""监督发现: the observer's own and a new one; for the offices what came in, the answer, and the ticket."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.engagement import Finding
from operations.engagement import findings
from operations.insight import units
from views import ways
from views.forms.findings import AnswerForm, FindingForm
from views.forms.walks import ProblemTicketForm
from views.guards import for_roles

bp = Blueprint("findings", __name__, url_prefix="/findings")


@bp.get("")
@for_roles(*findings.READING)
def index() -> ResponseReturnValue:
    """监督发现."""
    before = ways.place("before")
    rows = findings.listed(current_user, before=before)
    shown = rows[: findings.SHOWN]
    return render_template(
        "findings/index.html", rows=shown, is_first=before is None, files=current_user.holds(Role.SPECIAL_OBSERVER),
        next=url_for(".index", before=shown[-1].Finding.id) if len(rows) > len(shown) else "",
    )


@bp.route("/new", methods=["GET", "POST"])
@for_roles(Role.SPECIAL_OBSERVER)
def new() -> ResponseReturnValue:
    """提交监督发现."""
    form: Any = FindingForm.from_request()
    if form.was_submitted_and_valid():
        made = form.carried_out(lambda: findings.file(
            current_user, kind=form.kind.data, words=form.words.data, unit=form.unit.answer, once=form.once
        ))
        if made:
            flash("已提交，答复后会通知你。", "success")
            return redirect(url_for(".index"))
    page = render_template("findings/new.html", form=form, units=units.offered())
    return page, 422 if form.errors else 200


@bp.get("/<id:finding_id>")
@for_roles(*findings.READING)
def show(finding_id: int) -> ResponseReturnValue:
    """One finding, with what came of it."""
    return _shown(findings.get(current_user, finding_id))


@bp.post("/<id:finding_id>/answer")
@for_roles(*findings.ANSWERING)
def answer(finding_id: int) -> ResponseReturnValue:
    """答复."""
    finding, form = findings.get(current_user, finding_id), AnswerForm.from_request(prefix="answer-")
    return _done(finding, form, lambda: findings.answer(
        finding, actor=current_user, words=form["words"].data, once=form.once
    ) or True)


@bp.post("/<id:finding_id>/ticket")
@for_roles(Role.CLERK)
def put(finding_id: int) -> ResponseReturnValue:
    """转办件."""
    finding, form = findings.get(current_user, finding_id), ProblemTicketForm.from_request(prefix="ticket-")
    return _done(finding, form, lambda: findings.put_on_line(
        finding, form["enterprise"].answer, actor=current_user, once=form.once
    ))


def _done(finding: Finding, form: Any, act: Callable[[], Any]) -> ResponseReturnValue:
    if form.was_submitted_and_valid() and form.carried_out(act):
        flash("已办理，监督员会收到通知。", "success")
        return redirect(url_for(".show", finding_id=finding.id))
    return _shown(finding, form)


def _shown(finding: Finding, form: Any = None) -> ResponseReturnValue:
    answering = form if isinstance(form, AnswerForm) else AnswerForm(formdata=None, prefix="answer-")
    putting = form if isinstance(form, ProblemTicketForm) else ProblemTicketForm(formdata=None, prefix="ticket-")
    page = render_template(
        "findings/show.html", finding=finding, ticket=findings.ticket_of(finding), form=form, answering=answering,
        putting=putting, may_answer=findings.may_answer(finding, current_user),
        may_put=findings.may_answer(finding, current_user, Role.CLERK),
    )
    return page, 422 if form is not None and form.errors else 200
