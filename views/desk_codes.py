"""点评台: the codes on the desks and the tablets beside them, for who looks after the windows; and counted cases."""

from collections.abc import Callable
from io import BytesIO

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.base import db
from operations.ratings import cards, desk, kiosks, windows
from views.converters import row_id
from views.forms.windows import CountForm, IssueForm, KioskForm
from views.guards import for_roles
from views.papers import chosen_fonts

bp = Blueprint("desk_codes", __name__, url_prefix="/desk-codes")


@bp.get("")
@for_roles(*windows.KEEPERS)
def index() -> ResponseReturnValue:
    """The live cards and tablets of the windows that the person keeps."""
    return _shown()


@bp.post("/issue")
@for_roles(*windows.KEEPERS)
def issue() -> ResponseReturnValue:
    """制发台签."""
    form = _issue_form()
    if form.was_submitted_and_valid() and form.carried_out(_issuing(form)):
        flash("台签已制发，可以打印。换了人或换了窗口请重新制发，旧的即作废。", "success")
        return redirect(url_for(".index"))
    return _shown(issue=form)


@bp.post("/<id:code_id>/retire")
@for_roles(*windows.KEEPERS)
def retire(code_id: int) -> ResponseReturnValue:
    """停用台签."""
    desk.retire(code_id, actor=current_user)
    flash("台签已停用，扫它会提示已更换。", "success")
    return redirect(url_for(".index"))


@bp.get("/cards.pdf")
@for_roles(*windows.KEEPERS)
def print_cards() -> ResponseReturnValue:
    """The live cards as a sheet to print, of one window or of all."""
    window_id = request.args.get("window", type=row_id)
    found = desk.cards(current_user, window_id=window_id)
    file = cards.pdf_of(found, address_of=_address, fonts=chosen_fonts())
    return send_file(BytesIO(file), mimetype="application/pdf", as_attachment=True, download_name="点评台签.pdf")


@bp.post("/kiosks")
@for_roles(*windows.KEEPERS)
def add_kiosk() -> ResponseReturnValue:
    """添加评价器：the binding code is in this answer and nowhere else."""
    form, made = _kiosk_form(), []
    if form.was_submitted_and_valid() and form.carried_out(lambda: made.append(
        kiosks.make(int(form.window.data), actor=current_user, place=form.place.data, once=form.once)
    )):
        address = current_app.config["PUBLIC_URL"].rstrip("/") + url_for("at_window.kiosk")
        return render_template("desk_codes/bound.html", code=made[0], address=address)
    return _shown(kiosk=form)


@bp.post("/kiosks/<id:kiosk_id>/retire")
@for_roles(*windows.KEEPERS)
def retire_kiosk(kiosk_id: int) -> ResponseReturnValue:
    """停用评价器."""
    kiosks.retire(kiosk_id, actor=current_user)
    flash("评价器已停用。", "success")
    return redirect(url_for(".index"))


@bp.route("/cases", methods=["GET", "POST"])
@for_roles(*windows.WORKERS)
def count() -> ResponseReturnValue:
    """计数办件：the officer notes what was just finished, so that whoever came can rate it."""
    own = db.session.scalars(windows.own_windows(current_user)).all()
    form = CountForm.from_request().offer(own)
    if form.was_submitted_and_valid() and form.carried_out(lambda: windows.count_case(
        int(form.window.data), number=form.number.data, item=form.item.data, actor=current_user, once=form.once
    )):
        flash("已登记，请办事人在评价器上按键或扫台签评价。", "success")
        return redirect(url_for(".count"))
    page = render_template("desk_codes/cases.html", form=form, own=own, cases=windows.counted_by(current_user))
    return page, form.status_code if form.errors else 200


def _issuing(form: IssueForm) -> Callable[[], None]:
    def act() -> None:
        window_id, officer_id = form.place
        desk.issue(window_id, officer_id=officer_id, actor=current_user, once=form.once)

    return act


def _issue_form(**rest: object) -> IssueForm:
    found = windows.desks_of(current_user)
    return IssueForm(**rest).offer([(f"{at}-{who}", f"{window}　{name}") for at, window, who, name in found])


def _kiosk_form(**rest: object) -> KioskForm:
    return KioskForm(prefix="kiosk-", **rest).offer(db.session.scalars(windows.kept_windows(current_user)))


def _shown(*, issue: IssueForm | None = None, kiosk: KioskForm | None = None) -> ResponseReturnValue:
    sent = issue or kiosk
    page = render_template(
        "desk_codes/index.html", form=sent, cards=desk.cards(current_user), kiosks=kiosks.kept(current_user),
        issue=issue or _issue_form(formdata=None), kiosk=kiosk or _kiosk_form(formdata=None),
    )
    return page, sent.status_code if sent is not None and sent.errors else 200


def _address(code: str) -> str:
    return current_app.config["PUBLIC_URL"].rstrip("/") + url_for("at_window.rate", code=code)
