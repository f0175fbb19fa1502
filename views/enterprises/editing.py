"""改资料, 歇业, 注销, 恢复: by the registrar of the owner."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.directory import Enterprise
from operations.access import scope
from operations.directory import facts, standing
from operations.directory.fact_kinds import label_of
from operations.directory.facts import Difference
from views.enterprises.blueprint import CHANGING, bp, page_of
from views.enterprises.page import Tab
from views.forms.enterprises import FactsForm, StandingForm, SuspendForm
from views.guards import for_roles

ENUMS = ("category", "credit_flag")
ACTS = {"suspend": ("歇业", SuspendForm), "deregister": ("注销", StandingForm), "resume": ("恢复经营", StandingForm)}


@bp.route("/<id:enterprise_id>/edit", methods=["GET", "POST"])
@for_roles(*CHANGING)
def edit(enterprise_id: int) -> ResponseReturnValue:
    """改资料. Changed by somebody else meanwhile: both versions side by side, and the choice again."""
    enterprise = scope.get_changeable_enterprise(current_user, enterprise_id)
    form = FactsForm.from_request(data=_shown(enterprise) if request.method == "GET" else None)
    met: list[Difference] = []
    others: Any = ()
    if form.was_submitted_and_valid():
        others = facts.changed_since(enterprise, form.version.data or 0)
        if others:
            met, form.version.data = form.performed(lambda: facts.differences(enterprise, form.changes)) or [], None
        else:
            made = form.performed(lambda: facts.change_facts(
                enterprise, actor=current_user, changes=form.changes, source=form.source.data,
                version=form.version.data, once=form.once,
            ))
            if made is not None:
                return _changed(enterprise, made)
    if form.version.data is None:
        form.version.data, form.version.raw_data = enterprise.version, None
    page = render_template("enterprises/edit.html", enterprise=enterprise, form=form, met=met,
                           others={one.field: one for one in reversed(others)})
    return page, 409 if met else 422 if form.errors else 200


@bp.route("/<id:enterprise_id>/<any(suspend, deregister, resume):verb>", methods=["GET", "POST"])
@for_roles(*CHANGING)
def change_standing(enterprise_id: int, verb: str) -> ResponseReturnValue:
    """歇业、注销、恢复."""
    enterprise = scope.get_changeable_enterprise(current_user, enterprise_id)
    label, kind = ACTS[verb]
    form = kind.from_request(data={"version": enterprise.version} if request.method == "GET" else None)
    if form.was_submitted_and_valid():
        act = getattr(standing, verb)
        perform = getattr(form, "performed", lambda act: act())
        if perform(lambda: act(enterprise, actor=current_user, once=form.once, **form.answers)) is not None:
            flash(f"已登记{label}：{enterprise.name}。", "success")
            return redirect(page_of(enterprise, Tab.FACTS))
    page = render_template("enterprises/standing.html", enterprise=enterprise, form=form, verb=verb, label=label)
    return page, 422 if form.errors else 200


def _shown(enterprise: Enterprise) -> dict[str, Any]:
    shown = {name: getattr(enterprise, name) for name in facts.FACTS if name != "region_id"}
    texts = {name: facts.written(name, value) for name, value in shown.items() if name not in ENUMS}
    return shown | texts | {"has_green_card": enterprise.has_green_card, "version": enterprise.version,
                            "region_id": facts.written("region_id", enterprise.region_id)}


def _changed(enterprise: Enterprise, made: Any) -> ResponseReturnValue:
    if not made:
        flash("没有改动：填写的与现有资料相同。", "info")
        return redirect(page_of(enterprise, Tab.FACTS))
    fields = "、".join(label_of(one.field) for one in made)
    if scope.may_change(current_user, enterprise):
        flash(f"已更新 {len(made)} 项：{fields}。", "success")
        return redirect(page_of(enterprise, Tab.FACTS))
    owner = enterprise.owner_unit.name if enterprise.owner_unit else "无主管单位"
    flash(f"已更新 {len(made)} 项：{fields}。{enterprise.name}已移交{owner}。", "success")
    return redirect(url_for("enterprises.index"))
