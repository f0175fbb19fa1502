"""填报情况: how far each unit has filled the directory, and the list behind every figure."""

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.directory import filling as acts
from operations.errors import NotFound
from operations.insight import filling, filling_sheet
from operations.insight.filling import ABOVE, READERS
from views.forms.filling import ReminderForm, TargetForm
from views.guards import for_roles, proven
from views.watch import place_of
from views.workbooks import XLSX

bp = Blueprint("filling", __name__, url_prefix="/filling")

LISTS = {
    "enterprises": ("已报企业", filling.enterprises_behind), "matched": ("已配管家的企业", filling.enterprises_behind),
    "unmatched": ("未配管家的企业", filling.enterprises_behind), "stewards": ("已注册管家", filling.stewards_behind),
    "active": ("已激活管家", filling.stewards_behind), "silent": ("零互动管家", filling.stewards_behind),
}


@bp.get("")
@for_roles(*READERS)
def index() -> ResponseReturnValue:
    """填报情况: every unit the reader may see."""
    units = filling.figures(current_user)
    return render_template("filling/index.html", units=units, total=filling.total(units), trend=filling.trend(units))


@bp.post("/export")
@for_roles(*READERS)
@proven
def export() -> ResponseReturnValue:
    """导出表格."""
    return send_file(filling_sheet.export(current_user), XLSX, as_attachment=True, download_name="填报情况.xlsx")


@bp.route("/<id:unit_id>", methods=["GET", "POST"])
@for_roles(*READERS)
def show(unit_id: int) -> ResponseReturnValue:
    """One unit: its figures, its weeks; the offices above set its targets here."""
    unit = filling.get(current_user, unit_id)
    counts = unit.counts
    form = TargetForm.from_request(data={"enterprises": counts.enterprises_due, "stewards": counts.stewards_due})
    if form.was_submitted_and_valid():
        acts.set_target(unit, actor=current_user, once=form.once, **form.answers)
        flash(f"已定{unit.short_name}的应报数。", "success")
        return redirect(url_for(".show", unit_id=unit_id))
    page = render_template("filling/show.html", unit=unit, form=form,
                           reminder=ReminderForm(formdata=None, prefix="remind-"), trend=filling.trend([unit]),
                           may_set=acts.may_set(current_user, unit))
    return page, 422 if form.errors else 200


@bp.post("/<id:unit_id>/remind")
@for_roles(*READERS)
def remind(unit_id: int) -> ResponseReturnValue:
    """提醒填报人."""
    unit = filling.get(current_user, unit_id, is_exact=True)
    count = acts.remind(unit, actor=current_user, once=ReminderForm.from_request(prefix="remind-").once)
    flash(f"已提醒{unit.short_name}的 {count} 名填报人。", "success")
    return redirect(url_for(".show", unit_id=unit_id))


@bp.get("/<id:unit_id>/<figure>")
@for_roles(*READERS)
def behind(unit_id: int, figure: str) -> ResponseReturnValue:
    """The list behind a figure: as many rows as the figure says."""
    if figure not in LISTS:
        raise NotFound
    unit = filling.get(current_user, unit_id)
    label, listed = LISTS[figure]
    return render_template("filling/behind.html", unit=unit, figure=figure, label=label,
                           count=getattr(unit.counts, figure), page=listed(unit, figure, place_of(request.args)),
                           lists={name: words for name, (words, _) in LISTS.items()},
                           is_of_people=listed is filling.stewards_behind,
                           may_open_people=current_user.holds(*ABOVE))
