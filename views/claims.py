"""认领核实: the claims that wait on the desk of a steward, a registrar or a service centre."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.directory import Claim
from operations.access.actor import Actor
from operations.directory import claim_desk, claims, profile, senders
from operations.directory.names import has_right_check
from operations.errors import NotFound
from views.forms.base import RefusableForm
from views.forms.claims import ConfirmForm, RefuseForm, SendersForm
from views.guards import for_roles
from views.watch import place_of

bp = Blueprint("claims", __name__, url_prefix="/claims")

FORMS: dict[str, type[RefusableForm]] = {"confirm": ConfirmForm, "refuse": RefuseForm}
ACTS: dict[str, Any] = {"confirm": claims.confirm, "refuse": claims.refuse}
TOLD = {"confirm": "已确认，申请人可以登录办事了。", "refuse": "已告诉申请人没有通过，并写明原因。"}


@bp.get("")
@for_roles(*claim_desk.DESK)
def index() -> str:
    """等核实的认领."""
    items, page = claim_desk.waiting(_official(), place=place_of(request.args))
    return render_template(
        "claims/index.html",
        items=items,
        callers=senders.waiting(_official()),
        decides_facts=current_user.holds(*profile.DESK),
        previous=url_for(".index", before=page.previous) if page.previous else "",
        next=url_for(".index", after=page.next) if page.next else "",
    )


@bp.get("/<id:claim_id>")
@for_roles(*claim_desk.DESK)
def show(claim_id: int) -> ResponseReturnValue:
    """One claim beside what the directory says."""
    return _shown(claim_id)


@bp.post("/<id:claim_id>/<any(confirm, refuse):verb>")
@for_roles(*claim_desk.DESK)
def decide(claim_id: int, verb: str) -> ResponseReturnValue:
    """确认 or 不予确认."""
    form = FORMS[verb].from_request(prefix=f"{verb}-")
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: ACTS[verb](claim_id, actor=_official(), once=form.once, **form.answers)
    ):
        flash(TOLD[verb], "green")
        return redirect(url_for(".index"))
    return _shown(claim_id, **{verb: form})


@bp.post("/<id:claim_id>/senders")
@for_roles(Role.CLERK)
def settle_senders(claim_id: int) -> ResponseReturnValue:
    """核对来电人: what is ticked is merged, the rest is said to be somebody else."""
    form: Any = SendersForm.from_request(prefix="senders-")
    form.offer(senders.beside(_official(), _claim(claim_id)).told)
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: senders.settle(claim_id, actor=_official(), taken=form.sender.data, once=form.once)
    ):
        flash(f"已核对，并入 {len(form.sender.data)} 个来电人。", "green")
        return redirect(url_for(".index"))
    return _shown(claim_id, senders=form)


def _claim(claim_id: int) -> Claim:
    claim = claim_desk.find(_official(), claim_id)
    if claim is None:
        raise NotFound
    return claim


def _shown(claim_id: int, **sent: RefusableForm) -> ResponseReturnValue:
    claim = _claim(claim_id)
    callers = senders.beside(_official(), claim)
    forms: dict[str, Any] = {verb: form(formdata=None, prefix=f"{verb}-") for verb, form in FORMS.items()}
    forms |= {"senders": SendersForm(formdata=None, prefix="senders-")} | sent
    forms["senders"].offer(callers.told)
    form = next(iter(sent.values()), None)
    answer = render_template(
        "claims/show.html", claim=claim, forms=forms, form=form, callers=callers,
        is_right=has_right_check(claim.credit_code),
    )
    return answer, form.status_code if form is not None and form.errors else 200


def _official() -> Actor:
    return current_user.only(*claim_desk.DESK)
