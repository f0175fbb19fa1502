"""At a window, without an account: the page behind a desk code, and the kiosk that is bound to the window."""

from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.ratings import Grade
from operations.errors import BadInput, DomainError
from operations.ratings import additions, case_links, desk, kiosks, tags
from operations.ratings.additions import Addition
from operations.ratings.kiosks import NotBound
from views.cookies import named
from views.forms.windows import BindForm, CaseRateForm, DeskRateForm, TouchForm
from views.guards import open_to_all
from views.sources import opinion_from_here

bp = Blueprint("at_window", __name__)

COOKIE, PATH, KEPT_FOR = "zq_kiosk", "/kiosk", 400 * 86_400
# Seconds after which a page of the kiosk goes back by itself, by a header: a tablet without a script does it, too.
LOOK_AGAIN, BACK, SLOWLY = 5, 15, 120


@bp.route("/d/<code>", methods=["GET", "POST"])
@open_to_all
def rate(code: str) -> ResponseReturnValue:
    """扫台签评价: a case of this window and officer. Opening the page changes nothing."""
    place = desk.place_of(code)
    form = DeskRateForm.from_request()
    given: list[str] = []
    if form.was_submitted_and_valid() and form.carried_out(lambda: given.append(
        desk.rate(code, number=form.number.data, opinion=opinion_from_here(form)).token
    )):
        return redirect(url_for("public.thanks", token=given[0]))
    page = render_template("public/desk_rate.html", place=place, form=form)
    return page, form.status_code if form.errors else 200


@bp.route("/w/<token>", methods=["GET", "POST"])
@open_to_all
def rate_case(token: str) -> ResponseReturnValue:
    """凭链接评价办件: the hall printed or sent it. Opening the page changes nothing."""
    case = case_links.case_of(token)
    form = CaseRateForm.from_request()
    given: list[str] = []
    if form.was_submitted_and_valid() and form.carried_out(lambda: given.append(
        case_links.rate(token, opinion=opinion_from_here(form)).token
    )):
        return redirect(url_for("public.thanks", token=given[0]))
    page = render_template("public/case_rate.html", case=case, form=form)
    return page, form.status_code if form.errors else 200


@bp.get("/kiosk")
@open_to_all
def kiosk() -> ResponseReturnValue:
    """窗口评价器: five buttons while a case waits, otherwise a page that looks again by itself. Says nothing personal."""
    try:
        here = kiosks.of_device(_secret_here())
    except NotBound:
        return redirect(url_for(".bind"))
    case = kiosks.waiting(here)
    form = TouchForm(formdata=None, data={"case": case.id if case else None})
    return _soon(render_template("kiosk/touch.html", here=here, case=case, form=form, grades=list(Grade)),
                 SLOWLY if case else LOOK_AGAIN)


@bp.post("/kiosk")
@open_to_all
def touch() -> ResponseReturnValue:
    """One touch is a whole answer; a bad one is asked for a reason on the next page, which may be left alone."""
    form = TouchForm.from_request()
    secret, grade = _secret_here(), form.touched
    kiosks.of_device(secret)
    if not form.was_submitted_and_valid() or grade is None or form.case.data is None:
        return redirect(url_for(".kiosk"))
    try:
        given = kiosks.rate(secret, case_id=form.case.data, grade=grade)
    except NotBound:
        raise
    except DomainError as refusal:
        return _soon(render_template("kiosk/told.html", words=str(refusal)), BACK, refusal.status_code)
    return redirect(url_for(".reasons", token=given.token) if grade.is_bad else url_for(".done"))


@bp.route("/kiosk/reasons/<token>", methods=["GET", "POST"])
@open_to_all
def reasons(token: str) -> ResponseReturnValue:
    """差评的原因: big buttons; nobody has to, and the page goes back by itself, slowly for who asks for it."""
    rating = additions.rating_of(token)
    offered = tags.in_force(additions.occasion_of(rating))[rating.grade].tags
    if request.method == "POST":
        chosen = request.form.get("tag", "")
        if chosen not in offered:
            raise BadInput
        additions.add_by_link(token, addition=Addition(tags=(chosen,)))
        return redirect(url_for(".done"))
    is_slow = "slow" in request.args
    page = render_template("kiosk/reasons.html", token=token, offered=offered, is_slow=is_slow, seconds=2 * BACK)
    return _soon(page, SLOWLY if is_slow else 2 * BACK)


@bp.get("/kiosk/done")
@open_to_all
def done() -> ResponseReturnValue:
    """谢谢: back to the start by itself."""
    return _soon(render_template("kiosk/told.html", words=""), BACK)


@bp.route("/kiosk/bind", methods=["GET", "POST"])
@open_to_all
def bind() -> ResponseReturnValue:
    """绑定平板: the code is used up, and this browser keeps a secret that only the kiosk's own pages get."""
    form = BindForm.from_request()
    secret: list[str] = []
    if form.was_submitted_and_valid() and form.carried_out(lambda: secret.append(kiosks.bind(form.passcode.data))):
        answer = make_response(redirect(url_for(".kiosk")))
        answer.set_cookie(named(COOKIE, path=PATH), secret[0], max_age=KEPT_FOR, path=PATH, httponly=True,
                          samesite="Strict", secure=current_app.config["SESSION_COOKIE_SECURE"])
        return answer
    return render_template("kiosk/bind.html", form=form), form.status_code if form.errors else 200


def _secret_here() -> str:
    return request.cookies.get(named(COOKIE, path=PATH), "")


def _soon(page: str, seconds: int, status: int = 200) -> Response:
    answer: Any = make_response(page, status)
    answer.headers["Refresh"] = f"{seconds}; url={url_for('.kiosk')}"
    return answer
