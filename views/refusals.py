"""否定报备: the register and its figures, one refusal with its signatures, the joint review, the printed form."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from operations.access.refusal_scope import READING
from operations.errors import NotFound
from operations.insight import refusal_form, refusal_page, refusal_sheet, refusals, units
from operations.insight.refusals import Narrowing, State
from operations.supervision import panel
from operations.supervision import refusals as acts
from operations.supervision.refusal_checks import not_to_conclude
from views.forms.base import VersionedForm
from views.forms.refusals import (
    EndorseForm,
    EnterOpinionForm,
    OpinionForm,
    OrderForm,
    PanelForm,
    ReleaseForm,
    ReviewForm,
)
from views.guards import for_roles, proven
from views.months import month_of, month_text, this_month
from views.papers import letter_file, paper
from views.watch import place_of
from views.watch_filter import row_id
from views.workbooks import sent_workbook

bp = Blueprint("refusals", __name__, url_prefix="/refusals")

SIGNING = (Role.UNIT_LEADER, Role.LEADER)
FORMS: dict[str, type[VersionedForm]] = {"endorse": EndorseForm, "order": OrderForm, "opinion": OpinionForm}
TOLD = {"endorse": "已签批，同意否定。", "order": "已要求办理，否定终止。"}


@bp.get("")
@for_roles(*READING)
def index() -> str:
    """登记表."""
    narrowing, place = _narrowing(), place_of(request.args)
    page = refusals.page_of(current_user, narrowing, place=place)
    written = _written(narrowing)
    return render_template(
        "refusals/index.html", rows=page.rows, waiting=refusals.waiting(current_user) if not written else [],
        narrowing=narrowing, states=State, units=refusals.units(current_user), month=month_text(narrowing.month),
        export_url=url_for(".export", **written), is_narrowed=bool(written),
        previous=url_for(".index", **written, before=page.previous) if page.previous else "",
        next=url_for(".index", **written, after=page.next) if page.next else "",
    )


@bp.post("/export")
@for_roles(*READING)
@proven
def export() -> ResponseReturnValue:
    """导出登记表."""
    file = refusal_sheet.export(current_user, _narrowing())
    return sent_workbook(file, "否定报备登记表")


@bp.get("/figures")
@for_roles(*READING)
def figures() -> str:
    """每月每单位的否定报备."""
    month = month_of(request.args.get("month", "")) or this_month()
    return render_template("refusals/figures.html", rows=refusals.figures(current_user, month), heads=refusals.FIGURES,
                           month=month_text(month))


@bp.get("/<id:refusal_id>")
@for_roles(*READING)
def show(refusal_id: int) -> ResponseReturnValue:
    """One refusal."""
    return _shown(refusal_id)


@bp.get("/<id:refusal_id>/form")
@for_roles(*READING)
def printed(refusal_id: int) -> str:
    """否定报备情况表, to be printed."""
    card = refusal_page.card(current_user, refusal_id)
    return render_template("refusals/form.html", card=card, rows=refusal_form.form_rows(card))


@bp.get("/<id:refusal_id>/form.<any(pdf, docx):form>")
@for_roles(*READING)
def form_file(refusal_id: int, form: str) -> ResponseReturnValue:
    """否定报备情况表 as a file: the numbered paper once there is a conclusion, what stands so far before."""
    card = refusal_page.card(current_user, refusal_id)
    if card.refusal.letter is not None:
        return letter_file(card.refusal.letter, form)
    return paper(refusal_form.form_sheet(card), f"否定报备情况表 {card.refusal.number}", form)


@bp.post("/<id:refusal_id>/<any(endorse, order):verb>")
@for_roles(*SIGNING)
def decide(refusal_id: int, verb: str) -> ResponseReturnValue:
    """同意否定 or 要求办理."""
    card, form = refusal_page.card(current_user, refusal_id), FORMS[verb].from_request(prefix=f"{verb}-")
    perform = acts.endorse if verb == "endorse" else acts.order_handling
    if form.was_submitted_and_valid() and form.carried_out(lambda: perform(
        card.ticket, card.refusal, actor=current_user, version=form.version.data, once=form.once, **form.answers
    )):
        flash(TOLD[verb], "success")
        return redirect(url_for(".show", refusal_id=refusal_id))
    return _shown(refusal_id, **{verb: form})


@bp.post("/<id:refusal_id>/opinion")
@for_roles(*READING)
def speak(refusal_id: int) -> ResponseReturnValue:
    """发表联审意见."""
    card, form = refusal_page.card(current_user, refusal_id), OpinionForm.from_request(prefix="opinion-")
    if form.was_submitted_and_valid() and form.carried_out(lambda: panel.give_opinion(
        card.ticket, card.refusal, actor=current_user, opinion=form.opinion.data, words=form.words.data, once=form.once,
    )):
        flash("已发表联审意见。", "success")
        return redirect(url_for(".show", refusal_id=refusal_id))
    return _shown(refusal_id, opinion=form)


@bp.route("/<id:refusal_id>/review", methods=["GET", "POST"])
@for_roles(Role.SUPERVISOR)
def review(refusal_id: int) -> ResponseReturnValue:
    """联审: who sits in it, what they have said, and the conclusion."""
    card, form = refusal_page.card(current_user, refusal_id), ReviewForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(lambda: acts.judge(
        card.ticket, card.refusal, actor=current_user, verdict=form.verdict.data, words=form.words.data,
        version=form.version.data, once=form.once,
    )):
        flash("已登记联审结论。", "success")
        return redirect(url_for(".show", refusal_id=refusal_id))
    if request.method == "GET" and not card.may_judge:
        return redirect(url_for(".show", refusal_id=refusal_id))
    return _review(refusal_id, form, PanelForm(formdata=None, prefix="seats-"))


@bp.post("/<id:refusal_id>/members")
@for_roles(Role.SUPERVISOR)
def name(refusal_id: int) -> ResponseReturnValue:
    """指定联审成员."""
    card, form = refusal_page.card(current_user, refusal_id), PanelForm.from_request(prefix="seats-")
    if form.was_submitted_and_valid() and form.carried_out(lambda: panel.name_reviewers(
        card.ticket, card.refusal, actor=current_user, people=form.people, version=form.version.data, once=form.once,
    )):
        flash("已指定，并通知成员发表意见。", "success")
        return redirect(url_for(".review", refusal_id=refusal_id))
    return _review(refusal_id, ReviewForm(formdata=None), form, sent=form)


@bp.post("/<id:refusal_id>/members/<id:member_id>/release")
@for_roles(Role.SUPERVISOR)
def release(refusal_id: int, member_id: int) -> ResponseReturnValue:
    """换人."""
    card, form = refusal_page.card(current_user, refusal_id), ReleaseForm.from_request()
    panel.release_reviewer(card.ticket, card.refusal, member_id, actor=current_user, version=form.version.data)
    flash("已换下，请另行指定。", "success")
    return redirect(url_for(".review", refusal_id=refusal_id))


@bp.post("/<id:refusal_id>/members/<id:member_id>/enter")
@for_roles(Role.SUPERVISOR)
def enter(refusal_id: int, member_id: int) -> ResponseReturnValue:
    """录入外请成员的意见."""
    card, form = refusal_page.card(current_user, refusal_id), EnterOpinionForm.from_request(prefix=f"m{member_id}-")
    if all(one.id != member_id for one in card.members):
        raise NotFound
    if form.was_submitted_and_valid() and form.carried_out(lambda: panel.enter_opinion(
        card.ticket, card.refusal, member_id, actor=current_user, opinion=form.opinion.data, words=form.words.data,
        once=form.once,
    )):
        flash("已录入，注明由你录入。", "success")
        return redirect(url_for(".review", refusal_id=refusal_id))
    return _review(refusal_id, ReviewForm(formdata=None), PanelForm(formdata=None, prefix="seats-"), sent=form,
                   entering={member_id: form})


def _review(
    refusal_id: int, form: VersionedForm, seats: VersionedForm, *, sent: VersionedForm | None = None,
    entering: Mapping[int, VersionedForm] | None = None,
) -> ResponseReturnValue:
    card = refusal_page.card(current_user, refusal_id)
    enters = {one.id: EnterOpinionForm(formdata=None, prefix=f"m{one.id}-") for one in card.members
              if one.is_outside and one.given_at is None} | dict(entering or {})
    for one in (form, seats, *enters.values()):
        _as_of(one, card.ticket.version)
    shown = sent or form
    page = render_template("refusals/review.html", card=card, form=shown, conclusion=form, seats=seats, enters=enters,
                           units=units.every(), objection=not_to_conclude(card.refusal))
    return page, shown.status_code if shown.errors else 200


def _shown(refusal_id: int, **sent: VersionedForm) -> ResponseReturnValue:
    card = refusal_page.card(current_user, refusal_id)
    shown = {verb: sent.get(verb) or kind(formdata=None, prefix=f"{verb}-") for verb, kind in FORMS.items()}
    for one in shown.values():
        _as_of(one, card.ticket.version)
    form = next(iter(sent.values()), None)
    page = render_template("refusals/show.html", card=card, forms=shown, form=form)
    return page, form.status_code if form is not None and form.errors else 200


def _as_of(form: VersionedForm, version: int) -> None:
    """The page that comes back shows the ticket as it is now."""
    form.version.data, form.version.raw_data = version, None


def _narrowing() -> Narrowing:
    args = request.args
    return Narrowing(
        state=next((state for state in State if state == args.get("state")), None),
        month=month_of(args.get("month", "")),
        unit_id=row_id(args["unit"]) if args.get("unit") else None,
    )


def _written(n: Narrowing) -> dict[str, Any]:
    values = {"state": n.state and n.state.value, "month": month_text(n.month), "unit": n.unit_id}
    return {name: value for name, value in values.items() if value}
