"""草案 on their pages: another person's word, whatever the draft is of."""

from collections.abc import Callable
from typing import Any

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


def answer(model: type[Draft], draft_id: int, verb: str, *, approve: Callable[..., Any]) -> tuple[RefusableForm, bool]:
    """批准, 不批准 or 撤回 as it was sent: its form, and whether that was done. Raises NotFound."""
    drafts.get(model, draft_id)
    form = ANSWERS[verb].from_request(prefix=f"{verb}-")
    decline: Any = drafts.decline
    withdraw: Any = drafts.withdraw
    acts: dict[str, Callable[..., Any]] = {
        "approve": approve,
        "decline": lambda draft_id, **how: decline(model, draft_id, **how),
        "withdraw": lambda draft_id, **how: withdraw(model, draft_id, **how),
    }
    is_done = form.was_submitted_and_valid() and form.carried_out(
        lambda: acts[verb](draft_id, actor=current_user, once=form.once, **form.answers)
    )
    return form, is_done


def shown(draft: Draft, verb: str = "", form: RefusableForm | None = None) -> dict[str, Any]:
    """What the page of a draft needs to ask for the word, with the form that came back."""
    sent = {verb: form} if form is not None else {}
    return {
        "draft": draft,
        "form": form,
        "forms": {name: sent.get(name) or kind(formdata=None, prefix=f"{name}-") for name, kind in ANSWERS.items()},
        "may_decide": draft.decided_at is None and drafts.may_propose(current_user),
        "is_own": draft.proposed_by_id == current_user.user_id,
    }
