"""认领企业: three public steps on a phone – enterprise and mobile, the code, who you are – and what became of it."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access import codes
from operations.delivery.adapters import OFF
from operations.directory import claim_desk, claims
from operations.directory.claims import Applicant, Outlook
from views.forms.claiming import AgainForm, ApplicantForm, ClaimForm, CodeForm
from views.guards import open_to_all

bp = Blueprint("claiming", __name__, url_prefix="/claim")


@bp.route("", methods=["GET", "POST"])
@open_to_all
def begin() -> ResponseReturnValue:
    """第 1 步. The answer is the same for every enterprise and every number."""
    form = ClaimForm.from_request()
    is_off = current_app.config["TEXTING"] == OFF
    if not is_off and form.was_submitted_and_valid() and form.carried_out(lambda: _send(form)):
        return redirect(url_for(".code"))
    page = render_template("claiming/begin.html", form=form, is_off=is_off)
    return page, form.status_code if form.errors else 200


@bp.route("/code", methods=["GET", "POST"])
@open_to_all
def code() -> ResponseReturnValue:
    """第 2 步. Every try counts; the sentence for a wrong code, an old one and none is the same."""
    waiting = codes.wish_of(_key())
    if waiting is None:
        return redirect(url_for(".applicant" if _key() else ".begin"))
    form = CodeForm.from_request()
    if form.was_submitted_and_valid():
        if codes.enter(_key(), form.passcode.data, site_key=_site_key(), address=_address()):
            return redirect(url_for(".applicant"))
        form.blame("passcode", codes.WRONG)
    page = render_template("claiming/code.html", form=form, again=AgainForm(formdata=None), waiting=waiting)
    return page, 422 if form.errors else 200


@bp.post("/code/again")
@open_to_all
def again() -> ResponseReturnValue:
    """重新获取验证码."""
    codes.send_again(_key(), purpose_words=claims.PURPOSE, site_key=_site_key(), address=_address())
    flash("验证码已重新发出，以最新的一条为准。", "green")
    return redirect(url_for(".code"))


@bp.route("/account", methods=["GET", "POST"])
@open_to_all
def applicant() -> ResponseReturnValue:
    """第 3 步: what will become of it, and who claims."""
    outlook = claims.outlook(codes.proven(_key()))
    form = ApplicantForm.from_request()
    form.ask_only(regions=() if outlook.is_known else claim_desk.counties(), is_new=not outlook.has_account)
    if form.was_submitted_and_valid() and form.carried_out(lambda: _claim(form)):
        return redirect(url_for(".done"))
    page = render_template("claiming/applicant.html", form=form, outlook=outlook)
    return page, form.status_code if form.errors else 200


@bp.get("/done")
@open_to_all
def done() -> ResponseReturnValue:
    """What happens next; survives a reload, and says nothing to anybody else."""
    told = session.get("claimed")
    return render_template("claiming/done.html", told=told) if told else redirect(url_for(".begin"))


@bp.get("/progress")
def progress() -> str:
    """认领进度: what became of one's own claims."""
    return render_template("claiming/progress.html", claims=claim_desk.own(current_user))


def _send(form: ClaimForm) -> None:
    wish = {"credit_code": form.credit_code.data, "name": form.name.data}
    session["claim"] = codes.send(form.mobile.data, wish, purpose_words=claims.PURPOSE, site_key=_site_key(),
                                  address=_address())
    session.pop("claimed", None)


def _claim(form: ApplicantForm) -> None:
    opened: Outlook = claims.outlook(codes.proven(_key()))
    who = Applicant(
        person=form.person.data,
        password=form.new_password.data if form.new_password else "",
        region_id=form.region.data if form.region else None,
    )
    made = claims.claim(_key(), applicant=who, address=_address())
    session.pop("claim", None)
    session["claimed"] = {
        "name": made.name, "mobile": made.mobile, "is_in": made.decided_at is not None, "is_known": opened.is_known,
        "has_account": opened.has_account,
    }


def _key() -> str:
    return str(session.get("claim", ""))


def _site_key() -> str:
    return str(current_app.config["SECRET_KEY"])


def _address() -> str:
    return request.remote_addr or ""
