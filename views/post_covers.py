"""代理: who stands in for whom, and naming a substitute."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from models.access import Post, PostCover
from operations.access import cover_scope, covers
from operations.access.cover_scope import NAMING
from operations.access.found import the_one
from operations.clocks import shanghai
from operations.insight.keyset import paged
from views.forms.covers import CoverPostForm
from views.guards import for_roles, proven
from views.watch import place_of

bp = Blueprint("post_covers", __name__, url_prefix="/post-covers")
PAGE = 25


@bp.get("")
@for_roles(*NAMING)
def index() -> str:
    """谁代理谁."""
    page = paged(cover_scope.visible_covers(current_user), PostCover.named_at, PostCover.id, size=PAGE,
                 place=place_of(request.args), is_descending=True)
    return render_template(
        "post_covers/index.html", rows=page.rows, today=shanghai.today(),
        previous=url_for(".index", before=page.previous) if page.previous else "",
        next=url_for(".index", after=page.next) if page.next else "",
    )


@bp.route("/new", methods=["GET", "POST"])
@for_roles(*NAMING)
@proven
def new() -> ResponseReturnValue:
    """安排代理."""
    form = CoverPostForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(lambda: _name(form)):
        flash("已安排代理，双方会收到通知。", "success")
        return redirect(url_for(".index"))
    page = render_template("post_covers/new.html", form=form, holders=cover_scope.offered(current_user))
    return page, form.status_code if form.errors else 200


@bp.post("/<id:cover_id>/end")
@for_roles(*NAMING)
@proven
def end(cover_id: int) -> ResponseReturnValue:
    """提前结束."""
    covers.end_cover(cover_scope.get_cover(current_user, cover_id), actor=current_user)
    flash("代理已结束。", "success")
    return redirect(url_for(".index"))


def _name(form: CoverPostForm) -> None:
    held = cover_scope.meant(cover_scope.coverable(current_user), form.holder.data, "岗位")
    post = the_one(select(Post).where(Post.id == held.id))
    substitute = cover_scope.meant(cover_scope.substitutes(post), form.substitute.data, "代理人")
    covers.name_substitute(post.id, actor=current_user, substitute_id=substitute.user_id, span=form.span,
                           reason=form.reason.data, once=form.once)
