"""Whole tickets in plain steps: what the workflow table must mean, told without looking at the table."""

import pytest
from sqlalchemy import func, select

from models.base import db
from models.clocks import Clock, ClockKind, ClockOutcome
from models.log import Event
from models.ratings import Grade, Rating, ReworkReason
from models.tickets import (
    Act,
    Difficulty,
    LedgerClass,
    OrderOutcome,
    ProposalKind,
    ResultKind,
    Round,
    Status,
    Ticket,
    TicketKind,
    UnitOrder,
)
from operations.clocks.calendar import Limit
from operations.errors import BadInput, IllegalTransition, NotAllowed, Refused
from operations.tickets import aftercare, conversation, coordination, handling, intake, ledger, merging, proposals
from tests.lives import FINANCE, LAND, POWER, Life, shanghai


def clock_of(ticket, kind, round_=1):
    rows = select(Clock).where(Clock.ticket_id == ticket.id, Clock.kind == kind, Clock.round == round_)
    return db.session.scalars(rows.order_by(Clock.id.desc())).first()


def acts_of(ticket):
    return list(db.session.scalars(select(Event.action).where(Event.ticket_id == ticket.id).order_by(Event.seq)))


def test_a_demand_travels_through_all_six_stations(life):
    life.handling().sign().wait(days=1)
    life.result().reply().wait(hours=2)
    life.call().wait(hours=1)
    life.rate()

    assert life.ticket.status is Status.CLOSED
    assert acts_of(life.ticket) == [
        "submit", "accept", "dispatch", "sign", "propose_result", "report_result", "reply", "follow_up", "rate",
    ]
    assert clock_of(life.ticket, ClockKind.HANDLING).outcome is ClockOutcome.MET
    assert life.ticket.due_at is None


def test_the_case_clock_ends_at_the_close_of_the_fifth_working_day(life):
    life.handling()

    assert clock_of(life.ticket, ClockKind.HANDLING).due_at == shanghai("2026-08-26 17:30")
    assert life.ticket.due_at == shanghai("2026-08-26 17:30")
    assert clock_of(life.ticket, ClockKind.SIGNING).due_at == shanghai("2026-08-20 17:30")


@pytest.mark.parametrize(("difficulty", "due"), [
    (Difficulty.IMMEDIATE, "2026-08-19 17:30"),
    (Difficulty.CONSULTATION, "2026-08-21 17:30"),
    (Difficulty.GREEN_CARD, "2026-08-24 17:30"),
    (Difficulty.COMPLEX, "2026-09-09 17:30"),
    (Difficulty.HARD, "2026-09-30 17:30"),  # 中秋 is off from the 25th, Sunday the 20th is worked for it
])
def test_the_handling_limit_goes_by_difficulty(life, difficulty, due):
    life.submit().accept(difficulty).dispatch()

    assert clock_of(life.ticket, ClockKind.HANDLING).due_at == shanghai(due)


def test_sending_back_gains_no_minute_and_starts_coordination_anew(life):
    life.handling().wait(hours=3)
    due = life.ticket.due_at
    life.send_back().wait(hours=2)

    assert life.ticket.status is Status.COORDINATING
    assert clock_of(life.ticket, ClockKind.HANDLING).stopped_at is None
    life.dispatch(LAND, by="wujie")
    assert life.ticket.due_at == due
    assert life.ticket.lead_unit.name == LAND


def test_sending_back_needs_the_leader_and_is_over_after_one_working_day(life):
    life.handling().wait(hours=1)
    proposal = life.propose(ProposalKind.SEND_BACK, basis="三定方案")
    assert life.ticket.status is Status.HANDLING

    for not_the_leader in ("chenjing", "litao", "gaofeng", "wujie"):
        with pytest.raises((NotAllowed, Refused)):
            life.grant(proposal, by=not_the_leader)
    life.at("2026-08-21 09:00")
    with pytest.raises(Refused, match="1 个工作日"):
        Life.propose(Life(life.city).at("2026-08-19 09:00").handling().at("2026-08-21 09:00"), ProposalKind.SEND_BACK)


def test_after_the_second_return_the_dispatch_is_a_ruling_and_nobody_returns_it(life):
    life.handling().wait(hours=1)
    life.send_back().wait(hours=1)
    life.dispatch(LAND, by="wujie").wait(hours=1)
    life.send_back(officer="litao", leader="gaofeng").wait(hours=1)
    life.dispatch(POWER, by="wujie").wait(minutes=10)

    assert life.ticket.ruled_at is not None
    with pytest.raises(Refused, match="裁定"):
        life.propose(ProposalKind.SEND_BACK)


def test_whose_business_it_is_for_good_is_for_the_centre_to_say(life):
    life.submit().accept()
    with pytest.raises(NotAllowed):
        life.does(coordination.dispatch, "liumin", lead=life.unit(POWER), basis="职责分工", is_ruling=True)
    life.dispatch().wait(hours=1)
    life.send_back().wait(hours=1)
    life.dispatch(LAND).wait(hours=1)
    life.send_back(officer="litao", leader="gaofeng").wait(hours=1)

    with pytest.raises(Refused, match="服务中心裁定"):
        life.dispatch(POWER)
    life.dispatch(POWER, by="wujie")


def test_transferring_moves_the_lead_and_not_the_due_date(life):
    life.handling().wait(days=1)
    due = life.ticket.due_at
    life.does(coordination.transfer, "wujie", lead=life.unit(LAND), reason="属自然资源局职责")

    assert (life.ticket.lead_unit.name, life.ticket.due_at) == (LAND, due)
    rows = select(UnitOrder).where(UnitOrder.ticket_id == life.ticket.id).order_by(UnitOrder.id)
    orders = db.session.scalars(rows).all()
    assert [order.outcome for order in orders] == [OrderOutcome.TRANSFERRED, None]


def test_a_supplement_is_asked_for_once_and_the_time_waits_for_the_enterprise(life):
    life.submit().wait(hours=2)
    life.does(intake.request_supplement, "liumin", missing="缺：用电申请回执")
    assert life.ticket.status is Status.AWAITING_SUPPLEMENT
    life.at("2026-08-21 11:00").does(intake.supplement, "hengzha", text="回执已补")

    acceptance = clock_of(life.ticket, ClockKind.ACCEPTANCE)
    # Paused on the 19th at 11:00 with 1 h + 4 h of that day and 7.5 h of the next left; the 21st from 11:00 gives 5 h.
    assert acceptance.due_at == shanghai("2026-08-24 17:30")
    with pytest.raises(Refused, match="一次"):
        life.does(intake.request_supplement, "liumin", missing="还缺一样")


def test_a_supplement_that_never_comes_counts_as_withdrawn(life):
    life.submit()
    life.does(intake.request_supplement, "liumin", missing="缺回执")
    with life.at("2026-08-27 08:00").here():
        intake.lapse_supplement(life.ticket)

    assert life.ticket.status is Status.WITHDRAWN
    assert clock_of(life.ticket, ClockKind.ACCEPTANCE).outcome is ClockOutcome.DROPPED


def test_only_a_consultation_is_answered_without_a_unit(life):
    life.submit(TicketKind.CONSULTATION).accept(Difficulty.CONSULTATION)
    life.does(coordination.answer, "liumin", text="按政策第三条，可以申请。")
    assert life.ticket.status is Status.HANDLED

    other = Life(life.city).submit(TicketKind.HELP).accept()
    with pytest.raises(Refused, match="咨询"):
        other.does(coordination.answer, "liumin", text="不行")


def test_the_result_waits_for_every_assisting_unit_or_a_waiver(life):
    life.submit().accept().dispatch(POWER, [FINANCE, LAND]).wait(hours=1)
    with pytest.raises(Refused, match="协办"):
        life.propose(ProposalKind.RESULT, result_kind=ResultKind.SOLVED)

    life.does(handling.report_assistance, "sunyue", report="资金已拨付。")
    life.does(handling.waive_assistance, "wujie", unit_id=life.unit(LAND).id, reason="不再需要用地意见")
    life.result()
    assert life.ticket.status is Status.HANDLED


def test_an_extension_is_asked_before_expiry_signed_twice_and_keeps_the_first_promise(life):
    life.handling().wait(days=1)
    proposal = life.propose(ProposalKind.EXTENSION, until=shanghai("2026-09-01 00:00").date(), basis="须招标")
    life.grant(proposal, by="zhoujian")
    assert life.ticket.due_at == shanghai("2026-08-26 17:30")
    life.grant(proposal, by="wujie")

    running = clock_of(life.ticket, ClockKind.HANDLING)
    assert (running.due_at, running.due_version) == (shanghai("2026-09-01 17:30"), 2)
    assert running.original_due_at == shanghai("2026-08-26 17:30")


def test_no_extension_after_expiry_and_none_beyond_the_original_limit(life):
    life.handling().wait(days=1)
    with pytest.raises(Exception, match="最晚 2026年09月02日"):
        life.propose(ProposalKind.EXTENSION, until=shanghai("2026-09-03 00:00").date())
    with pytest.raises(Refused, match="到期前"):
        life.at("2026-08-27 09:00").propose(ProposalKind.EXTENSION, until=shanghai("2026-09-01 00:00").date())


def test_a_second_extension_lies_on_the_supervisors_desk(life):
    life.handling().wait(days=1)
    first = life.propose(ProposalKind.EXTENSION, until=shanghai("2026-08-28 00:00").date())
    life.grant(first, by="zhoujian").grant(first, by="wujie")
    second = life.propose(ProposalKind.EXTENSION, until=shanghai("2026-09-01 00:00").date())
    life.grant(second, by="zhoujian")

    with pytest.raises(Refused, match="督办员"):
        life.grant(second, by="wujie")
    life.grant(second, by="hening")
    assert life.ticket.due_at == shanghai("2026-09-01 17:30")


def test_on_the_ledger_the_clocks_stand_still_until_the_review_date(life):
    life.handling().wait(days=1)  # Thursday 09:00: 4 working days and 7.5 h of Thursday are left
    proposal = life.propose(ProposalKind.LEDGER, "zhoujian", until=shanghai("2026-09-14 00:00").date(),
                            ledger_class=LedgerClass.FUNDS)
    life.grant(proposal, by="hening")
    assert life.ticket.paused_at == life.now

    with life.at("2026-09-14 08:30").here():
        assert [ticket.id for ticket in ledger.due_for_review()] == [life.ticket.id]
        ledger.resume_from_ledger(life.ticket)
    assert life.ticket.paused_at is None
    assert life.ticket.due_at == shanghai("2026-09-18 17:00")


def test_striking_off_needs_the_leader_and_the_supervisor(life):
    life.handling().wait(days=1)
    entered = life.propose(ProposalKind.LEDGER, "zhoujian", until=shanghai("2026-09-14 00:00").date(),
                           ledger_class=LedgerClass.PLANNING)
    life.grant(entered, by="hening").wait(days=3)
    with pytest.raises(Refused, match="销号"):
        life.propose(ProposalKind.RESULT, result_kind=ResultKind.SOLVED)
    life.grant(life.propose(ProposalKind.STRIKE_OFF, "zhoujian"), by="hening")

    assert life.ticket.paused_at is None
    life.result()
    assert life.ticket.status is Status.HANDLED


def test_unsolved_at_the_follow_up_begins_a_new_round_and_freezes_the_old_one(life):
    life.handling().wait(days=1)
    life.result().reply().wait(hours=3)
    life.call(is_solved=False, is_satisfied=False, words="还没有送电")

    assert (life.ticket.status, life.ticket.round) == (Status.HANDLING, 2)
    assert life.ticket.lead_unit.name == POWER
    assert clock_of(life.ticket, ClockKind.HANDLING, 2).started_at == life.now
    assert clock_of(life.ticket, ClockKind.HANDLING, 1).outcome is ClockOutcome.MET
    opened = select(Round.reason).where(Round.ticket_id == life.ticket.id, Round.number == 2)
    assert db.session.scalar(opened) == "未解决：还没有送电"


@pytest.mark.parametrize(
    ("is_solved", "why"), [(False, None), (True, ReworkReason.OTHER)], ids=["rework without", "rest with"]
)
def test_a_reason_of_rework_goes_with_rework_and_only_with_it(life, is_solved, why):
    life.handling().result().reply()
    with pytest.raises(BadInput, match="请选择原因"):
        life.does(aftercare.follow_up, life.caller, call=aftercare.Call(True, is_solved, True, "", why))
    assert life.ticket.status is Status.REPLIED


def test_three_failed_calls_on_different_days_go_on_to_the_rating(life):
    life.handling().result().reply()
    for _ in range(2):
        life.call(was_reached=False).call(was_reached=False).wait(days=1)
        assert life.ticket.status is Status.REPLIED
    life.call(was_reached=False)
    assert life.ticket.status is Status.FOLLOWED_UP


def test_nobody_follows_up_what_they_handled(life):
    life.submit().does(intake.accept, "xuhui", category="城乡建设", difficulty=Difficulty.ORDINARY)
    life.dispatch(by="xuhui").result().reply()

    with pytest.raises(Refused, match="回避"):
        life.call(by="xuhui")
    life.call(by="wujie")
    assert life.ticket.status is Status.FOLLOWED_UP


def test_a_bad_grade_needs_a_reason_and_an_anonymous_rater_leaves_no_name(life):
    life.handling().result().reply().call()
    with pytest.raises(Exception, match="原因"):
        life.rate(Grade.DISSATISFIED)
    life.rate(Grade.DISSATISFIED, tags=("时间太长",), is_anonymous=True)

    rating = db.session.scalars(select(Rating)).one()
    event = db.session.scalars(select(Event).where(Event.action == "rate_unseen")).one()
    assert (rating.rated_by_id, event.actor_id, event.post_id, event.ticket_id) == (None, None, None, None)
    assert '"session":null' in event.body and '"ip":""' in event.body


def test_an_anonymous_rating_moves_nothing_and_the_window_closes_it_as_if_none_had_come(life):
    life.handling().result().reply().call()
    before = db.session.execute(select(Ticket.__table__)).one()
    life.rate(Grade.SATISFIED, is_anonymous=True)
    assert db.session.execute(select(Ticket.__table__)).one() == before
    assert not db.session.scalar(select(func.count()).where(Event.action == Act.RATE))
    with pytest.raises(Refused, match="已经评价过"):
        life.rate(Grade.DISSATISFIED, tags=("时间太长",))
    with life.wait(days=10).here():
        aftercare.lapse_rating(life.ticket)
    assert life.ticket.status is Status.CLOSED
    assert db.session.scalar(select(Rating.grade)) is Grade.SATISFIED


def test_a_lapsed_rating_window_closes_without_a_grade(life):
    life.handling().result().reply().call()
    with life.wait(days=10).here():
        aftercare.lapse_rating(life.ticket)

    assert life.ticket.status is Status.CLOSED
    assert db.session.scalars(select(Rating)).all() == []
    assert clock_of(life.ticket, ClockKind.RATING).outcome is ClockOutcome.LATE


def test_the_enterprise_reopens_within_ten_working_days_and_not_later(life):
    life.handling().result().reply().call().rate()
    closed_at = life.now
    life.wait(days=5).does(aftercare.reopen, "hengzha", reason="又停电了")
    assert (life.ticket.status, life.ticket.round) == (Status.HANDLING, 2)

    late = Life(life.city)
    late.now = closed_at
    late.handling().result().reply().call().rate().wait(days=20)
    with pytest.raises(Refused, match="10 个工作日"):
        late.does(aftercare.reopen, "hengzha", reason="又停电了")
    late.does(aftercare.reopen, "hening", reason="督查发现未解决")
    assert late.ticket.status is Status.HANDLING


def test_a_merged_ticket_comes_out_again_as_if_it_had_never_left(life):
    main = Life(life.city, enterprise="鑫源包装", member="xinyuan").handling()
    life.handling().wait(hours=4)
    due = life.ticket.due_at
    life.does(merging.merge, "wujie", main=main.ticket, reason="同一条线路")
    assert (life.ticket.status, life.ticket.due_at) == (Status.MERGED, None)

    life.wait(days=1).does(merging.unmerge, "wujie", reason="不是同一件事")
    assert (life.ticket.status, life.ticket.due_at) == (Status.HANDLING, due)


def test_every_merged_enterprise_rates_when_the_main_ticket_is_done(life):
    main = Life(life.city, enterprise="鑫源包装", member="xinyuan").handling()
    life.handling().does(merging.merge, "wujie", main=main.ticket, reason="同一条线路")
    with pytest.raises(Refused, match="主件"):
        life.rate()
    main.result().reply().call()
    life.rate(Grade.VERY_SATISFIED)

    assert life.ticket.status is Status.MERGED
    assert db.session.scalars(select(Rating.ticket_id)).all() == [life.ticket.id]


def test_withdrawing_ends_what_the_units_owe(life):
    life.handling().wait(hours=2)
    life.does(intake.withdraw, "hengzha", reason="已自行解决")

    assert life.ticket.status is Status.WITHDRAWN
    assert db.session.scalars(select(UnitOrder.outcome)).all() == [OrderOutcome.WITHDRAWN]
    assert not db.session.scalars(select(Clock).where(Clock.stopped_at.is_(None))).all()


def test_an_instruction_has_its_own_clock_and_its_own_answer(life):
    life.handling().wait(hours=1)
    from_leader = {"words": "请三日内见效。", "limit": Limit.parse("3d")}
    life.does(conversation.instruct, "luoshizhang", **from_leader)
    life.does(conversation.instruct, "luoshizhang", **from_leader)
    assert clock_of(life.ticket, ClockKind.INSTRUCTION).due_at == shanghai("2026-08-24 17:30")

    first = life.does(_first_instruction, "zhoujian")
    life.does(conversation.answer_instruction, "zhoujian", instruction_id=first, words="已约明天送电")
    running = select(Clock).where(Clock.kind == ClockKind.INSTRUCTION, Clock.stopped_at.is_(None))
    assert len(db.session.scalars(running).all()) == 1


def test_what_is_declined_stays_on_record_and_moves_nothing(life):
    life.handling().wait(hours=1)
    proposal = life.propose(ProposalKind.SEND_BACK, basis="三定方案")
    life.does(proposals.decline, "zhoujian", proposal, words="就是我们的职责")

    assert (life.ticket.status, proposal.decision_words) == (Status.HANDLING, "就是我们的职责")
    with pytest.raises(Refused, match="结论"):
        life.grant(proposal)


def test_a_foreign_unit_a_foreign_steward_and_a_foreign_enterprise_may_do_nothing(life):
    life.handling()
    for stranger, act, words in (
        ("litao", handling.sign, {}),
        ("wangqiang", aftercare.reply, {"method": "phone", "text": "x"}),
        ("xinyuan", intake.withdraw, {"reason": "x"}),
    ):
        with pytest.raises((NotAllowed, IllegalTransition)):
            life.does(act, stranger, **words)


def _first_instruction(ticket, *, actor):
    return db.session.scalars(select(conversation.Instruction.id).order_by(conversation.Instruction.id)).first()
