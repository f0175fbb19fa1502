"""What the enterprise does with its ticket, each on a page of its own. The workflow table decides what is offered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.tickets import Act
from operations.access import scope
from operations.insight import track
from operations.tickets import aftercare, conversation, intake
from operations.tickets.advance import may
from views.forms.portal import MessageForm, ReopenForm, SupplementForm, WithdrawForm
from views.portal.blueprint import bp, members


@dataclass(frozen=True, slots=True)
class MemberAct:
    """One page: the act, its form, what performs it, and what is said before and after."""

    act: Act
    form: Any
    perform: Callable[..., None]
    title: str
    place: str
    button: str
    quit: str
    told: str


PAGES = {
    "add": MemberAct(
        Act.SUPPLEMENT, SupplementForm, intake.supplement,
        title="补充材料", place="补充材料", button="提交补充", quit="先不补充", told="已补充，受理时限继续计算。",
    ),
    "message": MemberAct(
        Act.MESSAGE, MessageForm, conversation.message,
        title="留言或补材料", place="留言", button="发出留言", quit="先不留言", told="留言已发出，管家和承办单位会看到。",
    ),
    "withdraw": MemberAct(
        Act.WITHDRAW, WithdrawForm, intake.withdraw,
        title="撤回诉求", place="撤回诉求", button="撤回这件诉求", quit="先不撤回", told="诉求已撤回，记录保留。",
    ),
    "reopen": MemberAct(
        Act.REOPEN, ReopenForm, aftercare.reopen,
        title="问题没有解决，重新办理", place="重新办理", button="重新办理", quit="先不重办", told="已重新办理，时限从现在起算。",
    ),
}


@bp.route("/tickets/<number:number>/<any(add, message, withdraw, reopen):name>", methods=["GET", "POST"])
@members
def act(number: str, name: str) -> ResponseReturnValue:
    """One act; a ticket that has moved on meanwhile is refused with the reason, and what was typed is shown again."""
    ticket, page = scope.get_own_ticket(current_user, number), PAGES[name]
    may(ticket, page.act, current_user)
    form = page.form.from_request()
    if form.was_submitted_and_valid():
        page.perform(ticket, actor=current_user, once=form.once, **form.answers)
        flash(page.told, "green")
        return redirect(url_for(".show", number=number))
    asked = track.asked_for(ticket) if page.act is Act.SUPPLEMENT else ""
    answer = render_template("my/act.html", ticket=ticket, page=page, name=name, form=form, asked=asked)
    return answer, 422 if form.errors else 200
