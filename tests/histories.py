"""Random histories: a life in which anything is tried, act by act; what the rules refuse did not happen."""

from datetime import timedelta

from sqlalchemy import select

from models.base import db
from models.refusals import RefusalKind, Verdict
from models.tickets import Difficulty, LedgerClass, ProposalKind, ResultKind, Status
from operations.clocks.calendar import Limit
from operations.errors import DomainError
from operations.supervision import refusal_checks, refusals
from operations.supervision.refusal_checks import seated
from operations.tickets import aftercare, conversation, coordination, handling, instructions, intake, ledger, merging
from operations.tickets.situation import Situation
from tests.lives import FINANCE, LAND, POWER, Life
from tests.reviews import review

CASE = refusal_checks.Case(RefusalKind.OTHER, "不在规划内。", "《条例》第三条", "规划调整后再报。")
OFFICERS = {POWER: ("chenjing", "zhoujian"), LAND: ("litao", "gaofeng"), FINANCE: ("sunyue", "maliang")}


class History(Life):
    """A life in which anything is tried; what the rules refuse did not happen."""

    def lead(self):
        return OFFICERS[self.ticket.lead_unit.name]

    def extend(self):
        officer, leader = self.lead()
        # Without a running clock there is nothing to extend: the act itself says so.
        until = ((self.ticket.due_at or self.now) + timedelta(days=3)).date()
        proposal = self.propose(ProposalKind.EXTENSION, officer, until=until)
        self.grant(proposal, leader).grant(proposal, "hening" if proposal.stage == "supervisor" else "wujie")

    def enter(self):
        until = (self.now + timedelta(days=20)).date()
        entry = self.propose(ProposalKind.LEDGER, self.lead()[1], until=until, ledger_class=LedgerClass.FUNDS)
        self.grant(entry, "hening")

    def resume(self):
        with self.here():
            ledger.resume_from_ledger(self.ticket)

    def lapse(self):
        with self.here():
            is_rated_last = self.ticket.status is Status.FOLLOWED_UP
            (aftercare.lapse_rating if is_rated_last else intake.lapse_supplement)(self.ticket)

    def judge(self, verdict):
        refusal = refusals.find_open(self.ticket)
        if refusal and not seated(refusal):
            review(self, verdict, refusal=refusal)
        self.does(refusals.judge, "hening", refusal, verdict=verdict, words="经联审")

    def merge(self):
        self.does(merging.merge, "wujie", main=self.main, reason="同一件事")

    def settle_instruction(self, ticket, *, actor):
        rows = select(conversation.Instruction.id).where(
            conversation.Instruction.ticket_id == ticket.id, conversation.Instruction.answered_at.is_(None)
        )
        oldest = db.session.scalars(rows).first() or 0
        conversation.answer_instruction(ticket, actor=actor, instruction_id=oldest, words="已办")

    def judge_instruction(self, ticket, *, actor):
        waiting = next(iter(Situation(ticket, actor).instructions_to_judge), None)
        limit = Limit.parse("2d")
        instructions.return_answer(ticket, actor=actor, instruction_id=waiting.id if waiting else 0, words="再报",
                                   limit=limit)


STEPS = {
    "request_supplement": lambda h: h.does(intake.request_supplement, "liumin", missing="缺回执"),
    "supplement": lambda h: h.does(intake.supplement, "hengzha", text="已补"),
    "accept": lambda h: h.accept(Difficulty.COMPLEX),
    "dispatch": lambda h: h.dispatch(POWER, [FINANCE], by="wujie"),
    "dispatch_land": lambda h: h.dispatch(LAND, by="wujie"),
    "sign": lambda h: h.sign(h.lead()[0]),
    "sign_assisting": lambda h: h.sign("sunyue"),
    "contact": lambda h: h.does(handling.contact, h.lead()[0], method="电话", words="已联系"),
    "send_back": lambda h: h.send_back(*h.lead()),
    "transfer": lambda h: h.does(coordination.transfer, "wujie", lead=h.unit(FINANCE), reason="属财政"),
    "consult": lambda h: h.does(
        coordination.consult, "wujie", units=[h.unit(LAND)], held_on=h.now.date(), outcome="协办"
    ),
    "extend": lambda h: h.extend(),
    "enter": lambda h: h.enter(),
    "resume": lambda h: h.resume(),
    "strike_off": lambda h: h.grant(h.propose(ProposalKind.STRIKE_OFF, h.lead()[1]), "hening"),
    "assist": lambda h: h.does(handling.report_assistance, "sunyue", report="已办"),
    "waive": lambda h: h.does(handling.waive_assistance, "wujie", unit_id=h.unit(LAND).id, reason="不需要"),
    "result": lambda h: h.result(ResultKind.SOLVED, *h.lead()),
    "reply": lambda h: h.reply(),
    "solved": lambda h: h.call(),
    "unsolved": lambda h: h.call(is_solved=False),
    "rate": lambda h: h.rate(),
    "reopen": lambda h: h.does(aftercare.reopen, "hengzha", reason="又坏了"),
    "withdraw": lambda h: h.does(intake.withdraw, "hengzha", reason="不办了"),
    "lapse": lambda h: h.lapse(),
    "merge": lambda h: h.merge(),
    "unmerge": lambda h: h.does(merging.unmerge, "wujie", reason="不是一件事"),
    "instruct": lambda h: h.does(conversation.instruct, "luoshizhang", words="抓紧", limit=Limit.parse("3d")),
    "instructed": lambda h: h.does(h.settle_instruction, "wujie"),
    "instruct_again": lambda h: h.does(h.judge_instruction, "luoshizhang"),
    "refuse": lambda h: h.does(refusals.report, h.lead()[0], case=CASE),
    "endorse": lambda h: h.does(refusals.endorse, h.lead()[1], refusals.find_open(h.ticket)),
    "order": lambda h: h.does(refusals.order_handling, h.lead()[1], refusals.find_open(h.ticket), words="请办"),
    "uphold": lambda h: h.judge(Verdict.UPHELD),
    "improve": lambda h: h.judge(Verdict.NOTICE),
    "sweep": lambda h: h.sweep(),
}
USUAL = ("accept", "dispatch", "sign", "contact", "assist", "result", "reply", "solved", "rate")


def tried(history, name):
    """Whether the act was done; nothing of one that was refused is left."""
    try:
        STEPS[name](history)
    except (DomainError, AttributeError, KeyError):
        db.session.rollback()
        return False
    return True
