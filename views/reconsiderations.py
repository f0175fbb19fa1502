"""复核: what units have asked to be looked at again, and the decision of somebody who had no hand in it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from operations.access.measure_scope import READING
from operations.insight import measure_page, order_card
from operations.supervision.measures import reconsidering
from views.forms.measures import ReconsideredForm, ReconsiderForm
from views.guards import for_roles
from views.watch import place_of

bp = Blueprint("reconsiderations", __name__)


@bp.get("/reconsiderations")
@for_roles(*READING)
def index() -> str:
    """复核登记."""
    page = measure_page.reconsiderations(current_user, place=place_of(request.args))
    return render_template(
        "measures/reconsiderations.html", rows=[row.Reconsideration for row in page.rows],
        previous=url_for(".index", before=page.previous) if page.previous else "",
        next=url_for(".index", after=page.next) if page.next else "",
    )


@bp.get("/reconsiderations/<id:reconsideration_id>")
@for_roles(*READING)
def show(reconsideration_id: int) -> ResponseReturnValue:
    """One of them."""
    return _shown(reconsideration_id, ReconsideredForm())


@bp.post("/reconsiderations/<id:reconsideration_id>/decide")
@for_roles(Role.SUPERVISOR, Role.LEADER, Role.DISCIPLINE_OBSERVER)
def decide(reconsideration_id: int) -> ResponseReturnValue:
    """复核决定."""
    asked, _, _ = measure_page.reconsideration(current_user, reconsideration_id)
    form = ReconsideredForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(lambda: reconsidering.decide(
        asked, actor=current_user, outcome=form.outcome.data, words=form.words.data, once=form.once
    )):
        flash("已登记复核决定。", "success")
        return redirect(url_for(".show", reconsideration_id=reconsideration_id))
    return _shown(reconsideration_id, form)


@bp.route("/supervisions/<id:order_id>/reconsideration", methods=["GET", "POST"])
@for_roles(Role.UNIT_LEADER)
def of_order(order_id: int) -> ResponseReturnValue:
    """对督办申请复核."""
    order, ticket = order_card.find(current_user, order_id)
    target, form = reconsidering.of_order(order), ReconsiderForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(lambda: reconsidering.request(
        target, actor=current_user, reasons=form.reasons.data, once=form.once
    )):
        flash("已申请复核。", "success")
        return redirect(url_for("supervisions.show", order_id=order_id))
    about = f"{order.level.label}　{ticket.subject}"
    page = render_template("measures/reconsider.html", form=form, about=about, until=reconsidering.last_day(target),
                           back=url_for("supervisions.show", order_id=order_id), crumb=("督办件", "/supervisions"))
    return page, form.status_code if form.errors else 200


def _shown(reconsideration_id: int, form: Any) -> ResponseReturnValue:
    asked, names, may_decide = measure_page.reconsideration(current_user, reconsideration_id)
    page = render_template("measures/reconsideration.html", asked=asked, names=names, may_decide=may_decide, form=form,
                           waits_for=() if asked.outcome else reconsidering.deciders(asked).values())
    return page, form.status_code if form.errors else 200
