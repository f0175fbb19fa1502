"""通知方式: by what, when and where to somebody is told outside the site."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.delivery import adapters, choices, hours
from views.forms.notices import WishesForm
from views.guards import ensure_proven
from views.shells import shell_of

bp = Blueprint("account_notices", __name__, url_prefix="/account/notices")


@bp.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """通知方式."""
    carriers = adapters.carriers_on(current_app.config)
    form = WishesForm.about(choices.wishes_of(current_user), carriers)
    if form.was_submitted_and_valid() and form.wishes.email != choices.wishes_of(current_user).email:
        ensure_proven()  # a link to set a password may go there
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: choices.choose(form.wishes, actor=current_user, carriers=carriers)
    ):
        flash("通知方式已保存。", "green")
        return redirect(url_for(".index"))
    opens, closes = hours.of_the_site()
    page = render_template(
        "account/notices.html", shell=shell_of(current_user), form=form, carriers=carriers,
        reach=choices.reach_of(current_user), site_hours=f"{hours.clock_words(opens)}–{hours.clock_words(closes)}",
    )
    return page, form.status_code if form.errors else 200


@bp.post("/resume")
def resume() -> ResponseReturnValue:
    """恢复短信, after TD."""
    choices.resume(actor=current_user)
    flash("短信已恢复。", "green")
    return redirect(url_for(".index"))
