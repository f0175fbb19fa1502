"""Random histories: the clocks reckoned from the event log alone equal the stored rows; no gaming gains a minute."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.base import db
from models.clocks import Clock, ClockKind
from models.log import Event
from models.refusals import RefusalKind, Verdict
from models.tickets import Difficulty, LedgerClass, Merge, ProposalKind, ResultKind, Status, UnitOrder
from operations.clocks import rulebook
from operations.clocks.calendar import Limit
from operations.clocks.clocks import GOVERNING
from operations.clocks.recomputation import reckon
from operations.errors import DomainError
from operations.supervision import refusal_checks, refusals
from operations.supervision.refusal_checks import seated
from operations.tickets import (
    aftercare,
    conversation,
    coordination,
    handling,
    instructions,
    intake,
    ledger,
    merging,
    proposals,
)
from operations.tickets.situation import Situation
from tests.happened import as_happened
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
attempts = st.lists(
    st.tuples(st.sampled_from([*STEPS, *USUAL, *USUAL]), st.integers(1, 3000)), min_size=4, max_size=30
)


def lived(city, tries):
    """A ticket after a random history."""
    history = History(city)
    history.main = Life(city, enterprise="鑫源包装", member="xinyuan").submit().ticket
    history.submit()
    for name, minutes in tries:
        history.wait(minutes=minutes)
        try:
            STEPS[name](history)
        except (DomainError, AttributeError, KeyError):
            db.session.rollback()
    db.session.refresh(history.ticket)
    return history.ticket


@pytest.fixture
def calendar(app):
    return rulebook.current().calendar


# No shrinking: a history takes a third of a second, and a failing one is short enough to read as it is.
house = settings(
    max_examples=30,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@house
@given(attempts)
def test_the_log_alone_tells_every_clock(city, calendar, tries):
    ticket = lived(city, tries)
    rows = select(Event).where(Event.ticket_id == ticket.id, Event.object_type == "ticket").order_by(Event.seq)
    told = reckon([as_happened(row) for row in db.session.scalars(rows)], calendar)
    stored = db.session.scalars(select(Clock).where(Clock.ticket_id == ticket.id).order_by(Clock.id)).all()

    def facts(clock):
        return (clock.round, clock.kind, clock.unit_id, clock.limit, clock.started_at, clock.due_at, clock.due_version,
                clock.paused_at, clock.stopped_at, clock.outcome)

    assert sorted(map(str, map(facts, told))) == sorted(map(str, map(facts, stored)))


@house
@given(attempts)
def test_no_history_gains_a_minute_without_somebody_granting_it(city, calendar, tries):
    ticket = lived(city, tries)
    granted = {ProposalKind.EXTENSION, ProposalKind.LEDGER}
    decided = db.session.query(proposals.Proposal).filter_by(ticket_id=ticket.id, decision="granted").all()
    excused = any(proposal.kind in granted for proposal in decided)
    for clock in db.session.query(Clock).filter_by(ticket_id=ticket.id, kind=ClockKind.HANDLING):
        promised = calendar.due(clock.started_at, Limit.stored(clock.limit)).due_at
        assert clock.original_due_at == promised
        assert clock.due_at >= promised
        assert clock.due_at == promised or excused
    assert len(db.session.query(Clock).filter_by(ticket_id=ticket.id, kind=ClockKind.HANDLING).all()) <= ticket.round


@house
@given(attempts)
def test_a_history_leaves_no_contradiction(city, tries):
    ticket = lived(city, tries)
    leads = [o for o in db.session.query(UnitOrder).filter_by(ticket_id=ticket.id, ended_at=None) if o.role == "lead"]
    running = db.session.query(Clock).filter_by(ticket_id=ticket.id, stopped_at=None).all()

    assert ticket.status is not Status.HANDLING or len(leads) == 1
    assert (ticket.due_at is None) == (not [c for c in running if c.kind in GOVERNING])
    assert ticket.is_open or not running
    merges = db.session.query(Merge).filter_by(ticket_id=ticket.id, undone_at=None).count()
    assert (ticket.merged_into_id is not None) == bool(merges)
