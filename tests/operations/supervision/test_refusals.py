"""否定报备: a refusal climbs, is reviewed, and only so ends a ticket as refused."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.clocks import Clock, ClockKind, ClockOutcome, Policy
from models.letters import LetterKind
from models.log import Event
from models.notices import Notice
from models.refusals import (
    Endorsement,
    LevelOutcome,
    Refusal,
    RefusalEnd,
    RefusalKind,
    RefusalLevel,
    ReviewMember,
    Verdict,
)
from models.supervision import Level, Supervision
from models.tickets import Act, LedgerClass, OrderOutcome, ProposalKind, ResultKind, Status, UnitOrder
from operations.access.people import actor_named
from operations.clocks import rulebook
from operations.clocks.recomputation import reckon
from operations.errors import BadInput, IllegalTransition, NotAllowed, NotFound, Refused, Stale
from operations.supervision import refusals
from operations.supervision.letters import proof, series
from operations.supervision.letters.sheet import sheet_of
from operations.supervision.refusal_checks import Case, seated
from operations.tickets import coordination, intake, merging, workflow
from operations.tickets.advance import advance
from tests.happened import as_happened
from tests.lives import LAND, POWER, Life, shanghai
from tests.reviews import review

CASE = Case(RefusalKind.NOT_PERMITTED, "项目不在电网规划内。", "《电力供应与使用条例》第二十三条", "可先用临时电源，规划调整后再报。", True)


class Refusing(Life):
    """A life in which the power company means to refuse; ``duheng`` is its deputy."""

    @property
    def refusal(self):
        return db.session.scalars(select(Refusal).order_by(Refusal.id.desc())).first()

    def seat(self, username, role, unit, rank):
        user = User(username=username, name=username, password_hash="", created_at=clock.now())
        db.session.add(user)
        db.session.flush()
        unit = self.unit(unit)
        db.session.add(Post(user_id=user.id, role=role, organisation_id=unit.id, region_id=unit.region_id, rank=rank,
                            started_at=clock.now()))
        db.session.commit()
        return self

    def deputy(self):
        return self.seat("duheng", Role.UNIT_LEADER, POWER, 2)

    def report(self, by="chenjing", case=CASE):
        self.does(refusals.report, by, case=case)
        return self

    def endorse(self, by, words="同意"):
        self.does(refusals.endorse, by, self.refusal, words=words)
        return self

    def judge(self, verdict, by="hening", words="经联审"):
        """As its members say, all of one mind."""
        if not seated(self.refusal):
            review(self, verdict)
        self.does(refusals.judge, by, self.refusal, verdict=verdict, words=words)
        return self

    def levels(self):
        rows = select(Endorsement).where(Endorsement.refusal_id == self.refusal.id).order_by(Endorsement.id)
        return [(one.level.value, one.outcome and one.outcome.value) for one in db.session.scalars(rows)]

    def clocks_of(self, kind):
        rows = select(Clock).where(Clock.ticket_id == self.ticket.id, Clock.kind == kind).order_by(Clock.id)
        return list(db.session.scalars(rows))

    def told(self, username):
        rows = select(Notice.subject).where(Notice.user_id == actor_named(username).user_id).order_by(Notice.id)
        return [subject.partition("：")[0] for subject in db.session.scalars(rows)]


@pytest.fixture
def life(city):
    return Refusing(city).handling().wait(hours=1)


def test_a_refusal_climbs_to_the_head_and_is_vetoed(life):
    life.deputy()
    due = life.ticket.due_at
    life.report().wait(hours=1)
    assert life.ticket.refusing_since and life.ticket.status is Status.HANDLING
    assert life.levels() == [("section", "endorsed"), ("deputy", None)]
    assert "否定报备待联审" in life.told("hening") and "正在复核" in life.told("hengzha")

    life.endorse("duheng").wait(hours=1).endorse("zhoujian")
    assert life.levels() == [("section", "endorsed"), ("deputy", "endorsed"), ("head", "endorsed")]
    assert life.ticket.status is Status.HANDLING, "the review has not spoken"

    life.wait(hours=1).judge(Verdict.REVOKED)
    assert (life.refusal.ended_as, life.ticket.status) == (RefusalEnd.VETOED, Status.HANDLING)
    assert (life.ticket.due_at, life.ticket.refusing_since) == (due, None)
    assert [one.outcome for one in life.clocks_of(ClockKind.REFUSAL_LEVEL)] == [ClockOutcome.MET] * 2
    assert db.session.scalar(select(func.count()).select_from(ReviewMember)) == 3
    with pytest.raises(Refused, match="继续办理"):
        life.report()
    life.result()
    assert life.ticket.status is Status.HANDLED


def test_one_that_is_upheld_ends_the_ticket_whichever_comes_last(life):
    life.deputy().report().wait(minutes=30)
    life.judge(Verdict.UPHELD).wait(minutes=10).endorse("duheng")
    assert life.ticket.status is Status.HANDLING
    life.wait(minutes=10).endorse("zhoujian")

    assert (life.ticket.status, life.refusal.ended_as) == (Status.REFUSED, RefusalEnd.REFUSED)
    assert life.clocks_of(ClockKind.HANDLING)[0].outcome is ClockOutcome.MET
    assert not [one for kind in ClockKind for one in life.clocks_of(kind) if one.stopped_at is None]
    assert db.session.scalars(select(UnitOrder.outcome)).all() == [OrderOutcome.DONE]
    paper, last = db.session.scalars(select(Event).order_by(Event.seq.desc()).limit(2))
    assert (paper.action, paper.object_id) == ("issue_letter", life.refusal.letter_id)
    assert (last.action, last.actor_id, last.is_public) == ("conclude_refusal", None, True)
    mine = select(Notice.words).where(Notice.user_id == actor_named("hengzha").user_id).order_by(Notice.id)
    told = db.session.scalars(mine).all()
    assert all(words in told[-1] for words in (CASE.grounds, CASE.articles, CASE.alternatives))


def test_the_form_is_a_numbered_paper_with_its_conclusion_that_anybody_can_check(life):
    life.deputy().report().wait(minutes=30)
    assert life.refusal.letter is None
    life.judge(Verdict.REVOKED, words="依据不足")
    letter = life.refusal.letter
    sheet = sheet_of(letter, verify_url="https://example.test/verify/letter")

    assert (letter.kind, letter.number) == (LetterKind.REFUSAL, "云营商否〔2026〕1号")
    assert series.broken() == [] and proof.verify(letter.digest[:16]).is_intact
    said = "\n".join(f"{term}：{value}" for term, value in sheet.tables[0].rows)
    assert life.refusal.number in said and "联审结论" in said and "依据不足" in said and CASE.articles in said
    assert "联系方式" not in said and life.ticket.subject in sheet.body[0]


def test_a_level_orders_handling_and_the_ticket_goes_on(life):
    life.deputy().report().wait(minutes=30)
    life.does(refusals.order_handling, "duheng", life.refusal, words="可以先接临时电源，请办。")

    assert (life.refusal.ended_as, life.ticket.status) == (RefusalEnd.ORDERED, Status.HANDLING)
    assert life.clocks_of(ClockKind.JOINT_REVIEW)[0].outcome is ClockOutcome.DROPPED
    assert life.told("hengzha")[-1] == "复核结论"
    for late in (lambda: life.endorse("duheng"), lambda: life.judge(Verdict.UPHELD), life.report):
        with pytest.raises(Refused):
            late()


def test_what_must_only_be_told_better_may_be_reported_again(life):
    life.report().judge(Verdict.NOTICE).wait(minutes=5)
    assert life.refusal.ended_as is RefusalEnd.RETURNED
    life.report()
    assert life.refusal.number.endswith("-F2")


def test_a_vacant_level_is_passed_over_with_a_record(life):
    life.report()

    assert life.levels() == [("section", "endorsed"), ("deputy", "vacant"), ("head", None)]
    passed = db.session.scalars(select(Event).where(Event.action == Act.PASS_VACANCY)).one()
    assert passed.actor_id is None


def height(code):
    db.session.add(Policy(name="refusal", value={"height": code}, effective_at=shanghai("2026-01-01 00:00")))
    db.session.commit()
    rulebook.forget()


def test_it_climbs_as_high_as_the_setting_says(life):
    height("mayor")
    with pytest.raises(Refused, match="空缺"):
        life.report()
    life.seat("mayor", Role.LEADER, "云州市人民政府", 1).report().endorse("zhoujian").endorse("luoshizhang")
    assert life.clocks_of(ClockKind.GOVERNMENT_LEVEL)[0].outcome is ClockOutcome.MET
    life.judge(Verdict.UPHELD)
    assert life.ticket.status is Status.HANDLING
    life.endorse("mayor")

    assert life.ticket.status is Status.REFUSED


def test_late_levels_and_a_late_review_are_seen_by_the_sweep(life):
    life.deputy().report()
    life.at("2026-08-21 08:00").sweep()
    rows = select(Supervision).join(Clock).where(Clock.kind == ClockKind.REFUSAL_LEVEL, Supervision.ended_at.is_(None))
    order = db.session.scalars(rows).one()
    assert (order.level, order.rule) == (Level.FIRST, "refusal_level_lapsed")
    assert order.receiver_id == life.unit(POWER).id

    life.endorse("duheng").at("2026-08-24 09:00").sweep()
    db.session.refresh(order)
    assert order.ended_at is not None, "the level has signed, if late"
    review = db.session.scalars(select(Supervision.rule).join(Clock).where(Clock.kind == ClockKind.JOINT_REVIEW)).all()
    assert review == ["joint_review_lapsed"]
    assert life.clocks_of(ClockKind.REFUSAL_LEVEL)[0].outcome is ClockOutcome.LATE


def test_the_clocks_can_be_reckoned_from_the_log(life):
    life.deputy().report().wait(hours=1).endorse("duheng").wait(hours=1).judge(Verdict.NOTICE).wait(hours=1)
    life.report().wait(hours=1).judge(Verdict.UPHELD).endorse("duheng").wait(hours=1).endorse("zhoujian")

    mine = select(Event).where(Event.ticket_id == life.ticket.id, Event.object_type == "ticket")
    told = [as_happened(row) for row in db.session.scalars(mine.order_by(Event.seq))]
    stored = db.session.scalars(select(Clock).where(Clock.ticket_id == life.ticket.id)).all()
    found = reckon(told, rulebook.current().calendar)
    seen = [(one.kind, one.unit_id, one.started_at, one.due_at, one.stopped_at, one.outcome) for one in stored]
    assert sorted(seen, key=str) == sorted(
        [(one.kind, one.unit_id, one.started_at, one.due_at, one.stopped_at, one.outcome) for one in found], key=str)


def test_nobody_else_may_report_sign_or_judge(life):
    for stranger in ("zhoujian", "litao", "liumin", "wujie", "hening", "luoshizhang", "hengzha"):
        with pytest.raises(NotAllowed):
            life.report(by=stranger)
    life.deputy().report()
    for other in ("zhoujian", "luoshizhang"):
        with pytest.raises(Refused, match="分管副局长"):
            life.endorse(other)
    for other in ("chenjing", "gaofeng", "wujie", "hening", "hengzha", "liumin"):
        with pytest.raises(NotAllowed):
            life.endorse(other)
    review(life, Verdict.UPHELD)
    for other in ("wujie", "zhoujian", "luoshizhang", "qianwei", "chenjing", "sunyue"):
        with pytest.raises(NotAllowed):
            life.judge(Verdict.UPHELD, by=other)


def test_who_has_signed_below_does_not_sign_above(life):
    life.deputy()
    life.seat("also", Role.LEADER, "云州市人民政府", 1)
    db.session.add(Post(user_id=actor_named("zhoujian").user_id, role=Role.LEADER, rank=1,
                        organisation_id=life.unit("云州市人民政府").id, region_id=life.unit(POWER).region_id,
                        started_at=clock.now()))
    db.session.commit()
    height("mayor")
    life.report().endorse("duheng").endorse("zhoujian").endorse("luoshizhang")

    with pytest.raises(Refused, match="市长"):
        life.endorse("zhoujian")
    life.endorse("also")


@pytest.mark.parametrize(("change", "words"), [
    ({"grounds": " "}, "理由"), ({"articles": ""}, "条款"), ({"alternatives": "\n"}, "怎么办"),
    ({"grounds": "长" * 2001}, "2000"),
])
def test_a_report_says_why_by_which_law_and_what_else(life, change, words):
    said = {name: getattr(CASE, name) for name in ("kind", "grounds", "articles", "alternatives")}
    with pytest.raises(BadInput, match=words):
        life.report(case=Case(**said | change))
    assert life.refusal is None and life.ticket.refusing_since is None


def test_while_it_climbs_the_ticket_goes_nowhere_else(life):
    main = Life(life.city, enterprise="鑫源包装", member="xinyuan").submit().ticket
    life.report()
    for way in (
        lambda: life.does(coordination.transfer, "wujie", lead=life.unit(LAND), reason="属自然资源局"),
        lambda: life.does(merging.merge, "wujie", main=main, reason="同一件事"),
        lambda: life.propose(ProposalKind.RESULT, result_kind=ResultKind.SOLVED),
        lambda: life.propose(ProposalKind.SEND_BACK, basis="三定方案"),
        lambda: life.propose(ProposalKind.LEDGER, "zhoujian", until=shanghai("2026-09-14 00:00").date(),
                             ledger_class=LedgerClass.FUNDS),
        life.report,
    ):
        with pytest.raises(Refused, match="正在否定报备"):
            way()
    life.does(intake.withdraw, "hengzha", reason="不办了")
    assert (life.refusal.ended_as, life.ticket.refusing_since) == (RefusalEnd.LAPSED, None)


def test_what_waits_for_a_signature_is_decided_first(life):
    life.propose(ProposalKind.RESULT, result_kind=ResultKind.SOLVED)
    with pytest.raises(Refused, match="等签批"):
        life.report()


def test_a_refusal_belongs_to_its_ticket_and_a_page_of_yesterday_is_stale(life):
    other = Refusing(life.city).handling().ticket
    life.deputy().report()
    with pytest.raises(NotFound), life.here():
        refusals.endorse(other, life.refusal, actor=actor_named("duheng"))
    with pytest.raises(Stale):
        life.does(refusals.endorse, "duheng", life.refusal, version=life.ticket.version - 1)


def test_only_the_system_concludes_and_only_what_was_upheld(life):
    leading = [step for step in workflow.STEPS if Status.REFUSED in step.targets]
    assert [(step.act, step.roles) for step in leading] == [(Act.CONCLUDE_REFUSAL, {Role.SYSTEM})]

    life.report().endorse("zhoujian")
    with pytest.raises(Refused, match="没有走完"):
        life.does(lambda ticket, actor: advance(ticket, Act.CONCLUDE_REFUSAL, actor=refusals.SYSTEM), "wujie")
    with pytest.raises((NotAllowed, IllegalTransition)):
        life.does(lambda ticket, actor: advance(ticket, Act.CONCLUDE_REFUSAL, actor=actor), "hening")


def test_one_level_is_signed_once(life):
    life.deputy().report()
    kinds = {LevelOutcome.ENDORSED, LevelOutcome.VACANT}
    assert RefusalLevel.SECTION.place == 0 and kinds < set(LevelOutcome)
    db.session.add(Endorsement(refusal_id=life.refusal.id, level=RefusalLevel.DEPUTY, opened_at=life.now))
    with pytest.raises(DBAPIError):
        db.session.flush()
