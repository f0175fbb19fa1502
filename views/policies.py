"""督办规则: what holds, a proposed change with what it would have done, and the second person's word."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.clocks import PolicyDraft
from operations.access.scope import REGIONAL
from operations.clocks import drafts, rulebook
from operations.errors import BadInput
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
    drafting.ensure_may()
    form = _form()
    page: dict[str, Any] = {"form": form, "estimate": None, "units": UNITS_SHOWN}
    if form.was_submitted_and_valid():
        changes = policy_drafts.changed(form.values)
        try:
            if form.step.data == "propose":
                draft = policy_drafts.propose(changes, effective_on=form.effective_on.data, reason=form.reason.data,
                                              actor=current_user, once=form.once)
                flash("已提交审批。", "success")
                return redirect(url_for(".show", draft_id=draft.id))
            page["estimate"] = policy_drafts.try_out(changes)
        except BadInput as refusal:
            form.form_errors = [*form.form_errors, str(refusal)]
        else:
            form.step.data = "propose"
            page["differences"] = policy_words.differences(rulebook.current().values, changes)
    groups = [(title, [form[name] for name in fields_of(group)]) for group, title in policy_words.GROUPS.items()]
    return render_template("policies/new.html", groups=groups, **page), 422 if form.errors else 200


@bp.get("/<id:draft_id>")
@for_roles(*READERS)
def show(draft_id: int) -> ResponseReturnValue:
    """One draft with its estimate."""
    return _shown(draft_id)


@bp.post("/<id:draft_id>/<any(approve, decline, withdraw):verb>")
@for_roles(*drafts.PROPOSERS)
@proven
def decide(draft_id: int, verb: str) -> ResponseReturnValue:
    """批准, 不批准 or 撤回."""
    drafting.ensure_may()
    form, is_done = drafting.answer(PolicyDraft, draft_id, verb, approve=policy_drafts.approve)
    if is_done:
        flash({"approve": "已批准，到生效日自动执行。", **drafting.TOLD}[verb], "success")
        return redirect(url_for(".show", draft_id=draft_id))
    return _shown(draft_id, verb, form), form.status_code


def _form() -> Any:
    """The rules as they stand, or what was sent."""
    if request.method == "POST":
        return DraftForm.from_request()
    return DraftForm.from_request(data=filled(rulebook.current().values))


def _shown(draft_id: int, verb: str = "", form: RefusableForm | None = None) -> str:
    draft, proposer, decider = drafts.get(PolicyDraft, draft_id)
    return render_template(
        "policies/show.html", proposer=proposer, decider=decider, units=UNITS_SHOWN,
        differences=policy_words.differences(draft.before, draft.changes), **drafting.shown(draft, verb, form),
    )
