"""导入: a registrar's files, what the check found in them, and letting them in, back out, or go."""

import tempfile
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.base import db
from models.directory import ImportBatch, ImportKind, ImportState
from operations.access.scope import get_import_batch
from operations.directory.imports import bad_rows, batches, issues, progress, running, templates, undoing
from operations.directory.imports.batches import ImportRules
from operations.errors import BadInput, NotFound
from operations.hall.systems import visible_systems
from views.forms.imports import ImportForm, PressForm
from views.guards import for_roles

bp = Blueprint("imports", __name__, url_prefix="/imports")

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What is checked or taken in while the request waits; more is for the job.
SMALL_BYTES, SMALL_ROWS = 300_000, 2000
TABS = ("bad", "warned", "changes")


def rules() -> ImportRules:
    """The site's settings for imports."""
    config = current_app.config
    return ImportRules(config["IMPORTS_DIR"], config["IMPORT_BYTES"], config["IMPORT_ROWS"], str(config["SECRET_KEY"]))


@bp.get("")
@for_roles(Role.REGISTRAR)
def index() -> ResponseReturnValue:
    """导入批次 of one's own unit, the newest first."""
    found = batches.recent(current_user, before=_number("before"))
    more = found[batches.PAGE - 1].id if len(found) > batches.PAGE else None
    return render_template("imports/index.html", batches=found[: batches.PAGE], more=more, titles=templates.TITLES,
                           is_first=_number("before") is None)


@bp.get("/templates/<any(enterprises, stewards, stewardships, cases):kind>.xlsx")
@for_roles(Role.REGISTRAR)
def template(kind: str) -> Response:
    """下载模板: empty, with drop-downs and an example."""
    chosen = ImportKind(kind)
    return _workbook(f"{templates.TITLES[chosen]}.xlsx", lambda path: templates.write_template(chosen, path))


@bp.route("/new", methods=["GET", "POST"])
@for_roles(Role.REGISTRAR)
def new() -> ResponseReturnValue:
    """上传: a small file is checked at once, a large one by the job."""
    form: Any = ImportForm.from_request().offer(db.session.scalars(visible_systems(current_user)))
    if request.method == "GET" and request.args.get("kind") in set(ImportKind):
        form.kind.data = ImportKind(request.args["kind"])
    if form.was_submitted_and_valid():
        batch = _received(form)
        if batch is not None:
            if batch.size <= SMALL_BYTES:
                running.run(batch.id, rules=rules())
            return redirect(f"/imports/{batch.id}")
    page = render_template("imports/new.html", form=form, titles=templates.TITLES)
    return page, 422 if form.errors else 200


@bp.get("/<id:batch_id>")
@for_roles(Role.REGISTRAR)
def show(batch_id: int) -> ResponseReturnValue:
    """One batch: how far it is, what is wrong, what it changed, and what can be done with it."""
    batch = get_import_batch(current_user, batch_id)
    tab = request.args.get("tab", "")
    tab = tab if tab in TABS else _likely_tab(batch)
    after = _number("after") or 0
    rows: Any = issues.changes(batch, after=after) if tab == "changes" else issues.page(
        batch, warnings=tab == "warned", after=after)
    more = rows[issues.PAGE - 1].id if len(rows) > issues.PAGE else None
    return render_template("imports/show.html", batch=batch, told=progress.of(batch), tab=tab, more=more, after=after,
                           rows=rows[: issues.PAGE], title=templates.TITLES[batch.kind])


@bp.get("/<id:batch_id>/progress")
@for_roles(Role.REGISTRAR)
def ask_progress(batch_id: int) -> dict[str, Any]:
    """How far it is, for the page that waits."""
    told = progress.of(get_import_batch(current_user, batch_id))
    return {"percent": told.percent, "words": told.words, "left": told.left, "is_over": not told.is_running}


@bp.get("/<id:batch_id>/bad-rows.xlsx")
@for_roles(Role.REGISTRAR)
def download_bad_rows(batch_id: int) -> Response:
    """下载有误的行: the same columns and 原因."""
    batch = get_import_batch(current_user, batch_id)
    if not batch.bad_count:
        raise NotFound
    name = f"{Path(batch.file_name).stem}-有误的行.xlsx"
    return _workbook(name, lambda path: bad_rows.write(batch, path, rules=rules()))


@bp.post("/<id:batch_id>/let-in")
@for_roles(Role.REGISTRAR)
def let_in(batch_id: int) -> ResponseReturnValue:
    """导入有效行."""
    batch = get_import_batch(current_user, batch_id)
    form = PressForm.from_request()
    if form.was_submitted_and_valid():
        batches.let_in(batch, actor=current_user)
        if batch.rows_total <= SMALL_ROWS:
            running.run(batch_id, rules=rules())
    return redirect(f"/imports/{batch_id}")


@bp.post("/<id:batch_id>/cancel")
@for_roles(Role.REGISTRAR)
def cancel(batch_id: int) -> ResponseReturnValue:
    """取消."""
    batch = get_import_batch(current_user, batch_id)
    form = PressForm.from_request()
    if form.was_submitted_and_valid():
        batches.cancel(batch, actor=current_user)
        flash("已取消，没有写入任何内容。", "success")
    return redirect(f"/imports/{batch_id}")


@bp.route("/<id:batch_id>/undo", methods=["GET", "POST"])
@for_roles(Role.REGISTRAR)
def undo(batch_id: int) -> ResponseReturnValue:
    """撤销: asked once more, for it is a large thing."""
    batch = get_import_batch(current_user, batch_id)
    form = PressForm.from_request()
    if form.was_submitted_and_valid():
        undoing.undo(batch, actor=current_user)
        flash("已撤销本批次的全部改动。", "success")
        return redirect(f"/imports/{batch_id}")
    if batch.state is not ImportState.IMPORTED:
        return redirect(f"/imports/{batch_id}")
    return render_template("imports/undo.html", batch=batch, form=form)


def _received(form: ImportForm) -> ImportBatch | None:
    sent: Any = form.file.data
    unit_id = batches.unit_of(current_user)
    try:
        return batches.receive(sent.stream, sent.filename, kind=form.kind.data, actor=current_user, unit_id=unit_id,
                               rules=rules(), system=form.system.data or "")
    except BadInput as refusal:
        form.blame("file", str(refusal))
        return None


def _likely_tab(batch: ImportBatch) -> str:
    if batch.bad_count or not batch.warned_count and batch.state is not ImportState.IMPORTED:
        return "bad"
    return "warned" if batch.warned_count else "changes"


def _workbook(name: str, write: Any) -> Response:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as kept:
        write(Path(kept.name))
        stream = Path(kept.name).open("rb")
    return send_file(stream, mimetype=SHEET, as_attachment=True, download_name=name)


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None
