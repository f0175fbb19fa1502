"""合并重复企业, with what will follow shown first; and taking a merge back."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access.scope import get_enterprise
from operations.directory import merging
from operations.errors import NotFound
from operations.insight import enterprise_page
from views.enterprises.blueprint import MERGING, bp, page_of
from views.forms.enterprises import MergeForm, ReasonForm, blamed
from views.guards import for_roles


def _mine(enterprise_id: int) -> Any:
    """The enterprise that the actor may merge, or take out again; else it is not there."""
    enterprise = get_enterprise(current_user.only(*MERGING), enterprise_id)
    if not merging.may_merge(current_user, enterprise):
        raise NotFound
    return enterprise


@bp.route("/<id:enterprise_id>/merge", methods=["GET", "POST"])
@for_roles(*MERGING)
def merge(enterprise_id: int) -> ResponseReturnValue:
    """合并到另一家."""
    enterprise, form = _mine(enterprise_id), MergeForm.from_request()
    alike = enterprise_page.may_be_the_same(current_user, enterprise)
    if request.method == "POST" and form.words.data:
        alike = enterprise_page.meant(current_user, enterprise, form.words.data)
    form.offer(alike)
    if form.was_submitted_and_valid():
        into = next((one for one in alike if one.id == form.into.data), None)
        if into is None and form.words.data and len(alike) == 1:
            into = alike[0]
        if into is None:
            form.blame("words" if form.words.data else "into", _missing(form, alike))
        elif blamed(form, "reason", lambda: merging.merge_enterprises(
            enterprise, actor=current_user, into=into, reason=form.reason.data, once=form.once,
        )):
            flash(f"已合并到“{into.name}”。原页面保留，可以撤销。", "success")
            return redirect(page_of(into))
    page = render_template("enterprises/merge.html", enterprise=enterprise, form=form,
                           follows=merging.forecast(enterprise))
    return page, 422 if form.errors else 200


@bp.route("/<id:enterprise_id>/unmerge", methods=["GET", "POST"])
@for_roles(*MERGING)
def unmerge(enterprise_id: int) -> ResponseReturnValue:
    """撤销合并."""
    enterprise, form = _mine(enterprise_id), ReasonForm.from_request()
    into = enterprise_page.merged_into(enterprise)
    if into is None:
        raise NotFound
    if form.was_submitted_and_valid() and blamed(form, "reason", lambda: merging.unmerge_enterprises(
        enterprise, actor=current_user, reason=form.reason.data, once=form.once,
    )):
        flash(f"已撤销合并，随迁的内容已回到“{enterprise.name}”。", "success")
        return redirect(page_of(enterprise))
    made = merging.open_merge(enterprise)
    page = render_template("enterprises/unmerge.html", enterprise=enterprise, form=form, into=into, made=made,
                           moved=merging.moved_labels(made) if made else [])
    return page, 422 if form.errors else 200


def _missing(form: MergeForm, alike: list[Any]) -> str:
    if not form.words.data:
        return "请选择合并到哪一家，或填写全称、信用代码"
    return "同名的不止一家，请选一家" if alike else "没有找到你可以合并的这家企业，请核对全称或信用代码"
