"""督办规则: what holds, a proposed change with what it would have done, and the second person's word."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import Field

from models.access import Role
from models.clocks import PolicyDraft
from operations.access.scope import REGIONAL
from operations.clocks import drafts, rulebook
from operations.supervision import policy_drafts, policy_words
from views import drafting
from views.forms.base import RefusableForm
from views.forms.policies import DraftForm, fields_of, filled
from views.guards import for_roles, proven

bp = Blueprint("policies", __name__, url_prefix="/policies")

READERS = (Role.SECURITY_ADMINISTRATOR, *REGIONAL)
UNITS_SHOWN = 40


@bp.get("")
@for_roles(*READERS)
def index() -> ResponseReturnValue:
    """The rules in force, the draft that waits and those decided."""
    return render_template("policies/index.html", groups=policy_words.lines(rulebook.current().values),
                           waiting=drafts.waiting(PolicyDraft), decided=drafts.decided(PolicyDraft),
                           may_propose=drafts.may_propose(current_user))


@bp.route("/new", methods=["GET", "POST"])
@for_roles(*drafts.PROPOSERS)
@proven
def new() -> ResponseReturnValue:
    """改规则：what it would have done is shown first, then it is proposed."""
    form = _form()
    propose: Any = policy_drafts.propose
    return drafting.proposed(
        form,
        foresee=lambda: _foreseen(policy_drafts.changed(form.values)),
        propose=lambda: propose(policy_drafts.changed(form.values), effective_on=form.effective_on.data,
                                reason=form.reason.data, actor=current_user, once=form.once),
        page=partial(render_template, "policies/new.html", units=UNITS_SHOWN, groups=_groups(form)),
    )


@bp.get("/<id:draft_id>")
@for_roles(*READERS)
def draft(draft_id: int) -> ResponseReturnValue:
    """One draft with its estimate."""
    return _page(draft_id)


@bp.post("/<id:draft_id>/<any(approve, decline, withdraw):verb>")
@for_roles(*drafts.PROPOSERS)
@proven
def decide(draft_id: int, verb: str) -> ResponseReturnValue:
    """批准, 不批准 or 撤回."""

    def approved(_draft: PolicyDraft) -> ResponseReturnValue:
        flash("已批准，到生效日自动执行。", "success")
        return redirect(url_for(".draft", draft_id=draft_id))

    return drafting.decided(PolicyDraft, draft_id, verb, approve=policy_drafts.approve, approved=approved, page=_page)


def _form() -> Any:
    """The rules as they stand, or what was sent."""
    if request.method == "POST":
        return DraftForm.from_request()
    return DraftForm.from_request(data=filled(rulebook.current().values))


def _groups(form: Any) -> list[tuple[str, list[Field]]]:
    return [(title, [form[name] for name in fields_of(group)]) for group, title in policy_words.GROUPS.items()]


def _foreseen(changes: policy_drafts.Values) -> dict[str, Any]:
    return {"estimate": policy_drafts.try_out(changes),
            "differences": policy_words.differences(rulebook.current().values, changes)}


def _page(draft_id: int, verb: str = "", form: RefusableForm | None = None) -> str:
    row, proposer, decider = drafts.get(PolicyDraft, draft_id)
    return render_template(
        "policies/draft.html", proposer=proposer, decider=decider, units=UNITS_SHOWN,
        differences=policy_words.differences(row.before, row.changes), **drafting.shown(row, verb, form),
    )
