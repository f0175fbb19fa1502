"""One page for every act on a ticket: the table says its form and what performs it. Adding an act is adding a row."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.tickets import Act
from operations.access.scope import OFFICIALS
from operations.errors import NotFound
from operations.insight import units
from operations.insight.ticket_page import clock, dossier, papers, spending, timeline
from operations.insight.ticket_page.dossier import Dossier
from operations.supervision import refusals, supervision
from operations.tickets import (
    aftercare,
    conversation,
    coordination,
    handling,
    instructions,
    intake,
    merging,
    workflow,
)
from operations.tickets.advance import may
from views.forms import tickets as forms
from views.forms import tickets_aftercare as later
from views.forms import tickets_handling as work
from views.forms.refusals import RefusalForm
from views.forms.tickets import ActForm
from views.guards import ensure_proven_to_read, for_roles
from views.tickets import next_row, proposing
from views.tickets.blueprint import bp, official


@dataclass(frozen=True, slots=True)
class Page:
    """One act: its form, the operation that takes the answers, what is said afterwards, and the rule beside it."""

    form: type[ActForm]
    perform: Callable[..., object]
    told: str
    button: str = ""


ACTS: dict[Act, Page] = {
    Act.ACCEPT: Page(work.AcceptForm, intake.accept, "已受理，请在协调时限内派单。", "受理"),
    Act.REQUEST_SUPPLEMENT: Page(work.SupplementRequestForm, intake.request_supplement, "已告知企业，受理时限暂停。", "发给企业"),
    Act.SUPPLEMENT: Page(work.SupplementForm, intake.supplement, "已补正，受理时限继续计算。", "提交补正"),
    Act.ANSWER: Page(work.AnswerForm, coordination.answer, "已直接答复。", "答复企业"),
    Act.DISPATCH: Page(work.DispatchForm, coordination.dispatch, "已派单，各时限从现在起算。", "派单"),
    Act.SIGN: Page(ActForm, handling.sign, "已签收。", "签收"),
    Act.CONTACT: Page(work.ContactForm, handling.contact, "已登记首次联系。", "登记联系"),
    Act.PROPOSE_SEND_BACK: Page(work.SendBackForm, proposing.send_back, "已提请退回，等负责人签批；办结时限照常计算。", "提请退回"),
    Act.TRANSFER: Page(work.TransferForm, coordination.transfer, "已转办，办结时限不停。", "转办"),
    Act.CONSULT: Page(work.ConsultForm, coordination.consult, "已登记会商。", "登记会商"),
    Act.REQUEST_EXTENSION: Page(work.ExtensionForm, proposing.extension, "已申请延期，等签批；批准前仍按原时限。", "申请延期"),
    Act.PROPOSE_LEDGER: Page(work.LedgerForm, proposing.ledger, "已提请挂账，等督办员审批；批准前时限照常计算。", "提请挂账"),
    Act.PROPOSE_STRIKE_OFF: Page(work.StrikeOffForm, proposing.strike_off, "已提请销号，等督办员复核。", "提请销号"),
    Act.REPORT_ASSISTANCE: Page(work.AssistanceForm, handling.report_assistance, "协办结果已报送。", "报送"),
    Act.WAIVE_ASSISTANCE: Page(work.WaiverForm, handling.waive_assistance, "已免除该单位协办。", "免除协办"),
    Act.PROPOSE_RESULT: Page(work.ResultForm, proposing.result, "办理结果已提交，等负责人签批。", "提交负责人签批"),
    Act.REPLY: Page(later.ReplyForm, aftercare.reply, "已登记反馈，转入回访。", "登记反馈"),
    Act.FOLLOW_UP: Page(later.FollowUpForm, aftercare.follow_up, "回访已登记。", "登记回访"),
    Act.REOPEN: Page(later.ReasonForm, aftercare.reopen, "已重启，开新一轮办理。", "重启办理"),
    Act.MERGE: Page(later.MergeForm, merging.merge, "已并单，随主件办理。", "并单"),
    Act.UNMERGE: Page(later.ReasonForm, merging.unmerge, "已撤销并单，时限接着计算。", "撤销并单"),
    Act.INSTRUCT: Page(work.InstructForm, conversation.instruct, "批示已下达，责任单位和服务中心会收到。", "下达批示"),
    Act.ANSWER_INSTRUCTION: Page(later.InstructionAnswerForm, conversation.answer_instruction, "已回报批示落实情况。", "回报落实"),
    Act.ACCEPT_INSTRUCTION: Page(later.AcceptInstructionForm, instructions.accept, "已认可回报，批示落实完毕。", "认可回报"),
    Act.RETURN_INSTRUCTION: Page(later.ReturnInstructionForm, instructions.return_answer, "已退回重报，另起批示时限。", "退回重报"),
    Act.REMIND: Page(later.WordsForm, conversation.remind, "已催办。", "发出催办"),
    Act.SUPERVISE: Page(later.ReasonForm, supervision.supervise, "督办已发出。", "发出督办"),
    Act.REPORT_REFUSAL: Page(RefusalForm, refusals.report, "已报备，逐级复核并联审；有结论前继续办理，时限照常计算。", "报备否定"),
    Act.NOTE: Page(forms.SayForm, proposing.note, "已添加内部备注。", "添加备注"),
    Act.MESSAGE: Page(forms.SayForm, proposing.message, "留言已发给企业。", "发给企业"),
}
SAID = {"note": Act.NOTE, "message": Act.MESSAGE}


@bp.route("/<number:number>/<act:verb>", methods=["GET", "POST"])
@for_roles(*OFFICIALS)
def act(number: str, verb: Act) -> ResponseReturnValue:
    """One act on one ticket."""
    return _page(number, verb)


@bp.post("/<number:number>/say")
@for_roles(*OFFICIALS)
def say(number: str) -> ResponseReturnValue:
    """添加记录: the box on the ticket's page; ``kind`` says who will read it."""
    verb = SAID.get(request.form.get("kind", ""))
    if verb is None:
        raise NotFound
    return _page(number, verb)


def _page(number: str, verb: Act) -> ResponseReturnValue:
    if verb not in ACTS:
        raise NotFound
    page, d = ACTS[verb], dossier.open_for(official(), number)
    ensure_proven_to_read(d.ticket)
    _ensure_theirs(verb, d)
    form = page.form.from_request(version=d.ticket.version)
    form.prepare(d)
    hints: list[str] = []
    if form.was_submitted_and_valid():
        hints = form.second_thoughts(d)
        way = None if hints or verb in SAID.values() else next_row.after(d.actor, d.ticket)
        if not hints and form.carried_out(lambda: page.perform(
            d.ticket, actor=d.actor, version=form.version.data, once=form.once, **form.answers
        )):
            flash(next_row.told(page.told, d.ticket) if way else page.told, "success")
            return redirect(way or url_for(".show", number=number, **next_row.kept()))
    return _shown(verb, form, dossier.open_for(official(), number) if request.method == "POST" else d, hints)


def _ensure_theirs(verb: Act, d: Dossier) -> None:
    """Somebody else's act is not there. On reading, whatever else stands against it is said; later the form says it."""
    if not any(step.act is verb and d.standing_for(step) for step in workflow.STEPS):
        raise NotFound
    if request.method != "POST":
        may(d.ticket, verb, d.actor)


def _shown(verb: Act, form: ActForm, d: Dossier, hints: list[str]) -> ResponseReturnValue:
    seen = form.seen.data if form.seen.data is not None else d.last_seq
    meanwhile = [timeline.entry(event, d) for event in dossier.since(d.ticket, seen)] if seen < d.last_seq else []
    form.show_as_of(d.ticket.version, d.last_seq)
    answer = render_template(
        "tickets/act.html", d=d, ticket=d.ticket, verb=verb, page=ACTS[verb], form=form, hints=hints,
        meanwhile=meanwhile, step=workflow.named(verb), clock=clock.panel(d), spending=spending.of(d),
        units=units.offered(), papers=papers,
        back=url_for(".show", number=d.ticket.number, **next_row.kept()), came_from=next_row.came_from(),
    )
    return answer, form.status_code if form.errors else 200
