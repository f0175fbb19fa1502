"""派单目录: the list, what it does not answer, one entry with its history; entering, changing and ending entries."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.routing import CatalogueEntry
from operations.access.routing_scope import get_entry, keeping_post
from operations.access.scope import OFFICIALS
from operations.insight import units
from operations.insight.routing import catalogue as pages
from operations.insight.routing import sheets
from operations.insight.routing.catalogue import Narrowing
from operations.tickets import catalogue
from views.forms.base import RefusableForm, clean
from views.forms.routing import EndForm, EntryForm, RevisionForm
from views.guards import for_roles, proven
from views.watch import place_of
from views.workbooks import sent_workbook

bp = Blueprint("catalogue", __name__, url_prefix="/catalogue")

LONGEST = 40


@bp.get("")
@for_roles(*OFFICIALS)
def index() -> str:
    """派单目录."""
    narrowing, place = _narrowing(), place_of(request.args)
    page, assisting = pages.listed(current_user, narrowing, place=place)
    written = _written(narrowing)
    return render_template(
        "catalogue/index.html", rows=page.rows, assisting=assisting, narrowing=narrowing, is_narrowed=bool(written),
        keeps=current_user.holds(Role.CLERK), export_url=url_for(".export", **written),
        previous=url_for(".index", **written, before=page.previous) if page.previous else "",
        next=url_for(".index", **written, after=page.next) if page.next else "",
    )


@bp.post("/export")
@for_roles(*OFFICIALS)
@proven
def export() -> ResponseReturnValue:
    """导出派单目录."""
    file = sheets.export_catalogue(current_user, _narrowing())
    return sent_workbook(file, "派单目录")


@bp.get("/lacking")
@for_roles(*OFFICIALS)
def lacking() -> str:
    """没有目录的事项类别."""
    return render_template("catalogue/lacking.html", found=pages.lacking(current_user),
                           keeps=current_user.holds(Role.CLERK))


@bp.route("/new", methods=["GET", "POST"])
@for_roles(Role.CLERK)
def new() -> ResponseReturnValue:
    """列入目录. ``?category=`` comes from the list of what is lacking."""
    form: Any = EntryForm.from_request()
    form.offer_regions(pages.regions(current_user))
    if form.was_submitted_and_valid() and form.carried_out(lambda: catalogue.enter(
        actor=current_user, category=form.category.data, region=pages.get_region(current_user, form.region_id.data),
        terms=form.terms, once=form.once,
    )):
        flash("已列入目录，从现在起用于派单建议。", "success")
        return redirect(url_for(".index"))
    if request.method == "GET" and not form.category.data:
        form.category.data = clean(request.args.get("category"))[:120]
    page = render_template("catalogue/form.html", form=form, entry=None, units=units.offered(),
                           known=pages.known(current_user))
    return page, form.status_code if form.errors else 200


@bp.get("/<id:entry_id>")
@for_roles(*OFFICIALS)
def show(entry_id: int) -> ResponseReturnValue:
    """One entry with its history."""
    return _shown(get_entry(current_user, entry_id), EndForm(formdata=None))


@bp.route("/<id:entry_id>/edit", methods=["GET", "POST"])
@for_roles(Role.CLERK)
def edit(entry_id: int) -> ResponseReturnValue:
    """修改目录."""
    entry, form = get_entry(current_user, entry_id), RevisionForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(lambda: catalogue.revise(
        entry, actor=current_user, terms=form.terms, once=form.once
    )):
        flash("已修改，旧的一条留作历史。", "success")
        return redirect(url_for(".index"))
    if request.method == "GET" and not form.lead.data:
        form.show(entry.lead_unit.name, pages.assistants([entry.id]).get(entry.id, ()), entry.basis)
    page = render_template("catalogue/form.html", form=form, entry=entry, units=units.offered(), known=())
    return page, form.status_code if form.errors else 200


@bp.post("/<id:entry_id>/end")
@for_roles(Role.CLERK)
def end(entry_id: int) -> ResponseReturnValue:
    """移出目录."""
    entry, form = get_entry(current_user, entry_id), EndForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(lambda: catalogue.end(
        entry, actor=current_user, reason=form.reason.data, once=form.once
    )):
        flash("已移出目录。", "success")
        return redirect(url_for(".index"))
    return _shown(entry, form)


def _shown(entry: CatalogueEntry, form: RefusableForm) -> ResponseReturnValue:
    rows = pages.history(entry)
    page = render_template(
        "catalogue/show.html", entry=entry, rows=rows, form=form,
        assisting=pages.assistants(row.CatalogueEntry.id for row in rows),
        keeps=keeping_post(current_user, entry.region.path) is not None and entry.ended_at is None,
    )
    return page, form.status_code if form.errors else 200


def _narrowing() -> Narrowing:
    return Narrowing(clean(request.args.get("words"))[:LONGEST], request.args.get("vacant") == "1")


def _written(narrowing: Narrowing) -> dict[str, Any]:
    values = {"words": narrowing.words, "vacant": "1" if narrowing.is_vacant else ""}
    return {name: value for name, value in values.items() if value}
