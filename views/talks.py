"""Interactions as a list with their verdicts, a noted one turned into a ticket, and the steward's threads."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.correspondence import Side
from operations.access.scope import REGIONAL
from operations.directory import enterprises
from operations.engagement import interactions, judging, thread
from operations.engagement.broadcasts import SENDERS
from operations.engagement.effectiveness import in_words
from operations.insight import correspondence
from views import ways
from views.desk import chosen
from views.forms.correspondence import WriteForm
from views.forms.engagement import TurnForm
from views.guards import for_roles
from views.watch import place_of

bp = Blueprint("talks", __name__)


@bp.get("/interactions")
@for_roles(Role.STEWARD, *REGIONAL)
def index() -> ResponseReturnValue:
    """互动记录：one's own, or the region's, with what counts and what does not."""
    view = chosen("show", tuple(correspondence.VIEWS), "all")
    page = correspondence.listed(current_user, view=view, place=place_of(request.args))
    figures, counted_at = correspondence.figures(current_user)
    return render_template(
        "talks/index.html",
        page=page,
        view=view,
        views=correspondence.VIEWS,
        figures=figures,
        counted_at=counted_at,
        photos=correspondence.photos_of([row.id for row in page.rows]),
        terms=judging.terms(),
        in_words=in_words,
        is_late=interactions.is_late,
        is_steward=current_user.holds(Role.STEWARD),
        may_send=current_user.holds(*SENDERS),
    )


@bp.route("/interactions/<id:interaction_id>/ticket", methods=["GET", "POST"])
@for_roles(Role.STEWARD)
def turn(interaction_id: int) -> ResponseReturnValue:
    """转为诉求办件, some time after it was noted."""
    noted = interactions.get_own(current_user, interaction_id)
    form = TurnForm.from_request()
    if form.was_submitted_and_valid():
        ticket = interactions.turn_into_ticket(noted, actor=current_user, once=form.once, **form.answers)
        flash(f"已转为诉求办件：{ticket.subject}，编号 {ticket.number}。", "success")
        return redirect(f"/tickets/{ticket.number}")
    number = interactions.number_of_ticket(noted)
    return render_template("talks/turn.html", noted=noted, form=form, number=number), 422 if form.errors else 200


@bp.get("/messages")
@for_roles(Role.STEWARD)
def threads() -> ResponseReturnValue:
    """企业消息."""
    return render_template("talks/threads.html", threads=thread.threads(current_user), shown=thread.THREADS_SHOWN)


@bp.route("/enterprises/<id:enterprise_id>/messages", methods=["GET", "POST"])
@for_roles(Role.STEWARD)
def messages(enterprise_id: int) -> ResponseReturnValue:
    """The thread of one enterprise."""
    enterprise = enterprises.get_own(current_user, enterprise_id)
    form = WriteForm.from_request()
    if form.was_submitted_and_valid():
        thread.write(enterprise, actor=current_user, side=Side.STEWARD, once=form.once, **form.answers)
        flash("消息已发出。企业在期限内回复，就计一次有效互动。", "success")
        return redirect(f"/enterprises/{enterprise.id}/messages")
    page = thread.page(enterprise, before=ways.place("before"))
    unread = thread.count_unread([enterprise.id], Side.STEWARD)
    return render_template("talks/thread.html", enterprise=enterprise, form=form, page=page, unread=unread,
                           shown=thread.SHOWN, side=Side.STEWARD), 422 if form.errors else 200


@bp.post("/enterprises/<id:enterprise_id>/messages/read")
@for_roles(Role.STEWARD)
def read(enterprise_id: int) -> ResponseReturnValue:
    """标为已读."""
    enterprise = enterprises.get_own(current_user, enterprise_id)
    thread.mark_read(enterprise, actor=current_user, side=Side.STEWARD)
    return redirect(f"/enterprises/{enterprise.id}/messages")
