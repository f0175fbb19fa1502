"""批量: what was ticked in the list, or everything it finds: first how many, then the act, then an outcome for each."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from models.access import Role
from models.directory import Enterprise
from models.exports import Export
from operations.access.actor import Actor
from operations.directory import in_bulk
from operations.directory.in_bulk import BulkAct
from operations.directory.stewardship import GIVERS, Outcome
from operations.errors import NotFound
from operations.insight import enterprise_list, enterprise_picks, enterprise_sheet, export_files, exports
from operations.insight.enterprise_picks import Picking
from views.enterprises.blueprint import SEEING, TAGGING, bp
from views.enterprises.filtering import address, filter_of, pills, tab_of
from views.enterprises.habits import parts_of
from views.forms.base import clean
from views.forms.enterprises import BulkAssignForm, BulkExportForm, BulkForm, BulkTagForm, blamed
from views.guards import ensure_proven, for_roles
from views.watch_filter import row_id
from views.workbooks import sent_workbook

MOST_TICKED, MOST_TOLD = 100, 200
FORMS: dict[BulkAct, type[BulkForm]] = {
    BulkAct.TAG: BulkTagForm, BulkAct.UNTAG: BulkTagForm, BulkAct.ASSIGN: BulkAssignForm,
    BulkAct.EXPORT: BulkExportForm,
}
ROLES: dict[BulkAct, tuple[Role, ...]] = {
    BulkAct.TAG: TAGGING, BulkAct.UNTAG: TAGGING, BulkAct.ASSIGN: GIVERS, BulkAct.EXPORT: SEEING,
}


def acts_of(actor: Actor) -> list[BulkAct]:
    """What the actor may do to many at once."""
    return [act for act, roles in ROLES.items() if actor.holds(*roles)]


@bp.route("/bulk/<any(tag, untag, assign, export):verb>", methods=["GET", "POST"])
@for_roles(*SEEING)
def bulk(verb: str) -> ResponseReturnValue:
    """打标签、取下标签、指派、导出."""
    act = BulkAct(verb)
    if act not in acts_of(current_user):
        raise NotFound
    if act is BulkAct.EXPORT:
        ensure_proven()
    form = FORMS[act].from_request()
    if request.method == "GET":
        form.picked.data = " ".join(request.args.getlist("pick")[:MOST_TICKED])
        form.everything.data = "1" if request.args.get("everything") else ""
        form.query.data = request.args.get("query", "")[:2000]
    parts, most = parts_of(form.query.data), export_files.MOST_ROWS if act is BulkAct.EXPORT else in_bulk.MOST
    picking = _picking(form, parts)
    if picking.ids == ():
        flash("请先勾选企业。", "warning")
        return redirect(address(parts))
    found = enterprise_picks.count(current_user, picking)
    if act is BulkAct.EXPORT and found <= exports.free_rows():
        del form.reason  # nobody else is asked
    if form.was_submitted_and_valid():
        done = blamed(form, _blamed(act), lambda: _PERFORM[act](form, picking))
        if act is BulkAct.EXPORT and done is not None:
            return _sent(done)
        if done is not None:
            return render_template("enterprises/bulk_done.html", act=act, outcomes=done, back=address(parts),
                                   told=sorted(done, key=lambda one: one.is_done)[:MOST_TOLD],
                                   done=sum(one.is_done for one in done))
    page = render_template("enterprises/bulk.html", act=act, form=form, found=found, most=most, back=address(parts),
                           counted=enterprise_list.COUNTED)
    return page, 422 if form.errors else 200


def _picking(form: BulkForm, parts: list[tuple[str, str]]) -> Picking:
    args: MultiDict[str, str] = MultiDict(parts)
    ids = None if form.everything.data else tuple(
        dict.fromkeys(row_id(one) for one in clean(form.picked.data).split()[:MOST_TICKED])
    )
    return Picking(ids, filter_of(args), tab_of(args))


def _blamed(act: BulkAct) -> str:
    return {BulkAct.ASSIGN: "steward", BulkAct.EXPORT: "picked"}.get(act, "label")


def _picked(picking: Picking) -> Any:
    return enterprise_picks.pick(current_user, picking, most=in_bulk.MOST)


def _tag(form: Any, picking: Picking) -> list[Outcome]:
    return in_bulk.tag_all(_picked(picking), actor=current_user, label=form.label.data, once=form.once)


def _untag(form: Any, picking: Picking) -> list[Outcome]:
    return in_bulk.untag_all(_picked(picking), actor=current_user, label=form.label.data, once=form.once)


def _assign(form: Any, picking: Picking) -> list[Outcome]:
    firms: list[Enterprise] = _picked(picking)
    steward = in_bulk.steward_called(form.steward.data)
    in_bulk.begin(once=form.once)
    return in_bulk.assign_all(firms, actor=current_user, steward=steward, reason=form.reason.data)


def _export(form: Any, picking: Picking) -> Any:
    """The file, or what was asked for where somebody else has to let it."""
    parts = parts_of(form.query.data)
    told = {"query": urlencode(parts), "scope": "、".join(pill["label"] for pill in pills(parts)) or "全部企业"}
    if "reason" not in form:
        return exports.take_few(current_user, enterprise_sheet.content(current_user, picking), **told)
    found = enterprise_picks.count(current_user, picking)
    return exports.ask(current_user, count=found, reason=form.reason.data, once=form.once, **told)


def _sent(done: Any) -> ResponseReturnValue:
    if isinstance(done, Export):
        flash("已提交申请，安全管理员批准后在这里下载。", "success")
        return redirect("/exports")
    return sent_workbook(done, "企业名单")


_PERFORM: dict[BulkAct, Callable[[Any, Picking], Any]] = {
    BulkAct.TAG: _tag, BulkAct.UNTAG: _untag, BulkAct.ASSIGN: _assign, BulkAct.EXPORT: _export,
}
