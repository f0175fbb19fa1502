"""草案 on their pages: a change is shown before it is proposed, and waits for another person's word."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.clocks import Draft
from operations.clocks import drafts
from operations.errors import NotFound
from views.forms.base import RefusableForm
from views.forms.drafts import ANSWERS

TOLD = {"decline": "已退回，什么也没有改。", "withdraw": "已撤回。"}


def ensure_may() -> None:
    """Raise NotFound for whoever neither proposes nor decides."""
    if not drafts.may_propose(current_user):
        raise NotFound


def proposed(form: Any, *, foresee: Callable[[], dict[str, Any]], propose: Callable[[], Draft],
             page: Callable[..., str]) -> ResponseReturnValue:
    """The form, then the form with what was foreseen, then the draft: nothing is proposed by a page that shows nothing.

    ``page`` draws the form with what ``foresee`` answers, which is never empty.
    """
    ensure_may()
    foreseen: dict[str, Any] = {}
    made: list[Draft] = []

    def take_step() -> None:
        if form.step.data == "propose":
            made.append(propose())
        else:
            foreseen.update(foresee())

    if form.was_submitted_and_valid() and form.carried_out(take_step) and made:
        flash("已提交审批。", "success")
        return redirect(url_for(".draft", draft_id=made[0].id))
    form.step.data = "propose" if foreseen else ""
    return page(form=form, **foreseen), form.status_code if form.errors else 200


def decided(model: type[Draft], draft_id: int, verb: str, *, page: Callable[..., str], approve: Callable[..., Any],
            approved: Callable[[Any], ResponseReturnValue]) -> ResponseReturnValue:
    """批准, 不批准 or 撤回 as it was sent. Raises NotFound.

    ``page`` draws the draft with the form that came back; ``approved`` answers with what ``approve`` has made.
    """
    ensure_may()
    drafts.get(model, draft_id)
    form = ANSWERS[verb].from_request(prefix=f"{verb}-")
    decline: Any = drafts.decline
    withdraw: Any = drafts.withdraw
    acts: dict[str, Callable[..., Any]] = {
        "approve": approve,
        "decline": lambda draft_id, **how: decline(model, draft_id, **how),
        "withdraw": lambda draft_id, **how: withdraw(model, draft_id, **how),
    }
    made: list[Any] = []
    if not form.was_submitted_and_valid() or not form.carried_out(
        lambda: made.append(acts[verb](draft_id, actor=current_user, once=form.once, **form.answers))
    ):
        return page(draft_id, verb, form), form.status_code
    if verb == "approve":
        return approved(made[0])
    flash(TOLD[verb], "success")
    return redirect(url_for(".draft", draft_id=draft_id))


def shown(draft: Draft, verb: str = "", form: RefusableForm | None = None) -> dict[str, Any]:
    """What the page of a draft needs to ask for the word, with the form that came back."""
    sent = {verb: form} if form is not None else {}
    return {
        "draft": draft,
        "form": form,
        "forms": {name: sent.get(name) or kind(formdata=None, prefix=f"{name}-") for name, kind in ANSWERS.items()},
        "may_decide": draft.decided_at is None and drafts.may_propose(current_user),
        "obstacle": drafts.obstacle(draft),
        "is_own": draft.proposed_by_id == current_user.user_id,
        "url": url_for(".draft", draft_id=draft.id),
    }
