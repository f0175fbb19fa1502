"""导出: what somebody asked to take along, the word of somebody else, and the file."""

from urllib.parse import parse_qsl

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from models.access import Role
from models.exports import Export, ExportKind
from operations.access.measure_scope import READING as MEASURING
from operations.access.rectification_scope import READING as RECTIFYING
from operations.access.wall_scope import OVERSEEING
from operations.access.wall_scope import READING as RATED
from operations.errors import NotFound
from operations.insight import (
    enterprise_sheet,
    exports,
    ledger_sheet,
    measure_sheet,
    measures,
    queue,
    rectification_sheet,
    rectifications,
    wall_sheet,
)
from operations.insight.enterprise_picks import Picking
from operations.insight.export_files import Content
from views import completeness, measure_filter, rating_wall, rectification_filter, watch_filter, ways
from views.enterprises.blueprint import SEEING
from views.enterprises.filtering import filter_of, tab_of
from views.forms.base import RefusableForm
from views.forms.exports import AskForm, GrantExportForm, RefuseExportForm, TakeForm
from views.guards import for_roles, proven
from views.watch import WATCHING
from views.workbooks import sent_workbook

bp = Blueprint("exports", __name__, url_prefix="/exports")

TAKING = (Role.UNIT_LEADER, *SEEING)
READING = (*TAKING, *exports.APPROVING)
# Lists whose own page asks for nothing but the list: who may take them.
ASKED_HERE = {ExportKind.SUPERVISIONS: WATCHING, ExportKind.MEASURES: MEASURING,
              ExportKind.RECTIFICATIONS: RECTIFYING, ExportKind.RATING_WALL: RATED,
              ExportKind.COMPLETENESS: OVERSEEING}
BACK = {ExportKind.SUPERVISIONS: ("督办台", "/watch"), ExportKind.MEASURES: ("约谈问责", "/measures"),
        ExportKind.RECTIFICATIONS: ("差评整改", "/rectifications"), ExportKind.RATING_WALL: ("评价墙", "/ratings"),
        ExportKind.COMPLETENESS: ("评价完整性", "/ratings/completeness")}


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


@bp.route("/new/<any(supervisions, measures, rectifications, rating_wall, completeness):kind>", methods=["GET", "POST"])
@for_roles(*TAKING)
@proven
def new(kind: str) -> ResponseReturnValue:
    """申请导出: of a list that is too long to take without somebody else's word."""
    wanted = ExportKind(kind)
    if not current_user.holds(*ASKED_HERE[wanted]):
        raise NotFound
    form, scope, count = AskForm.from_request(), *_measured(wanted, request.args)
    if form.was_submitted_and_valid() and form.carried_out(lambda: exports.ask(
        current_user, kind=wanted, query=request.query_string.decode(), scope=scope, count=count,
        reason=form.reason.data, once=form.once,
    )):
        flash("已提交申请，安全管理员批准后在这里下载。", "success")
        return redirect(url_for(".index"))
    page = render_template("exports/new.html", form=form, kind=wanted, scope=scope, count=count,
                           free=exports.free_rows(), back=BACK[wanted])
    return page, form.status_code if form.errors else 200


@bp.get("/<id:export_id>")
@for_roles(*READING)
def show(export_id: int) -> ResponseReturnValue:
    """One: what was asked for and why, with what may be done now."""
    return _shown(exports.get(current_user, export_id))


@bp.post("/<id:export_id>/grant")
@for_roles(*exports.APPROVING)
@proven
def grant(export_id: int) -> ResponseReturnValue:
    """批准."""
    return _decided(exports.get(current_user, export_id), GrantExportForm.from_request(prefix="grant-"), True)


@bp.post("/<id:export_id>/refuse")
@for_roles(*exports.APPROVING)
def refuse(export_id: int) -> ResponseReturnValue:
    """不予批准."""
    return _decided(exports.get(current_user, export_id), RefuseExportForm.from_request(prefix="refuse-"), False)


@bp.post("/<id:export_id>/take")
@for_roles(*TAKING)
@proven
def take(export_id: int) -> ResponseReturnValue:
    """下载."""
    export, form = exports.get(current_user, export_id), TakeForm.from_request(prefix="take-")
    files = []
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: files.append(exports.take(export, actor=current_user, content=_content(export)))
    ):
        return sent_workbook(files[0], export.kind.label)
    return _shown(export, form)


def _measured(kind: ExportKind, args: MultiDict[str, str]) -> tuple[str, int]:
    """What the list is narrowed to, in words, and how long it is."""
    if kind is ExportKind.MEASURES:
        measured = measure_filter.read(args)
        return measure_filter.words(measured), measures.count(current_user, measured)
    if kind is ExportKind.RECTIFICATIONS:
        wanted = rectification_filter.read(args)
        return rectification_filter.words(wanted), rectifications.count(current_user, wanted)
    if kind in SUMS:
        scope, content = SUMS[kind](args)
        return scope, wall_sheet.count(content)
    narrowing = watch_filter.read(args)
    return watch_filter.words(narrowing), queue.count(current_user, narrowing)


def _content(export: Export) -> Content:
    """The list as it is now, for who asked."""
    args: MultiDict[str, str] = MultiDict(parse_qsl(export.query))
    if export.kind is ExportKind.MEASURES:
        return measure_sheet.content(current_user, measure_filter.read(args))
    if export.kind is ExportKind.RECTIFICATIONS:
        return rectification_sheet.content(current_user, rectification_filter.read(args))
    if export.kind in SUMS:
        return SUMS[export.kind](args)[1]
    if export.kind is ExportKind.SUPERVISIONS:
        return ledger_sheet.content(current_user, watch_filter.read(args))
    return enterprise_sheet.content(current_user, Picking(None, filter_of(args), tab_of(args)))


def _wall(args: MultiDict[str, str]) -> tuple[str, Content]:
    narrowing, unit = rating_wall.narrowed(args)
    return rating_wall.words(narrowing, unit), wall_sheet.of_wall(current_user, narrowing)


def _completeness(args: MultiDict[str, str]) -> tuple[str, Content]:
    narrowing, among = completeness.narrowed(args)
    return completeness.words(narrowing), wall_sheet.of_completeness(current_user, narrowing, among)


SUMS = {ExportKind.RATING_WALL: _wall, ExportKind.COMPLETENESS: _completeness}


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
