"""企业资料: what the directory says of one's enterprise and from where, and asking it to say something else."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.directory import Enterprise
from operations.access import scope
from operations.directory import facts
from operations.directory import profile as profiles
from operations.directory import showing
from operations.directory.fact_kinds import label_of
from operations.directory.profile import PROFILE, Sent, Settling
from operations.insight import enterprise_page
from views.forms.profile import ProfileForm
from views.portal.blueprint import bp, members


@bp.get("/profile", defaults={"enterprise_id": None})
@bp.get("/profile/<id:enterprise_id>")
@members
def profile(enterprise_id: int | None) -> str:
    """Each fact with its source and day, and what was asked for."""
    enterprise = scope.get_own_enterprise(current_user, enterprise_id)
    return render_template(
        "my/profile.html",
        enterprise=enterprise,
        known=enterprise_page.known(enterprise),
        asked=[(one, profiles.may_withdraw(current_user, one.request)) for one in profiles.asked_of(enterprise)],
        others=[one for one in scope.own_enterprises(current_user) if one.id != enterprise.id],
    )


@bp.get("/profile/<id:enterprise_id>/numbers")
@members
def numbers(enterprise_id: int) -> str:
    """谁看过联系电话."""
    enterprise = scope.get_own_enterprise(current_user, enterprise_id)
    return render_template("my/numbers.html", enterprise=enterprise, looks=showing.looks_at(enterprise))


@bp.route("/profile/<id:enterprise_id>/edit", methods=["GET", "POST"])
@members
def edit_profile(enterprise_id: int) -> ResponseReturnValue:
    """改资料. Changed by somebody else meanwhile: both versions side by side, and the choice again."""
    enterprise = scope.get_own_enterprise(current_user, enterprise_id)
    waiting = profiles.waiting_fields(enterprise)
    form = ProfileForm.from_request(data=_shown(enterprise) if request.method == "GET" else None)
    form.leave_out(waiting)
    made: list[Sent] = []
    if form.was_submitted_and_valid() and form.carried_out(lambda: made.append(profiles.propose_facts(
        enterprise, actor=current_user, changes=form.answers, version=form.version.data, once=form.once
    ))):
        flash(_words(made[0]), "green")
        return redirect(url_for(".profile", enterprise_id=enterprise.id))
    met = facts.differences(enterprise, form.answers) if form.status_code == 409 else []
    if met or form.version.data is None:
        form.version.data, form.version.raw_data = enterprise.version, None
    page = render_template("my/profile_edit.html", enterprise=enterprise, form=form, met=met, waiting=waiting,
                           at_once=_fields(form, Settling.AT_ONCE), confirmed=_fields(form, Settling.CONFIRMED))
    return page, form.status_code if form.errors else 200


@bp.post("/fact-requests/<id:request_id>/withdraw")
@members
def withdraw_fact_request(request_id: int) -> ResponseReturnValue:
    """撤回变更申请, while nobody has decided."""
    found = profiles.withdraw(request_id, actor=current_user)
    flash(f"已撤回{label_of(found.field)}的变更申请。", "green")
    return redirect(url_for(".profile", enterprise_id=found.enterprise_id))


def _shown(enterprise: Enterprise) -> dict[str, Any]:
    texts = {field: facts.written(field, getattr(enterprise, field)) for field in PROFILE}
    return texts | {"version": enterprise.version}


def _fields(form: ProfileForm, settling: Settling) -> list[Any]:
    return [form[field] for field, when in PROFILE.items() if when is settling and field in form]


def _words(made: Sent) -> str:
    applied = f"已更新：{'、'.join(made.applied)}。" if made.applied else ""
    return applied + (f"已提交，等填报单位核实：{'、'.join(made.waiting)}。" if made.waiting else "")
