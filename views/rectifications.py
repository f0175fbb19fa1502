"""差评整改: the register with its figures, and one 整改 with what its reader may do about it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access.rectification_scope import READING, get_rectification
from operations.errors import NotAllowed
from operations.insight import (
    anonymous_ratings,
    exports,
    rectification_offers,
    rectification_sheet,
    rectifications,
)
from operations.insight.rectifications import State
from operations.insight.ticket_page.people import CALLING
from operations.ratings import additions, appeals
from operations.ratings import rectifications as acts
from views import measure_filter, rectification_filter
from views.forms.base import RefusableForm
from views.forms.rectifications import AppealForm, CallForm, ContactForm, DecideForm, ReportForm, SignForm
from views.guards import for_roles, proven
from views.months import month_text
from views.watch import place_of
from views.workbooks import sent_workbook

bp = Blueprint("rectifications", __name__, url_prefix="/rectifications")

# verb → form, act, button, what is told
ACTS: dict[str, tuple[type[RefusableForm], Callable[..., Any], str, str]] = {
    "contact": (ContactForm, acts.contact, "登记联系", "已登记联系。"),
    "sign": (SignForm, acts.sign, "签发整改结果", "已签发，等待回访。"),
    "report": (ReportForm, acts.report, "提交负责人签发", "已提交，等负责人签发。"),
    "call": (CallForm, acts.call, "记录回访", "已记录回访。"),
    "appeal": (AppealForm, appeals.appeal, "提出申诉", "已提出申诉，等督办员裁定。"),
    "decide": (DecideForm, appeals.decide, "作出裁定", "已裁定。"),
}


@bp.get("")
@for_roles(*READING)
def index() -> str:
    """登记表 with its figures."""
    narrowing = rectification_filter.read(request.args)
    page = rectifications.page_of(current_user, narrowing, place=place_of(request.args))
    figures, counts = rectifications.figures(current_user, narrowing)
    written = rectification_filter.written(narrowing)
    around = {name: value for name, value in written.items() if name != "state"}
    return render_template(
        "rectifications/index.html", rows=page.rows, narrowing=narrowing, states=State, figures=figures, counts=counts,
        units=rectifications.units(current_user), month=month_text(narrowing.month), is_narrowed=bool(written),
        export_url=url_for(".export", **written), anonymous=current_user.holds(*anonymous_ratings.READING),
        list_url=lambda state: url_for(".index", **{**around, "state": state.value}),
        previous=url_for(".index", **written, before=page.previous) if page.previous else "",
        next=url_for(".index", **written, after=page.next) if page.next else "",
    )


@bp.post("/export")
@for_roles(*READING)
@proven
def export() -> ResponseReturnValue:
    """导出登记表; above the free size it is asked for."""
    narrowing = rectification_filter.read(request.args)
    written = rectification_filter.written(narrowing)
    if rectifications.count(current_user, narrowing) > exports.free_rows():
        return redirect(url_for("exports.new", kind="rectifications", **written))
    file = exports.take_few(current_user, rectification_sheet.content(current_user, narrowing),
                            query=urlencode(written), scope=rectification_filter.words(narrowing))
    return sent_workbook(file, "差评整改登记表")


@bp.get("/anonymous")
@for_roles(*anonymous_ratings.READING)
def anonymous() -> str:
    """匿名差评: what was said, for those above; sums of finished quarters for the unit."""
    is_above = current_user.holds(*anonymous_ratings.ABOVE)
    page = anonymous_ratings.page_of(current_user, place=place_of(request.args)) if is_above else None
    quarters = anonymous_ratings.quarters()
    quarter = measure_filter.quarter_in(request.args.get("quarter", "")) or quarters[0]
    return render_template(
        "rectifications/anonymous.html", page=page, is_above=is_above, quarter=measure_filter.quarter_text(quarter),
        quarters=[measure_filter.quarter_text(one) for one in quarters], fewest=anonymous_ratings.FEWEST,
        sums=[] if is_above else anonymous_ratings.sums(current_user, quarter),
        previous=url_for(".anonymous", before=page.previous) if page and page.previous else "",
        next=url_for(".anonymous", after=page.next) if page and page.next else "",
    )


@bp.get("/<id:rectification_id>")
@for_roles(*READING)
def show(rectification_id: int) -> ResponseReturnValue:
    """One 整改."""
    return _shown(rectification_id)


@bp.post("/<id:rectification_id>/<any(contact, sign, report, call, appeal, decide):verb>")
@for_roles(*READING)
def act(rectification_id: int, verb: str) -> ResponseReturnValue:
    """联系, 签发, 报结果, 回访, 申诉, 裁定."""
    card = rectifications.card(get_rectification(current_user, rectification_id))
    if not rectification_offers.may(card, current_user, verb):
        raise NotAllowed
    kind, perform, _, told = ACTS[verb]
    form = kind.from_request(prefix=f"{verb}-")
    if form.was_submitted_and_valid() and form.carried_out(lambda: perform(
        rectification_id, actor=current_user, once=form.once, **_answers(form)
    )):
        flash(told, "success")
        return redirect(url_for(".show", rectification_id=rectification_id))
    return _shown(rectification_id, verb=verb, sent=form)


def _answers(form: RefusableForm) -> dict[str, Any]:
    """What the operation takes; the leader signs what the page showed."""
    return {"seen_at": _moment(form.seen.data or "")} if isinstance(form, SignForm) else form.answers


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _shown(rectification_id: int, *, verb: str = "", sent: RefusableForm | None = None) -> ResponseReturnValue:
    card = rectifications.card(get_rectification(current_user, rectification_id))
    verbs = rectification_offers.offered(card, current_user)
    if verb and verb not in verbs:
        verbs.append(verb)
    forms = {one: sent if one == verb and sent else _fresh(one, card) for one in verbs}
    page = render_template(
        "rectifications/show.html", card=card, row=card.row, forms=forms, buttons={one: ACTS[one][2] for one in verbs},
        suggests=rectification_offers.suggested(card, current_user), appeal_until=appeals.limit_of(card.row),
        addition=additions.of_rating(card.rating.id), may_call=current_user.holds(*CALLING),
    )
    is_wrong = sent is not None and (sent.errors or sent.form_errors)
    return page, sent.status_code if sent is not None and is_wrong else 200


def _fresh(verb: str, card: rectifications.Card) -> RefusableForm:
    row = card.row
    if verb == "sign" and row.reported_at:
        return SignForm(formdata=None, prefix="sign-", data={"seen": row.reported_at.isoformat()})
    if verb == "report" and row.reported_at:
        return ReportForm(formdata=None, prefix="report-", data={
            "verification": row.verification, "measures": row.measures, "result": row.result})
    return ACTS[verb][0](formdata=None, prefix=f"{verb}-")
