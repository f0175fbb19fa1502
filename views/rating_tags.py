"""评价选项: which reasons are offered with each grade, their versions, and a new version from a day on."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.ratings import Grade, RatingOccasion
from operations.errors import NotFound
from operations.ratings import tags
from views.forms.ratings import TagSetForm
from views.guards import for_roles, proven

bp = Blueprint("rating_tags", __name__, url_prefix="/rating-tags")


@bp.get("")
@for_roles(*tags.EDITORS)
def index() -> str:
    """What holds now for one occasion, and every version of it."""
    asked = request.args.get("occasion", "")
    occasion = RatingOccasion(asked) if asked in set(RatingOccasion) else RatingOccasion.ONLINE
    tabs = [{"label": one.label, "url": url_for(".index", occasion=one), "current": one is occasion, "light": ""}
            for one in RatingOccasion]
    return render_template("rating_tags/index.html", occasion=occasion, tabs=tabs,
                           in_force=tags.in_force(occasion), versions=tags.versions(occasion),
                           may_set=tags.may_set(current_user))


@bp.route("/<occasion>/<grade>", methods=["GET", "POST"])
@for_roles(*tags.EDITORS)
@proven
def edit(occasion: str, grade: str) -> ResponseReturnValue:
    """换版：one reason a line, from a day on."""
    if occasion not in set(RatingOccasion) or grade not in set(Grade) or not tags.may_set(current_user):
        raise NotFound
    of, level = RatingOccasion(occasion), Grade(grade)
    form = TagSetForm.from_request(data={"tags": "\n".join(tags.in_force(of)[level].tags)})
    if form.was_submitted_and_valid() and form.carried_out(lambda: tags.set_tags(
        of, level, tags=form.tags.data.splitlines(), effective_on=form.effective_on.data, reason=form.reason.data,
        actor=current_user, once=form.once,
    )):
        flash(f"新版本从 {form.effective_on.data:%Y-%m-%d} 起使用。", "success")
        return redirect(url_for(".index", occasion=of))
    page = render_template("rating_tags/edit.html", occasion=of, grade=level, form=form)
    return page, form.status_code if form.errors else 200
