"""导出: what somebody asked to take along, the word of somebody else, and the file."""

from urllib.parse import parse_qsl

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from models.exports import Export
from operations.insight import exports
from operations.insight.enterprise_picks import Picking
from views import ways
from views.enterprises.blueprint import SEEING
from views.enterprises.filtering import filter_of, tab_of
from views.forms.base import RefusableForm
from views.forms.exports import GrantExportForm, RefuseExportForm, TakeForm
from views.guards import for_roles
from views.workbooks import sent_workbook

bp = Blueprint("exports", __name__, url_prefix="/exports")

READING = (*SEEING, *exports.APPROVING)


@bp.get("")
@for_roles(*READING)
def index() -> ResponseReturnValue:
    """导出记录: one's own, and what waits for one's word."""
    before = ways.place("before")
    rows = exports.listed(current_user, before=before)
    shown = rows[: exports.SHOWN]
    return render_template(
        "exports/index.html", rows=[(one, exports.state_of(one)) for one in shown], is_first=before is None,
        next=url_for(".index", before=shown[-1].id) if len(rows) > len(shown) else "",
        decides=current_user.holds(*exports.APPROVING),
    )


@bp.get("/<id:export_id>")
@for_roles(*READING)
def show(export_id: int) -> ResponseReturnValue:
    """One: what was asked for and why, with what may be done now."""
    return _shown(exports.get(current_user, export_id))


@bp.post("/<id:export_id>/grant")
@for_roles(*exports.APPROVING)
def grant(export_id: int) -> ResponseReturnValue:
    """批准."""
    return _decided(exports.get(current_user, export_id), GrantExportForm.from_request(prefix="grant-"), True)


@bp.post("/<id:export_id>/refuse")
@for_roles(*exports.APPROVING)
def refuse(export_id: int) -> ResponseReturnValue:
    """不予批准."""
    return _decided(exports.get(current_user, export_id), RefuseExportForm.from_request(prefix="refuse-"), False)


@bp.post("/<id:export_id>/take")
@for_roles(*SEEING)
def take(export_id: int) -> ResponseReturnValue:
    """下载."""
    export, form = exports.get(current_user, export_id), TakeForm.from_request(prefix="take-")
    files = []
    args: MultiDict[str, str] = MultiDict(parse_qsl(export.query))
    picking = Picking(None, filter_of(args), tab_of(args))
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: files.append(exports.take(export, actor=current_user, picking=picking))
    ):
        return sent_workbook(files[0], "企业名单")
    return _shown(export, form)


def _decided(export: Export, form: RefusableForm, is_granted: bool) -> ResponseReturnValue:
    if form.was_submitted_and_valid() and form.carried_out(lambda: exports.decide(
        export, actor=current_user, is_granted=is_granted, words=form["words"].data or "", once=form.once
    )):
        flash("已批准，申请人已收到通知。" if is_granted else "没有批准，申请人已收到通知。", "success")
        return redirect(url_for(".index"))
    return _shown(export, form)


def _shown(export: Export, form: RefusableForm | None = None) -> ResponseReturnValue:
    kinds = {"granting": (GrantExportForm, "grant-"), "refusing": (RefuseExportForm, "refuse-"),
             "taking": (TakeForm, "take-")}
    forms = {name: form if isinstance(form, kind) else kind(formdata=None, prefix=prefix)
             for name, (kind, prefix) in kinds.items()}
    page = render_template(
        "exports/show.html", export=export, state=exports.state_of(export), form=form, **forms,
        may_decide=exports.may_decide(export, current_user), is_mine=export.asked_by_id == current_user.user_id,
    )
    return page, form.status_code if form is not None and form.errors else 200
