"""归属争议: the queue of claims, a new one, and the decision."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.directory import ClaimOutcome
from operations.directory import names, ownership_claims
from operations.directory.ownership_claims import DECIDING
from operations.errors import NotFound
from views.enterprises.blueprint import CHANGING, bp
from views.forms.enterprises import ClaimForm, DecideForm, ReasonForm, blamed
from views.guards import for_roles

CONCERNED = (Role.REGISTRAR, *DECIDING)


@bp.get("/claims")
@for_roles(*CONCERNED)
def claims() -> ResponseReturnValue:
    """归属争议."""
    is_open = request.args.get("show") != "decided"
    return render_template(
        "enterprises/claims.html", claims=ownership_claims.queue(current_user, is_open=is_open), is_open=is_open,
        is_registrar=current_user.holds(*CHANGING),
    )


@bp.route("/claims/new", methods=["GET", "POST"])
@for_roles(*CHANGING)
def new_claim() -> ResponseReturnValue:
    """主张归属: of an enterprise known by its whole credit code."""
    form = ClaimForm.from_request()
    if form.was_submitted_and_valid():
        code = names.plain_code(form.code.data)
        enterprise = blamed(form, "code", lambda: ownership_claims.claimable(current_user, code))
        if enterprise and form.performed(lambda: ownership_claims.claim_ownership(
            enterprise, actor=current_user, reason=form.reason.data, once=form.once,
        )):
            flash(f"已提出归属主张：{enterprise.name}。等上级裁定。", "success")
            return redirect(url_for(".claims"))
    return render_template("enterprises/new_claim.html", form=form), 422 if form.errors else 200


@bp.route("/claims/<id:claim_id>", methods=["GET", "POST"])
@for_roles(*CONCERNED)
def claim(claim_id: int) -> ResponseReturnValue:
    """裁定归属; the claimant may take it back instead."""
    one = ownership_claims.get_claim(current_user, claim_id)
    may_decide = one.decided_at is None and ownership_claims.deciding_post(current_user, one) is not None
    may_withdraw = one.decided_at is None and ownership_claims.withdrawing_post(current_user, one) is not None
    form = (DecideForm if may_decide else ReasonForm).from_request()
    if request.method == "POST" and not (may_decide or may_withdraw):
        raise NotFound
    if form.was_submitted_and_valid():
        outcome = form.outcome.data if may_decide else ClaimOutcome.WITHDRAWN
        ownership_claims.decide_claim(one, actor=current_user, outcome=outcome, reason=form.reason.data, once=form.once)
        flash(f"{outcome.label}：{one.enterprise.name}。", "success")
        return redirect(url_for(".claims"))
    page = render_template("enterprises/claim.html", claim=one, form=form, may_decide=may_decide,
                           may_withdraw=may_withdraw)
    return page, 422 if form.errors else 200
