"""万企评机关 for anybody: the answer of whoever holds a link, and the published results."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from operations.insight import campaign_sheet, campaigns
from operations.ratings.campaigns import answering
from views.campaigns import taken_away
from views.forms.campaigns import AnswerForm
from views.guards import open_to_all

bp = Blueprint("results", __name__)


@bp.route("/c/<token>", methods=["GET", "POST"])
@open_to_all
def answer(token: str) -> ResponseReturnValue:
    """答卷: opening the page changes nothing; the link is used up by the answer. Who is signed in plays no part."""
    campaign, objects = answering.asked(token)
    form = AnswerForm.of(objects)
    if form.was_submitted_and_valid():
        answering.answer(token, opinions=form.opinions)
        return redirect(url_for(".thanks"))
    page = render_template("public/campaign.html", campaign=campaign, objects=objects, form=form)
    return page, 422 if form.errors else 200


@bp.get("/c/thanks")
@open_to_all
def thanks() -> str:
    """谢谢: says nothing about anybody."""
    return render_template("public/campaign_thanks.html")


@bp.get("/results")
@open_to_all
def index() -> str:
    """The published campaigns."""
    return render_template("public/results.html", rows=campaigns.published())


@bp.get("/results/<id:campaign_id>")
@open_to_all
def show(campaign_id: int) -> str:
    """The results of one."""
    campaign = campaigns.published_one(campaign_id)
    return render_template("public/result.html", campaign=campaign, groups=campaigns.results(campaign),
                           method=campaign_sheet.method(campaign), drawn=campaign_sheet.drawn(campaign))


@bp.get("/results/<id:campaign_id>/file.<any(xlsx, docx):form>")
@open_to_all
def file(campaign_id: int, form: str) -> ResponseReturnValue:
    """The same to be taken away."""
    return taken_away(campaigns.published_one(campaign_id), form, is_public=True)
