"""发文: a letter to units, or one for each ticket that was ticked in the queue; first shown, then issued."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models import clock
from models.letters import LetterKind
from operations.insight import units as unit_names
from operations.supervision import in_bulk
from operations.supervision.in_bulk import Picked
from operations.supervision.letters import heads, issuing, templates
from operations.supervision.letters.heads import ISSUERS
from operations.supervision.letters.sheet import Sheet, drawn
from views.forms.letters import HeadForm, IssueForm, TemplateForm
from views.guards import for_roles
from views.watch import versions_of

bp = Blueprint("issuing", __name__, url_prefix="/letters")


@bp.route("/new", methods=["GET", "POST"])
@for_roles(*ISSUERS)
def write() -> ResponseReturnValue:
    """写公文, 看样稿, 发出."""
    form, sheets = IssueForm.from_request(), []
    picked = _picked(form)
    if request.method == "GET" and not picked and (name := request.args.get("unit", "")):
        form.units.entries[0].data = name[:100]
    form.offer(in_turn=bool(picked), actor=current_user)
    if form.was_submitted_and_valid():
        if form.step.data == "issue":
            if picked:
                in_bulk.begin(once=form.once)
                outcomes = issuing.issue_each(picked, actor=current_user, wanted=form.wanted)
                return render_template("letters/outcome.html", outcomes=outcomes, kind=form.kind.data)
            if form.carried_out(lambda: _issue(form)):
                return redirect(url_for("letters.index"))
        else:
            form.carried_out(lambda: sheets.extend(_previews(form, picked)))
    page = render_template("letters/new.html", form=form, picked=_foretold(picked), sheets=sheets,
                           units=unit_names.offered())
    return page, form.status_code if form.errors or form.form_errors else 200


@bp.get("/templates")
@for_roles(*ISSUERS)
def index() -> str:
    """模板和版头."""
    path = _ground()
    return render_template("letters/templates.html", head=_head(), form=HeadForm(formdata=None, **_head_data()),
                           rows=[templates.current(kind, path) for kind in LetterKind])


@bp.post("/head")
@for_roles(*ISSUERS)
def set_head() -> ResponseReturnValue:
    """设置版头."""
    form = HeadForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: heads.set_head(actor=current_user, once=form.once, **form.answers)
    ):
        flash("版头已改，从下一份公文起用。", "success")
        return redirect(url_for(".index"))
    path = _ground()
    page = render_template("letters/templates.html", head=_head(), form=form,
                           rows=[templates.current(kind, path) for kind in LetterKind])
    return page, form.status_code


@bp.route("/templates/<any(hint, reminder, supervision, talk, bulletin, referral, supplement, refusal):code>",
          methods=["GET", "POST"])
@for_roles(*ISSUERS)
def template(code: str) -> ResponseReturnValue:
    """One template: its fields, its versions, how a letter would look, and editing it."""
    kind, path = LetterKind(code), _ground()
    current = templates.current(kind, path)
    form = TemplateForm.from_request(data={"title": current.title, "body": current.body, "after": current.id})
    sheet = None
    if form.was_submitted_and_valid():
        act = (lambda: templates.ensure_sound(kind, form.title.data, form.body.data)) if form.step.data == "look" else (
            lambda: templates.revise(kind, actor=current_user, once=form.once, **form.words))
        if form.carried_out(act):
            if form.step.data != "look":
                flash("模板已改为新的一版，从下一份公文起用。", "success")
                return redirect(url_for(".template", code=code))
            sheet = _specimen(kind, form.title.data, form.body.data)
    page = render_template("letters/template.html", kind=kind, form=form, current=current, sheet=sheet,
                           fields=templates.FIELDS[kind], versions=templates.versions(kind, path),
                           may_edit=templates.may_revise(current_user))
    return page, form.status_code if form.errors or form.form_errors else 200


def _picked(form: IssueForm) -> list[Picked]:
    ids = versions_of(form.picked.data or " ".join(request.args.getlist("pick")))
    picked = issuing.one_per_ticket(in_bulk.pick(current_user, list(ids))) if ids else []
    if request.method == "GET":
        form.picked.data = " ".join(str(item.order.id) for item in picked)
    return picked


def _foretold(picked: Sequence[Picked]) -> list[tuple[Picked, str]]:
    return [(item, issuing.objection_to(item) or "") for item in picked]


def _issue(form: IssueForm) -> None:
    letter = issuing.issue(form.units.answer, actor=current_user, wanted=form.wanted, once=form.once)
    flash(f"已发出{letter.kind.label} {letter.number}。", "success")


def _previews(form: IssueForm, picked: Sequence[Picked]) -> list[Sheet]:
    form.step.data, form.step.raw_data = "issue", None
    if not picked:
        return [issuing.preview(form.units.answer, actor=current_user, wanted=form.wanted)]
    sent = [item for item in picked if issuing.objection_to(item) is None and item.order.receiver]
    return [issuing.preview([item.order.receiver], actor=current_user, wanted=form.wanted, ticket=item.ticket)
            for item in sent if item.order.receiver]


def _ground() -> str:
    office = heads.office_of(current_user)
    return office.region_path if office else ""


def _head() -> heads.Head:
    office = heads.office_of(current_user)
    unit = office.unit_id if office and office.unit_id else 0
    return heads.heads_of([unit]).get(unit, heads.Head("", ""))


def _head_data() -> dict[str, Any]:
    head = _head()
    return {"name": head.name, "mark": head.mark, "contact": head.contact}


def _specimen(kind: LetterKind, title: str, body: str) -> Sheet:
    facts = {name: f"〔{name}〕" for name in templates.FIELDS[kind]} | {"发文机关": _head().name}
    return drawn(templates.unsaved(kind, title, body), facts, number=issuing.NO_NUMBER,
                 issued_at=clock.now())
