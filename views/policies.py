"""督办规则: what holds, a proposed change with what it would have done, and the second person's word."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from operations.access.scope import REGIONAL
from operations.clocks import rulebook
from operations.errors import BadInput, NotFound
from operations.supervision import policy_drafts, policy_words
from views.forms.base import RefusableForm
from views.forms.policies import ApproveForm, DeclineForm, DraftForm, WithdrawForm, fields_of, filled
from views.guards import for_roles, proven

bp = Blueprint("policies", __name__, url_prefix="/policies")

READERS = (Role.SECURITY_ADMINISTRATOR, *REGIONAL)
UNITS_SHOWN = 40
FORMS: dict[str, type[RefusableForm]] = {"approve": ApproveForm, "decline": DeclineForm, "withdraw": WithdrawForm}
TOLD = {"approve": "已批准，到生效日自动执行。", "decline": "已退回，规则不变。", "withdraw": "已撤回。"}


@bp.get("")
@for_roles(*READERS)
def index() -> ResponseReturnValue:
    """The rules in force, the draft that waits and those decided."""
    return render_template("policies/index.html", groups=policy_words.lines(rulebook.current().values),
                           waiting=policy_drafts.waiting(), decided=policy_drafts.decided(),
                           may_propose=policy_drafts.may_propose(current_user))


@bp.route("/new", methods=["GET", "POST"])
@for_roles(*policy_drafts.PROPOSERS)
@proven
def new() -> ResponseReturnValue:
    """改规则：what it would have done is shown first, then it is proposed."""
    _ensure_may()
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
@for_roles(*policy_drafts.PROPOSERS)
@proven
def decide(draft_id: int, verb: str) -> ResponseReturnValue:
    """批准, 不批准 or 撤回."""
    _ensure_may()
    policy_drafts.get(draft_id)
    form = FORMS[verb].from_request(prefix=f"{verb}-")
    perform: Any = getattr(policy_drafts, verb)
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: perform(draft_id, actor=current_user, once=form.once, **form.answers)
    ):
        flash(TOLD[verb], "success")
        return redirect(url_for(".show", draft_id=draft_id))
    return _shown(draft_id, **{verb: form})


def _ensure_may() -> None:
    if not policy_drafts.may_propose(current_user):
        raise NotFound


def _form() -> Any:
    """The rules as they stand, or what was sent."""
    if request.method == "POST":
        return DraftForm.from_request()
    return DraftForm.from_request(data=filled(rulebook.current().values))


def _shown(draft_id: int, **sent: RefusableForm) -> ResponseReturnValue:
    draft, proposer, decider = policy_drafts.get(draft_id)
    form = next(iter(sent.values()), None)
    page = render_template(
        "policies/show.html", draft=draft, proposer=proposer, decider=decider, units=UNITS_SHOWN, form=form,
        differences=policy_words.differences(draft.before, draft.changes),
        forms={verb: sent.get(verb) or kind(formdata=None, prefix=f"{verb}-") for verb, kind in FORMS.items()},
        may_decide=draft.decided_at is None and policy_drafts.may_propose(current_user),
        is_own=draft.proposed_by_id == current_user.user_id,
    )
    return page, form.status_code if form is not None and form.errors else 200
