"""Pages that need no account: checking a receipt, and rating by a one-time link."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from operations.ratings import additions, links
from operations.supervision.letters import proof
from operations.tickets import receipts
from views.forms.public import VerifyForm, VerifyLetterForm
from views.forms.ratings import AdditionForm, RateForm
from views.guards import open_to_all
from views.sources import opinion_from_here

bp = Blueprint("public", __name__)


@bp.get("/verify")
@bp.get("/verify/<number:number>")
@open_to_all
def verify(number: str = "") -> ResponseReturnValue:
    """查验回执: whatever does not match gets one and the same answer; contents and names are never shown."""
    asked = MultiDict({"number": number or request.args.get("number", ""), "code": request.args.get("code", "")})
    form = VerifyForm(formdata=asked if "code" in request.args else None, data={"number": number})
    if "code" not in request.args or not form.validate():
        return render_template("public/verify.html", form=form, verdict=None), 422 if form.errors else 200
    verdict = receipts.verify(form.number.data, form.code.data)
    return render_template("public/verdict.html", form=form, verdict=verdict)


@bp.get("/verify/letter")
@open_to_all
def verify_letter() -> ResponseReturnValue:
    """查验公文: number, office and day of a genuine letter; never to whom it went or what it says."""
    form = VerifyLetterForm(formdata=request.args if "code" in request.args else None)
    if "code" not in request.args or not form.validate():
        return render_template("public/verify_letter.html", form=form), 422 if form.errors else 200
    return render_template("public/letter_verdict.html", form=form, verdict=proof.verify(form.code.data))


@bp.route("/r/", methods=["GET", "POST"], defaults={"token": ""})
@bp.route("/r/<token>", methods=["GET", "POST"])
@open_to_all
def rate(token: str) -> ResponseReturnValue:
    """凭链接评价: opening the page changes nothing; the link is used up by the rating."""
    ticket = links.ticket_of(token)
    form = RateForm.from_request()
    if form.was_submitted_and_valid():
        given = links.rate(token, opinion=opinion_from_here(form), address=request.remote_addr or "")
        return redirect(url_for(".thanks", token=given.token))
    return render_template("public/rate.html", ticket=ticket, form=form), 422 if form.errors else 200


@bp.get("/r/thanks")
@open_to_all
def added() -> str:
    """谢谢追评: says nothing about any ticket."""
    return render_template("public/thanks.html", form=None)


@bp.route("/r/thanks/<token>", methods=["GET", "POST"])
@open_to_all
def thanks(token: str) -> ResponseReturnValue:
    """谢谢评价, and the one 追评: now or later, by this very address, which is on no other page."""
    additions.rating_of(token)
    form = AdditionForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: additions.add_by_link(token, addition=form.addition)
    ):
        return redirect(url_for(".added"))
    address = current_app.config["PUBLIC_URL"].rstrip("/") + url_for(".thanks", token=token)
    page = render_template("public/thanks.html", form=form, address=address)
    return page, form.status_code if form.errors else 200
