"""约谈、挂牌督办、移交问责: the register and its figures, the board, one measure, and proposing one."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.measures import MeasureKind
from models.tickets import Ticket
from operations.access.measure_scope import READING
from operations.access.scope import get_ticket
from operations.clocks import shanghai
from operations.insight import exports, measure_page, measure_sheet, measures, units
from operations.insight.measures import State
from operations.supervision.measures import carrying_out, deciding, proposing, reconsidering
from views import measure_filter
from views.forms.base import RefusableForm
from views.forms.measures import (
    ApproveForm,
    DeclineForm,
    FeedBackForm,
    KeepForm,
    ProgressForm,
    ProposeForm,
    ReconsiderForm,
    RecordForm,
    TakeDownForm,
)
from views.guards import for_roles, proven
from views.watch import place_of
from views.workbooks import sent_workbook

bp = Blueprint("measures", __name__, url_prefix="/measures")

FORMS: dict[str, type[RefusableForm]] = {
    "approve": ApproveForm, "decline": DeclineForm, "keep": KeepForm, "progress": ProgressForm,
    "take-down": TakeDownForm, "feed-back": FeedBackForm,
}
ACTS: dict[str, Any] = {
    "approve": deciding.approve, "decline": deciding.decline, "keep": carrying_out.keep_commitment,
    "progress": carrying_out.report_progress, "take-down": carrying_out.take_down,
    "feed-back": carrying_out.feed_back,
}
TOLD = {
    "approve": "已批准。", "decline": "已记下不同意的理由。", "keep": "已确认落实。", "progress": "已报进展。",
    "take-down": "已摘牌。", "feed-back": "已反馈处理结果。",
}


@bp.get("")
@for_roles(*READING)
def index() -> str:
    """登记表."""
    narrowing, place = measure_filter.read(request.args), place_of(request.args)
    page, written = measures.page_of(current_user, narrowing, place=place), measure_filter.written(narrowing)
    return render_template(
        "measures/index.html", rows=page.rows, waiting=measures.waiting(current_user) if not written else [],
        narrowing=narrowing, kinds=MeasureKind, states=State, units=measures.units(current_user),
        state_of=measures.state_of, export_url=url_for(".export", **written), is_narrowed=bool(written),
        may_propose=current_user.holds(Role.SUPERVISOR),
        previous=url_for(".index", **written, before=page.previous) if page.previous else "",
        next=url_for(".index", **written, after=page.next) if page.next else "",
    )


@bp.post("/export")
@for_roles(*READING)
@proven
def export() -> ResponseReturnValue:
    """导出登记表: at once when it is short, otherwise somebody else is asked first."""
    narrowing = measure_filter.read(request.args)
    if measures.count(current_user, narrowing) > exports.free_rows():
        return redirect(url_for("exports.new", kind="measures", **measure_filter.written(narrowing)))
    query = urlencode(measure_filter.written(narrowing))
    file = exports.take_few(current_user, measure_sheet.content(current_user, narrowing), query=query,
                            scope=measure_filter.words(narrowing))
    return sent_workbook(file, "约谈问责登记表")


@bp.get("/board")
@for_roles(*READING)
def board() -> str:
    """挂牌督办."""
    return render_template("measures/board.html", rows=measures.board(current_user))


@bp.get("/figures")
@for_roles(*READING)
def figures() -> str:
    """每季每单位."""
    quarter = measure_filter.quarter_in(request.args.get("quarter", "")) or measures.quarter_of(shanghai.today())
    links = [measure_filter.written(narrowing) for _, narrowing in measures.FIGURES]
    return render_template("measures/figures.html", rows=measures.figures(current_user, quarter), links=links,
                           heads=[head for head, _ in measures.FIGURES],
                           quarter=measure_filter.quarter_text(quarter))


@bp.route("/new", methods=["GET", "POST"])
@for_roles(Role.SUPERVISOR)
def new() -> ResponseReturnValue:
    """提请."""
    ticket, form = _ticket(), ProposeForm.from_request()
    if form.was_submitted_and_valid():
        unit = ticket.lead_unit if ticket else form.unit.answer
        if unit is None:
            form.blame("unit", "办件还没有主办单位" if ticket else "请选择单位")
        else:
            made: list[Any] = []
            if form.carried_out(lambda: made.append(
                proposing.propose(unit, actor=current_user, grounds=form.grounds, ticket=ticket, once=form.once)
            )):
                flash("已提请，等领导批准。", "success")
                return redirect(url_for(".show", measure_id=made[0].id))
    page = render_template("measures/new.html", form=form, ticket=ticket, units=[] if ticket else units.offered())
    return page, form.status_code if form.errors else 200


@bp.get("/<id:measure_id>")
@for_roles(*READING)
def show(measure_id: int) -> ResponseReturnValue:
    """One measure."""
    return _shown(measure_id)


@bp.post("/<id:measure_id>/<any(approve, decline, keep, progress, 'take-down', 'feed-back'):verb>")
@for_roles(*READING)
def act(measure_id: int, verb: str) -> ResponseReturnValue:
    """What the reader does with it."""
    card, form = measure_page.card(current_user, measure_id), FORMS[verb].from_request(prefix=f"{verb}-")
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: ACTS[verb](card.measure, actor=current_user, once=form.once, **form.answers)
    ):
        flash(TOLD[verb], "success")
        return redirect(url_for(".show", measure_id=measure_id))
    return _shown(measure_id, **{verb: form})


@bp.route("/<id:measure_id>/record", methods=["GET", "POST"])
@for_roles(Role.SUPERVISOR)
def record(measure_id: int) -> ResponseReturnValue:
    """约谈记录."""
    card, form = measure_page.card(current_user, measure_id), RecordForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(lambda: carrying_out.record_talk(
        card.measure, actor=current_user, told=form.told, once=form.once
    )):
        flash("已登记约谈记录。", "success")
        return redirect(url_for(".show", measure_id=measure_id))
    if request.method == "GET" and not card.offer.record:
        return redirect(url_for(".show", measure_id=measure_id))
    page = render_template("measures/record.html", card=measure_page.card(current_user, measure_id), form=form)
    return page, form.status_code if form.errors else 200


@bp.route("/<id:measure_id>/reconsideration", methods=["GET", "POST"])
@for_roles(Role.UNIT_LEADER)
def reconsider(measure_id: int) -> ResponseReturnValue:
    """申请复核."""
    card, form = measure_page.card(current_user, measure_id), ReconsiderForm.from_request()
    target = reconsidering.of_measure(card.measure)
    if form.was_submitted_and_valid() and form.carried_out(lambda: reconsidering.request(
        target, actor=current_user, reasons=form.reasons.data, once=form.once
    )):
        flash("已申请复核。", "success")
        return redirect(url_for(".show", measure_id=measure_id))
    about = f"{card.measure.kind.label}　{card.measure.unit.short_name}"
    page = render_template("measures/reconsider.html", form=form, about=about, until=reconsidering.last_day(target),
                           back=url_for(".show", measure_id=measure_id), crumb=("约谈问责", "/measures"))
    return page, form.status_code if form.errors else 200


def _shown(measure_id: int, **sent: RefusableForm) -> ResponseReturnValue:
    card = measure_page.card(current_user, measure_id)
    shown = {verb: sent.get(verb) or kind(formdata=None, prefix=f"{verb}-") for verb, kind in FORMS.items()}
    form = next(iter(sent.values()), None)
    page = render_template("measures/show.html", card=card, forms=shown, form=form)
    return page, form.status_code if form is not None and form.errors else 200


def _ticket() -> Ticket | None:
    asked = request.args.get("ticket", "")
    return get_ticket(current_user, asked) if asked else None
