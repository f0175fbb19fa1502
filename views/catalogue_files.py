"""派单目录 by a workbook: the empty one, what a filled one would change, and the change."""

from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from operations.insight.routing import sheets
from operations.tickets import catalogue_files
from operations.tickets.catalogue_files import Plan
from views.forms.routing import FileForm
from views.guards import for_roles
from views.workbooks import sent_workbook

bp = Blueprint("catalogue_files", __name__, url_prefix="/catalogue/import")
LISTED = 200


@bp.get("/template")
@for_roles(Role.CLERK)
def template() -> ResponseReturnValue:
    """空白模板."""
    return sent_workbook(sheets.catalogue_template(), "派单目录模板")


@bp.route("", methods=["GET", "POST"])
@for_roles(Role.CLERK)
def import_file() -> ResponseReturnValue:
    """导入目录：what would change is shown first, then it is published."""
    form: Any = FileForm.from_request()
    plans: list[Plan] = []
    if form.was_submitted_and_valid() and form.carried_out(lambda: plans.append(_asked(form))):
        if form.step.data == "publish":
            flash(f"已导入目录：新增 {len(plans[0].added)} 条，修改 {len(plans[0].revised)} 条。", "green")
            return redirect(url_for("catalogue.index"))
    elif form.status_code == 409:
        plans.append(_preview(form))
    if plans:
        form.step.data, form.seen.data = "publish", plans[0].mark
    else:
        form.step.data = form.kept.data = form.seen.data = ""
    page = render_template("catalogue/import.html", form=form, plan=plans[0] if plans else None, listed=LISTED)
    return page, form.status_code if form.errors else 200


def _asked(form: Any) -> Plan:
    """The plan of the file that comes, or that came, published when it was shown before."""
    sent = form.file.data
    if getattr(sent, "filename", ""):
        form.kept.data, form.step.data = catalogue_files.keep(
            sent.stream, sent.filename, actor=current_user, folder=_folder()
        ), ""
    if form.step.data != "publish":
        return _preview(form)
    return catalogue_files.publish(
        form.kept.data or "", actor=current_user, folder=_folder(), seen=form.seen.data, once=form.once
    )


def _preview(form: Any) -> Plan:
    return catalogue_files.preview(form.kept.data or "", actor=current_user, folder=_folder())


def _folder() -> Path:
    folder: Path = current_app.config["IMPORTS_DIR"]
    return folder
