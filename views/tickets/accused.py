"""被投诉举报单位: the service centre says whom a complaint is about, or puts it right, before it is dispatched."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from operations.errors import NotFound
from operations.insight import units
from operations.tickets import accused
from views.forms.accused import EndAccusedForm, NameAccusedForm
from views.guards import for_roles
from views.tickets.blueprint import bp, official, opened


@bp.route("/<number:number>/accused", methods=["GET", "POST"])
@for_roles(*accused.NAMING)
def name_accused(number: str) -> ResponseReturnValue:
    """指明."""
    ticket = opened(number)
    form = NameAccusedForm.from_request(prefix="name-")
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: accused.name(ticket, actor=official(), unit=form.unit.answer, once=form.once)
    ):
        flash("已指明，该单位及其人员从现在起看不到本件。", "success")
        return redirect(url_for(".name_accused", number=number))
    return _shown(number, name_form=form)


@bp.post("/<number:number>/accused/end")
@for_roles(*accused.NAMING)
def end_accused(number: str) -> ResponseReturnValue:
    """更正."""
    ticket = opened(number)
    form = EndAccusedForm.from_request(prefix="end-")
    form.offer(accused.of_ticket(ticket))
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: accused.end(ticket, actor=official(), once=form.once, **form.answers)
    ):
        flash("已更正，理由留在办理经过里。", "success")
        return redirect(url_for(".name_accused", number=number))
    return _shown(number, end_form=form)


def _shown(
    number: str, *, name_form: NameAccusedForm | None = None, end_form: EndAccusedForm | None = None
) -> ResponseReturnValue:
    ticket = opened(number)
    if ticket.kind not in accused.ACCUSING:
        raise NotFound
    sent, rows = name_form or end_form, accused.of_ticket(ticket)
    ending = end_form or EndAccusedForm(formdata=None, prefix="end-")
    ending.offer(rows)
    page = render_template(
        "tickets/accused.html", ticket=ticket, rows=rows, units=units.every(),
        may_name=accused.may_name(ticket, official()),
        name_form=name_form or NameAccusedForm(formdata=None, prefix="name-"),
        end_form=ending,
    )
    return page, sent.status_code if sent and (sent.errors or sent.form_errors) else 200
