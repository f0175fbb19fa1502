"""提诉求: three steps, a page to check, one to keep. The draft's key stands in the URL and in every form."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from models import clock
from models.base import LabelledEnum
from models.clocks import ClockKind
from models.tickets import ACCUSING, Difficulty, Draft, TicketKind, Urgency
from operations.access import scope
from operations.clocks import rulebook
from operations.insight import portal, units
from operations.tickets import attachments, drafts, intake
from views.forms.base import clean
from views.forms.portal import KindForm, MaterialsForm, ProblemForm, SendForm
from views.portal.blueprint import bp, members
from views.portal.receipt import receipt_page

NOT_ANSWERS = ("draft", "enterprise", "attachments")
STEPS: dict[int, Any] = {1: KindForm, 2: ProblemForm, 3: MaterialsForm}


@bp.get("/tickets/new")
@members
def new() -> ResponseReturnValue:
    """Where the menu leads."""
    return redirect(url_for(".step", step=1))


@bp.route("/tickets/new/<int(min=1, max=3):step>", methods=["GET", "POST"])
@members
def step(step: int) -> ResponseReturnValue:
    """One step: what is typed is kept in the draft, right or wrong."""
    draft = _draft(request.values.get("draft", ""))
    form = _form(STEPS[step], draft)
    _ask_of_the_kind(form, draft)
    draft = draft or _draft(form.draft.data)  # given back after a sign-in, when the URL no longer says it
    if draft and draft.ticket:
        return redirect(url_for(".done", number=draft.ticket.number))
    if draft is None and step > 1:
        return redirect(url_for(".step", step=1))
    form.draft.data = draft.key if draft else ""
    _offer_enterprises(form)
    if request.method == "POST":
        return _take(step, form, draft)
    return _step_page(step, form, draft)


@bp.route("/tickets/new/check", methods=["GET", "POST"])
@members
def check() -> ResponseReturnValue:
    """核对后提交."""
    form = SendForm.from_request()
    draft = drafts.find(current_user, request.values.get("draft", "") or clean(form.draft.data))
    missing = sorted(STEPS.keys() - drafts.done_steps(draft))
    if draft.ticket:
        return redirect(url_for(".done", number=draft.ticket.number))
    if missing:
        flash("还有一步没有填完。", "amber")
        return redirect(url_for(".step", step=missing[0], draft=draft.key))
    if form.was_submitted_and_valid():
        ticket = drafts.send(draft, actor=current_user)
        return redirect(url_for(".done", number=ticket.number))
    form.draft.data = draft.key
    return render_template("my/new/check.html", form=form, draft=draft, rows=_answers(draft), **_promise(draft))


@bp.get("/tickets/new/done")
@members
def done() -> str:
    """回执 of what was just submitted; the address may be kept."""
    number = clean(request.args.get("number", ""))
    return receipt_page(scope.get_own_ticket(current_user, number), is_new=True)


@bp.post("/tickets/new/discard")
@members
def discard() -> ResponseReturnValue:
    """不要这份草稿了."""
    drafts.discard(drafts.find(current_user, request.form.get("draft", "")))
    flash("草稿已删除。", "green")
    return redirect(url_for(".home"))


def _ask_of_the_kind(form: Any, draft: Draft | None) -> None:
    if isinstance(form, ProblemForm):
        form.ask_of(draft.answers.get("kind", "") if draft else "")


def _draft(key: str | None) -> Draft | None:
    return drafts.find(current_user, clean(key)) if key else None


def _form(kind: Any, draft: Draft | None) -> Any:
    """What was typed before the session ran out goes first, unless it was typed into another draft."""
    form = kind.from_request(data=_known(draft))
    is_other = request.method == "GET" and draft is not None and form.draft.data != draft.key
    return kind(formdata=None, data=_known(draft)) if is_other else form


def _known(draft: Draft | None) -> dict[str, Any]:
    if draft is None:
        return {}
    enterprise = draft.enterprise
    contact = {"contact_name": enterprise.contact_name, "contact_phone": enterprise.contact_phone}
    return contact | draft.answers | {"enterprise": enterprise.id, "draft": draft.key}


def _offer_enterprises(form: Any) -> None:
    if "enterprise" not in form:
        return
    own = scope.own_enterprises(current_user)
    form.enterprise.choices = [SelectChoice(one.id, one.name) for one in own]
    if len(own) == 1:
        form.enterprise.data, form.enterprise.raw_data = own[0].id, [str(own[0].id)]


def _take(step: int, form: Any, draft: Draft | None) -> ResponseReturnValue:
    valid, later = form.was_submitted_and_valid(), "later" in request.form
    answers = {name: value for name, value in form.answers.items() if name not in NOT_ANSWERS}
    if draft is None and valid:
        enterprise = scope.get_enterprise(current_user, form.enterprise.data)
        draft = drafts.begin(current_user, enterprise=enterprise, answers=answers, step=step)
    elif draft and valid:
        drafts.keep(draft, answers=answers, step=step, enterprise=_chosen(form))
    elif draft:
        drafts.reopen_step(draft, answers=answers, step=step)
    if draft and later:
        flash("草稿已存，可以从首页接着填。", "green")
        return redirect(url_for(".home"))
    if draft and valid:
        return redirect(_after(draft))
    return _step_page(step, form, draft)


def _chosen(form: Any) -> Any:
    return scope.get_enterprise(current_user, form.enterprise.data) if "enterprise" in form else None


def _after(draft: Draft) -> str:
    """The first step that is not complete; the check page once all are."""
    missing = sorted(STEPS.keys() - drafts.done_steps(draft))
    return url_for(".step", step=missing[0], draft=draft.key) if missing else url_for(".check", draft=draft.key)


def _step_page(step: int, form: Any, draft: Draft | None) -> ResponseReturnValue:
    back = url_for(".step", step=step - 1, draft=draft.key if draft else None) if step > 1 else url_for(".home")
    named = units.every() if "accused" in form else ()
    page = render_template(f"my/new/step{step}.html", form=form, step=step, draft=draft, back_to=back, units=named)
    return page, 422 if form.errors else 200


def _answers(draft: Draft) -> list[dict[str, str]]:
    """The rows of the check page; each leads back to its step."""
    said, files = draft.answers, attachments.of_draft(current_user, draft.key)
    shown = ((1, "类型", _label(TicketKind, said.get("kind"))), (1, "类别", said.get("category", "")),
             (2, "问题", said.get("subject", "")), (2, "具体情况", said.get("content", "")),
             (2, "急不急", _label(Urgency, said.get("urgency"))),
             *(((2, "投诉或举报的单位", said["accused"]),) if _accuses(draft) else ()),
             (3, "材料", "\n".join(file.file_name for file in files)),
             (3, "联系人", f"{said.get('contact_name', '')}　{said.get('contact_phone', '')}"))
    first = {"term": "企业", "value": draft.enterprise.name, "url": ""}
    return [first] + [{"term": term, "value": value, "url": url_for(".step", step=step, draft=draft.key)}
                      for step, term, value in shown]


def _accuses(draft: Draft) -> bool:
    return draft.answers.get("kind") in ACCUSING and bool(draft.answers.get("accused"))


def _label(kind: type[LabelledEnum], code: str | None) -> str:
    return next((member.label for member in kind if member.value == code), "")


def _promise(draft: Draft) -> dict[str, Any]:
    """What will happen next and when, were it sent now; and what is open already and sounds alike."""
    rules = rulebook.current()
    limit = rules.limit(ClockKind.ACCEPTANCE)
    return {
        "accepted_by": rules.calendar.due(clock.now(), limit).due_at,
        "handled_in": _handled_in(draft, rules),
        "stewards": [] if _accuses(draft) else portal.stewards_of([draft.enterprise_id]),
        "is_kept": _accuses(draft),
        "similar": intake.similar_open(draft.enterprise, draft.answers.get("subject", ""),
                                       seen=scope.ticket_scope(current_user)),
    }


def _handled_in(draft: Draft, rules: rulebook.Rulebook) -> str:
    """The limits that may come to hold; which one does is decided when the demand is taken in."""
    difficulties = [Difficulty.ORDINARY]
    if draft.answers.get("kind") == TicketKind.CONSULTATION:
        difficulties = [Difficulty.CONSULTATION]
    elif draft.enterprise.has_green_card:
        difficulties = [Difficulty.GREEN_CARD, Difficulty.ORDINARY]
    return "、".join(f"{one.label}事项 {rules.limit(ClockKind.HANDLING, one).label}" for one in difficulties)
