"""What the enterprise says of interactions, its thread with the steward, and the broadcasts it gets."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.correspondence import Side
from models.directory import Enterprise
from operations.access import scope
from operations.engagement import answers, broadcasts, thread
from operations.insight import correspondence, portal
from views import ways
from views.forms.correspondence import WriteForm
from views.portal.blueprint import bp, members


@bp.post("/interactions/<id:interaction_id>/<any(confirm, deny):said>")
@members
def answer(interaction_id: int, said: str) -> ResponseReturnValue:
    """确认, or 没有这回事."""
    noted = scope.get_own_interaction(current_user, interaction_id)
    answers.answer(noted, actor=current_user, is_confirmed=said == "confirm")
    told = "谢谢，已确认。" if said == "confirm" else "已记下：没有这回事。管家所在单位和督办部门会看到。"
    flash(told, "green")
    return redirect(url_for(".home"))


@bp.route("/messages", methods=["GET", "POST"], defaults={"enterprise_id": None})
@bp.route("/messages/<id:enterprise_id>", methods=["GET", "POST"])
@members
def messages(enterprise_id: int | None) -> ResponseReturnValue:
    """和管家的消息."""
    enterprise = _own(enterprise_id)
    form = WriteForm.from_request()
    if form.was_submitted_and_valid():
        thread.write(enterprise, actor=current_user, side=Side.ENTERPRISE, once=form.once, **form.answers)
        flash("消息已发给管家。", "green")
        return redirect(url_for(".messages", enterprise_id=enterprise.id))
    page = thread.page(enterprise, before=ways.place("before"))
    unread = thread.count_unread([enterprise.id], Side.ENTERPRISE)
    return render_template("my/messages.html", enterprise=enterprise, form=form, page=page, unread=unread,
                           others=[one for one in scope.own_enterprises(current_user) if one.id != enterprise.id],
                           stewards=portal.stewards_of([enterprise.id]), shown=thread.SHOWN,
                           side=Side.ENTERPRISE), 422 if form.errors else 200


@bp.post("/messages/<id:enterprise_id>/read")
@members
def read_messages(enterprise_id: int) -> ResponseReturnValue:
    """标为已读."""
    enterprise = _own(enterprise_id)
    thread.mark_read(enterprise, actor=current_user, side=Side.ENTERPRISE)
    return redirect(url_for(".messages", enterprise_id=enterprise.id))


@bp.get("/broadcasts")
@members
def received() -> ResponseReturnValue:
    """收到的群发, and whether one wants any."""
    own = [(one, broadcasts.has_opted_out(one.id)) for one in scope.own_enterprises(current_user)]
    rows = correspondence.received(current_user, before=ways.place("before"))
    return render_template("my/broadcasts.html", rows=rows, own=own, shown=correspondence.SHOWN)


@bp.post("/broadcasts/<id:broadcast_id>/read")
@members
def read_broadcast(broadcast_id: int) -> ResponseReturnValue:
    """标为已读."""
    broadcasts.mark_read(broadcast_id, actor=current_user)
    return redirect(url_for(".received"))


@bp.post("/enterprises/<id:enterprise_id>/<any('opt-out', 'opt-in'):said>")
@members
def subscribe(enterprise_id: int, said: str) -> ResponseReturnValue:
    """不再接收群发, and back."""
    enterprise, is_leaving = _own(enterprise_id), said == "opt-out"
    (broadcasts.opt_out if is_leaving else broadcasts.opt_in)(enterprise, actor=current_user)
    flash("已设为不再接收群发。管家给您一家发的消息照常收到。" if is_leaving else "已恢复接收群发。", "green")
    return redirect(url_for(".received"))


def _own(enterprise_id: int | None) -> Enterprise:
    return scope.get_own_enterprise(current_user, enterprise_id)
