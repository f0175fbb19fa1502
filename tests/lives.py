"""A ticket's life for the tests, told in the order in which people live it, on a clock the test moves."""

from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select

from models import clock
from models.base import db
from models.ratings import Grade, ReworkReason
from models.tickets import Difficulty, ProposalKind, ReplyMethod, ResultKind, Ticket, TicketKind
from operations.access.people import actor_named
from operations.clocks.calendar import SHANGHAI
from operations.supervision import sweep
from operations.tickets import aftercare, coordination, handling, intake, proposals

# A Wednesday without holidays near; the following Monday is the 24th.
START = datetime(2026, 8, 19, 9, 0, tzinfo=SHANGHAI)
LIVED = datetime(2026, 8, 27, 10, 20, tzinfo=SHANGHAI)  # the moment at which the demonstration is looked at
POWER, LAND, FINANCE = "云州市供电公司", "云州市自然资源局", "云州市财政局"


def shanghai(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class Life:
    """``life.submit()`` and on; ``life.wait(days=1)`` or ``life.at("2026-08-26 17:30")`` in between."""

    def __init__(self, city, *, enterprise="恒轧机械", member="hengzha", steward="liumin"):
        self.city, self.now = city, START
        self.enterprise = city.enterprises[enterprise]
        self.member, self.steward = member, steward
        self.officer, self.leader = "chenjing", "zhoujian"
        self.clerk, self.caller = "wujie", "xuhui"
        self.ticket = None

    @contextmanager
    def here(self):
        with clock.standing_at(self.now):
            yield
        db.session.commit()

    def wait(self, **span):
        self.now += timedelta(**span)
        return self

    def at(self, text):
        self.now = shanghai(text)
        return self

    def unit(self, name):
        return self.city.organisations[name]

    def does(self, act, username, *args, **words):
        with self.here():
            return act(self.ticket, *args, actor=actor_named(username), **words)

    def submit(self, kind=TicketKind.HELP, subject="厂区外接线路迟迟未送电", **rest):
        demand = intake.Demand(self.enterprise, subject, "四月就报了外线申请，至今没有送电时间。", kind=kind, **rest)
        with self.here():
            self.ticket = intake.submit(demand, actor=actor_named(self.member))
        return self

    def accept(self, difficulty=Difficulty.ORDINARY):
        self.does(intake.accept, self.steward, category="城乡建设", difficulty=difficulty)
        return self

    def dispatch(self, lead=POWER, assisting=(), by=None, **rest):
        self.does(coordination.dispatch, by or self.steward, lead=self.unit(lead),
                  assisting=[self.unit(name) for name in assisting], basis="职责清单", **rest)
        return self

    def handling(self):
        """Submitted, accepted and handed out: where every second test begins, and mostly with the same people."""
        if (self.now, self.member, self.steward) != (START, "hengzha", "liumin"):
            return self.submit().accept().dispatch()
        self.city.goes_on("handling", lambda: self.submit().accept().dispatch())
        self.ticket = self.ticket or db.session.scalars(select(Ticket)).one()
        db.session.commit()  # SQLite has one writer, and the test may be about another
        return self

    def sign(self, by=None):
        self.does(handling.sign, by or self.officer)
        return self

    def propose(self, kind, by=None, reason="理由写在这里", **terms):
        return self.does(proposals.propose, by or self.officer, kind, terms=proposals.Terms(reason, **terms))

    def grant(self, proposal, by=None):
        self.does(proposals.grant, by or self.leader, proposal)
        return self

    def send_back(self, officer=None, leader=None):
        proposal = self.propose(ProposalKind.SEND_BACK, officer, basis="三定方案")
        return self.grant(proposal, leader)

    def result(self, kind=ResultKind.SOLVED, officer=None, leader=None):
        proposal = self.propose(ProposalKind.RESULT, officer, reason="外线已经送电。", result_kind=kind)
        return self.grant(proposal, leader)

    def reply(self):
        self.does(aftercare.reply, self.steward, method=ReplyMethod.PHONE, text="已告知企业送电时间。")
        return self

    def call(self, was_reached=True, is_solved=True, is_satisfied=True, words="都办好了", by=None):
        if not was_reached:
            is_solved = is_satisfied = None
        why = ReworkReason.UNSOLVED if was_reached and not (is_solved and is_satisfied) else None
        call = aftercare.Call(was_reached, is_solved, is_satisfied, words, why)
        self.does(aftercare.follow_up, by or self.caller, call=call)
        return self

    def rate(self, grade=Grade.SATISFIED, **rest):
        self.does(aftercare.rate, self.member, opinion=aftercare.Opinion(grade, **rest))
        return self

    def sweep(self):
        with self.here():
            swept = sweep.sweep()
        db.session.refresh(self.ticket)
        return swept
