"""公文: the register, one letter with its receipts, and what its addressees and its office do with it."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models import clock
from models.access import Role
from models.letters import LetterAddressee, LetterKind
from operations.access.letter_scope import READING, UNIT, notice_of
from operations.access.measure_scope import READING as READING_MEASURES
from operations.access.scope import OFFICIALS
from operations.clocks.wording import moment_in_full
from operations.insight import letters
from operations.insight.letters import Card, Narrowing, State
from operations.supervision.letters import receiving, slips
from operations.supervision.letters.heads import ISSUERS
from views.forms.base import RefusableForm
from views.forms.letters import AnswerForm, ReturnForm, apart
from views.guards import ensure_proven, for_roles, proven
from views.papers import letter_file, paper, sheet
from views.watch import place_of
from views.watch_filter import row_id

bp = Blueprint("letters", __name__, url_prefix="/letters")


@bp.get("")
@for_roles(*READING)
def index() -> ResponseReturnValue:
    """公文登记."""
    args = request.args
    narrowing = Narrowing(
        kind=next((kind for kind in LetterKind if kind == args.get("kind")), None),
        state=next((state for state in State if state == args.get("state")), None),
    )
    page = letters.page_of(current_user, narrowing, place=place_of(args))
    values = {"kind": narrowing.kind, "state": narrowing.state}
    written: dict[str, Any] = {name: value.value for name, value in values.items() if value}
    return render_template(
        "letters/index.html", rows=page.rows, narrowing=narrowing, kinds=LetterKind, states=State,
        is_narrowed=bool(written), may_issue=current_user.holds(*ISSUERS),
        previous=url_for(".index", **written, before=page.previous) if page.previous else "",
        next=url_for(".index", **written, after=page.next) if page.next else "",
    )


@bp.get("/print")
@for_roles(*READING)
def print_list() -> ResponseReturnValue:
    """打印清单 of what was ticked."""
    ids = [row_id(text) for text in request.args.getlist("pick")]
    if not ids:
        return redirect(url_for(".index"))
    rows = letters.picked(current_user, ids)
    return paper(slips.list_sheet(rows, current_user.title, clock.now()), "公文清单", "pdf")


@bp.get("/<id:letter_id>")
@for_roles(*READING)
def show(letter_id: int) -> ResponseReturnValue:
    """One letter: the cover until its addressee opens it, then the whole of it."""
    card = letters.card(current_user, letter_id)
    if card.order_id is not None and not card.is_opened:
        return redirect(_cover(card))
    return _page(card)


@bp.get("/<id:letter_id>/file.<any(pdf, docx):form>")
@for_roles(*READING)
def file(letter_id: int, form: str) -> ResponseReturnValue:
    """The letter as a file; an addressee opens it first."""
    card = letters.card(current_user, letter_id)
    return letter_file(card.letter, form) if card.is_opened else redirect(_cover(card))


@bp.get("/<id:letter_id>/slip")
@for_roles(*READING)
def slip(letter_id: int) -> ResponseReturnValue:
    """回执单: who received, opened, signed for and answered it."""
    card = letters.card(current_user, letter_id)
    if not card.is_opened:
        return redirect(_cover(card))
    return paper(slips.slip_sheet(card.letter, letters.receipt_rows(card), clock.now()),
                 f"回执单 {card.letter.number}", "pdf")


@bp.get("/notices/<number:number>.<any(pdf, docx):form>")
@for_roles(*OFFICIALS)
def notice(number: str, form: str) -> ResponseReturnValue:
    """The 一次性告知书 of a ticket."""
    return letter_file(notice_of(current_user, number), form)


@bp.post("/<id:letter_id>/<any(open, sign):act>")
@for_roles(*READING)
def receive(letter_id: int, act: str) -> ResponseReturnValue:
    """打开, 签收: the addressee's own act; the moment, the name and the post are kept."""
    letter = letters.card(current_user, letter_id).letter
    if act == "open":
        receiving.open_letter(letter, actor=current_user)
    else:
        ensure_proven()
        receiving.sign(letter, actor=current_user, unit_id=_unit())
        flash("已签收。", "success")
    return redirect(url_for(".show", letter_id=letter_id))


@bp.post("/<id:letter_id>/answer")
@for_roles(*READING)
@proven
def answer(letter_id: int) -> ResponseReturnValue:
    """答复."""
    card, form, unit_id = letters.card(current_user, letter_id), AnswerForm.from_request(), _unit()
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: receiving.answer(card.letter, actor=current_user, words=form.words.data, unit_id=unit_id)
    ):
        flash("已答复，等发文单位认可。", "success")
        return redirect(url_for(".show", letter_id=letter_id))
    return _page(letters.card(current_user, letter_id), sent=form, unit_id=unit_id), form.status_code


@bp.post("/<id:letter_id>/units/<id:unit_id>/<any(accept, return):verb>")
@for_roles(Role.CLERK, Role.SUPERVISOR)
def judge(letter_id: int, unit_id: int, verb: str) -> ResponseReturnValue:
    """认可 or 退回 the answer of one addressee."""
    letter = letters.card(current_user, letter_id).letter
    form = ReturnForm.from_request()
    if verb == "accept":
        receiving.accept_answer(letter, actor=current_user, unit_id=unit_id)
    elif not (form.was_submitted_and_valid() and form.carried_out(lambda: receiving.return_answer(
        letter, actor=current_user, unit_id=unit_id, reason=form.reason.data
    ))):
        return _page(letters.card(current_user, letter_id), sent=form, unit_id=unit_id), form.status_code
    flash("已认可答复。" if verb == "accept" else "已退回答复，并告知理由。", "success")
    return redirect(url_for(".show", letter_id=letter_id))


def _cover(card: Card) -> str:
    if card.order_id is not None:
        return url_for("supervisions.show", order_id=card.order_id)
    return url_for(".show", letter_id=card.letter.id)


def _unit() -> int | None:
    """For which addressee whoever is several of them acts."""
    return row_id(request.args["unit"]) if request.args.get("unit") else None


def _page(card: Card, *, sent: RefusableForm | None = None, unit_id: int | None = None) -> str:
    """One form a unit: ``sent`` is the one that came back, for ``unit_id`` or else for the only one."""
    if not card.is_opened:
        return render_template("letters/cover.html", card=card)
    return render_template(
        "letters/show.html", card=card, letter=card.letter, sheet=sheet(card.letter),
        form=sent if sent is not None else AnswerForm(formdata=None),
        answers=_forms(AnswerForm, card.own, sent, unit_id), returns=_forms(ReturnForm, card.parts, sent, unit_id),
        answer_due=moment_in_full(card.letter.answer_due_at), is_unit=current_user.holds(*UNIT),
        reads_measures=current_user.holds(*READING_MEASURES),
    )


def _forms(
    kind: type[RefusableForm], parts: Sequence[LetterAddressee], sent: RefusableForm | None, unit_id: int | None
) -> dict[int, RefusableForm]:
    came_back = sent if isinstance(sent, kind) else None
    return {
        part.unit_id: apart(came_back if came_back and unit_id in (None, part.unit_id) else kind(formdata=None),
                            part.unit_id, of=len(parts))
        for part in parts
    }
