"""Supervision orders as the receiving unit sees them, and as the office that issued them judges the answer."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models import clock
from models.access import Role
from operations.access.measure_scope import READING
from operations.clocks import rulebook
from operations.insight import measure_page, order_card, received
from operations.insight.queue_lines import queue_line
from operations.insight.received import Tab
from operations.supervision import calling, supervision
from views.forms.supervision import AcceptForm, AnswerForm, CallForm, RejectForm
from views.guards import for_roles, proven
from views.watch import ACTING, WATCHING, place_of

bp = Blueprint("supervisions", __name__, url_prefix="/supervisions")

UNIT = (Role.CASE_OFFICER, Role.UNIT_LEADER)


@bp.get("")
@for_roles(*UNIT)
def index() -> ResponseReturnValue:
    """督办件：orders to my unit."""
    tab = next((tab for tab in Tab if tab == request.args.get("tab")), Tab.OPEN)
    page = received.page_of(current_user, tab, place=place_of(request.args))
    counts, now, calendar = received.counts(current_user), clock.now(), rulebook.lately().calendar
    return render_template(
        "supervisions/index.html",
        lines=[queue_line(row, now=now, calendar=calendar) for row in page.rows],
        opened=supervision.opened_by(current_user, page.rows),
        tabs=[{"label": each.label, "url": url_for(".index", tab=str(each)), "current": each is tab,
               "count": counts.get(each, 0) if each is not Tab.ENDED else None} for each in Tab],
        tab=tab, may_read_measures=current_user.holds(*READING),
        previous=url_for(".index", tab=str(tab), before=page.previous) if page.previous else "",
        next=url_for(".index", tab=str(tab), after=page.next) if page.next else "",
    )


@bp.get("/<id:order_id>")
@for_roles(*UNIT, *WATCHING)
def show(order_id: int) -> ResponseReturnValue:
    """One order: the cover until its addressee opens it, then the whole of it."""
    return _page(order_id)


@bp.post("/<id:order_id>/open")
@for_roles(*UNIT, *WATCHING)
def open_order(order_id: int) -> ResponseReturnValue:
    """打开：the addressee's own act; the moment and the name are kept."""
    order, _ = order_card.find(current_user, order_id)
    supervision.record_opening(order, actor=current_user)
    return redirect(url_for(".show", order_id=order_id))


@bp.post("/<id:order_id>/sign")
@for_roles(*UNIT, *WATCHING)
@proven
def sign(order_id: int) -> ResponseReturnValue:
    """签收."""
    order, ticket = order_card.find(current_user, order_id)
    supervision.sign(order, ticket, actor=current_user)
    flash("已签收。请在期限内答复。", "success")
    return redirect(url_for(".show", order_id=order_id))


@bp.route("/<id:order_id>/answer", methods=["GET", "POST"])
@for_roles(*UNIT, *WATCHING)
@proven
def answer(order_id: int) -> ResponseReturnValue:
    """答复."""
    form = AnswerForm.from_request()
    if not form.was_submitted_and_valid():
        return _page(order_id, answer_form=form), 422 if form.errors else 200
    order, ticket = order_card.find(current_user, order_id)
    supervision.answer(order, ticket, actor=current_user, words=form.words.data)
    flash("已答复，等督办单位认可。", "success")
    return redirect(url_for(".show", order_id=order_id))


@bp.post("/<id:order_id>/accept")
@for_roles(*ACTING)
def accept(order_id: int) -> ResponseReturnValue:
    """认可答复."""
    form = AcceptForm.from_request()
    order, ticket = order_card.find(current_user, order_id)
    supervision.accept_answer(order, ticket, actor=current_user, version=form.version.data)
    flash("已认可答复，办件推进后解除督办。", "success")
    return redirect(url_for(".show", order_id=order_id))


@bp.route("/<id:order_id>/reject", methods=["GET", "POST"])
@for_roles(*ACTING)
def reject(order_id: int) -> ResponseReturnValue:
    """退回答复."""
    form = RejectForm.from_request()
    if not form.was_submitted_and_valid():
        return _page(order_id, reject_form=form), 422 if form.errors else 200
    order, ticket = order_card.find(current_user, order_id)
    supervision.reject_answer(order, ticket, actor=current_user, reason=form.reason.data, version=form.version.data)
    flash("已退回答复，并告知理由。", "success")
    return redirect(url_for(".show", order_id=order_id))


@bp.route("/<id:order_id>/call", methods=["GET", "POST"])
@for_roles(*ACTING)
def call(order_id: int) -> ResponseReturnValue:
    """电话催办."""
    order, ticket = order_card.find(current_user, order_id)
    form, people = CallForm.from_request(), calling.to_call(order)
    form.offer(people)
    if form.was_submitted_and_valid() and form.carried_out(lambda: calling.remind_by_phone(
        order, ticket, actor=current_user, call=form.call, version=form.version.data, once=form.once,
    )):
        flash("已记下这次电话催办。", "success")
        return redirect(url_for("watch.index", order=order_id, _anchor="order"))
    if request.method == "GET":
        form.start(ticket.version, people, clock.now())
    page = render_template("supervisions/call.html", form=form, order=order, ticket=ticket,
                           calls=calling.calls_of(order), may_call=order.ended_at is None)
    return page, form.status_code if form.errors else 200


def _page(order_id: int, *, answer_form: Any = None, reject_form: Any = None) -> str:
    card = order_card.card(current_user, order_id)
    is_addressed = supervision.receiving_post(card.order, current_user) is not None
    if is_addressed and order_id not in supervision.opened_by(current_user, [card.order]):
        return render_template("supervisions/cover.html", card=card, order=card.order, ticket=card.ticket)
    offer = supervision.open_to(card.order, card.ticket, actor=current_user)
    shown = (answer_form or AnswerForm()) if offer.answer else (reject_form or RejectForm()) if offer.judge else None
    if shown is not None and shown.version.data is None:
        shown.version.data = card.ticket.version
    reconsideration, may_reconsider = measure_page.of_order(card.order, current_user)
    return render_template(
        "supervisions/show.html", card=card, order=card.order, ticket=card.ticket, offer=offer, form=shown,
        is_addressed=is_addressed, letter=card.letter, reconsideration=reconsideration, may_reconsider=may_reconsider,
        may_propose=current_user.holds(Role.SUPERVISOR), may_read_measures=current_user.holds(*READING),
    )
