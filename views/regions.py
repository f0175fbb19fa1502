"""区划: the tree with how much lies in each place, and the site's own file that changes it."""

from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access.scope import REGIONAL
from operations.directory import region_files, region_tree
from operations.directory.region_files import Update
from operations.directory.regions import ADMINISTRATORS, Plan
from views.forms.base import clean
from views.forms.regions import RegionsForm
from views.guards import for_roles

bp = Blueprint("regions", __name__, url_prefix="/regions")
LISTED = 200


@bp.get("")
@for_roles(*ADMINISTRATORS, *REGIONAL)
def index() -> ResponseReturnValue:
    """One level of the tree."""
    code, after = (clean(request.args.get(name))[:24] for name in ("at", "after"))
    found = region_tree.tree(current_user, code=code, after=after)
    return render_template(
        "regions/index.html", tree=found, is_first=not after, may_import=current_user.holds(*ADMINISTRATORS),
        opens_lists=current_user.holds(*REGIONAL),
    )


@bp.route("/import", methods=["GET", "POST"])
@for_roles(*ADMINISTRATORS)
def import_file() -> ResponseReturnValue:
    """更新区划：what would change is shown first, then it is published."""
    form: Any = RegionsForm.from_request()
    plans: list[Plan] = []
    if form.was_submitted_and_valid() and form.carried_out(lambda: plans.append(_asked(form))):
        if form.step.data == "publish":
            flash(f"已更新区划：{plans[0].count} 个代码有改动，{plans[0].known} 个不变。", "green")
            return redirect(url_for(".index"))
    elif form.status_code == 409:
        plans.append(_preview(form))
    if plans:
        form.step.data, form.seen.data = "publish", region_files.mark_of(plans[0])
    else:
        form.step.data = form.kept.data = form.seen.data = ""
    page = render_template("regions/import.html", form=form, plan=plans[0] if plans else None, listed=LISTED)
    return page, form.status_code if form.errors else 200


def _asked(form: Any) -> Plan:
    """The plan of the file that comes, or that came, published when it was shown before."""
    sent = form.file.data
    if getattr(sent, "filename", ""):
        form.kept.data, form.step.data = region_files.keep(
            sent.stream, sent.filename, actor=current_user, folder=_folder()
        ), ""
    if form.step.data != "publish":
        return _preview(form)
    return region_files.publish(
        _update(form), actor=current_user, folder=_folder(), seen=form.seen.data, once=form.once
    )


def _preview(form: Any) -> Plan:
    return region_files.preview(_update(form), actor=current_user, folder=_folder())


def _update(form: Any) -> Update:
    return Update(form.kept.data or "", form.on.data, form.closes_missing.data)


def _folder() -> Path:
    folder: Path = current_app.config["IMPORTS_DIR"]
    return folder
