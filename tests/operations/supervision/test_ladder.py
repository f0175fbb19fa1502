"""The ladder as people live it: what climbs, when, who is told, and what ends it."""

import pytest
from sqlalchemy import select

from models.base import db
from models.clocks import ClockKind
from models.notices import Notice
from models.supervision import Level, Supervision, SupervisionEnd
from models.tickets import LedgerClass, ProposalKind
from operations.access.people import actor_named
from operations.errors import NotAllowed, Refused
from operations.supervision import supervision, sweep
from operations.tickets import handling
from tests.lives import Life, shanghai

DUE = "2026-08-26 17:30"


def orders():
    db.session.expire_all()
    return list(db.session.scalars(select(Supervision).order_by(Supervision.id)))


def on_the_case(level):
    return [order for order in orders() if order.level is level and order.rule != "signing_lapsed"]


def told(username):
    user = actor_named(username).user_id
    return list(db.session.scalars(select(Notice.subject).where(Notice.user_id == user).order_by(Notice.id)))


@pytest.fixture
def late(life):
    """Handling since the 19th, signed and contacted; the case clock lapses on the 26th at 17:30."""
    life.handling().sign()
    life.does(handling.contact, "chenjing", method="电话", words="已联系")
    return life


def test_nothing_is_supervised_before_its_moment_and_all_at_it(late):
    late.at("2026-08-26 17:29:59").sweep()
    assert on_the_case(Level.FIRST) == []
    late.at(DUE).sweep()

    first = on_the_case(Level.FIRST)[0]
    assert first.opened_at == shanghai(DUE)
    assert first.issuer.name == "城东区企业服务中心"
    assert first.receiver.name == "云州市供电公司"
    assert (first.sign_due_at, first.due_at) == (shanghai("2026-08-27 17:30"), shanghai("2026-08-31 17:30"))


def test_a_yellow_light_reminds_and_a_lapse_ends_the_reminder_as_escalated(late):
    late.at("2026-08-25 17:00").sweep()
    assert [order.level for order in orders()] == [Level.REMINDER]
    late.at(DUE).sweep()
    assert [order.ended_as for order in orders()] == [SupervisionEnd.ESCALATED, None]


def test_an_unread_first_order_climbs_to_a_different_and_higher_office(late):
    late.at(DUE).sweep()
    late.at("2026-08-28 17:30").sweep()

    second = on_the_case(Level.SECOND)[0]
    assert second.rule == "unread"
    assert second.issuer.name == "云州市营商环境建设局"
    assert late.ticket.rung == Level.SECOND.rung
    assert any("二次督办" in subject for subject in told("luoshizhang"))


def test_a_signed_but_unanswered_order_climbs_after_three_working_days(late):
    late.at(DUE).sweep()
    with late.at("2026-08-27 10:00").here():
        supervision.sign(on_the_case(Level.FIRST)[0], late.ticket, actor=actor_named("zhoujian"))
    late.at("2026-08-31 17:29").sweep()
    assert on_the_case(Level.SECOND) == []
    late.at("2026-08-31 17:30").sweep()
    assert on_the_case(Level.SECOND)[0].rule == "unanswered"


def test_an_answered_order_climbs_when_the_ticket_stays_in_its_stage_for_five_days(late):
    late.at(DUE).sweep()
    with late.at("2026-08-27 10:00").here():
        order = on_the_case(Level.FIRST)[0]
        supervision.answer(order, late.ticket, actor=actor_named("zhoujian"), words="正在办")
        supervision.accept_answer(order, late.ticket, actor=actor_named("wujie"))
    late.at("2026-09-02 17:29").sweep()
    assert on_the_case(Level.SECOND) == []
    late.at("2026-09-02 17:30").sweep()
    assert on_the_case(Level.SECOND)[0].rule == "same_stage"


def test_two_rejected_answers_climb_at_once(late):
    late.at(DUE).sweep()
    for _ in range(2):
        with late.wait(hours=1).here():
            order = on_the_case(Level.FIRST)[0]
            supervision.answer(order, late.ticket, actor=actor_named("zhoujian"), words="正在办")
            supervision.reject_answer(order, late.ticket, actor=actor_named("wujie"), reason="没有措施")
    late.wait(minutes=1).sweep()
    assert len(on_the_case(Level.SECOND)) == 1


def test_a_second_order_that_lapses_proposes_a_talk_and_then_rests(late):
    for moment in (DUE, "2026-08-28 17:30", "2026-09-01 17:30", "2026-09-02 17:30", "2026-09-30 17:30"):
        late.at(moment).sweep()

    assert [order.level for order in orders() if order.ended_at is None] == [Level.TALK]
    assert sweep.next_fire_at() is None


def test_an_accepted_answer_is_lifted_when_the_ticket_moves_on(late):
    late.at(DUE).sweep()
    with late.at("2026-08-27 10:00").here():
        order = on_the_case(Level.FIRST)[0]
        supervision.answer(order, late.ticket, actor=actor_named("zhoujian"), words="明天送电")
        supervision.accept_answer(order, late.ticket, actor=actor_named("hening"))
    late.result()

    assert on_the_case(Level.FIRST)[0].ended_as is SupervisionEnd.LIFTED
    assert late.ticket.rung == 0


def test_a_ticket_that_moves_on_without_an_answer_is_not_called_lifted(late):
    late.at(DUE).sweep()
    late.at("2026-08-27 10:00").result()
    assert on_the_case(Level.FIRST)[0].ended_as is SupervisionEnd.MOVED_ON


def test_sweeping_again_and_again_changes_nothing(late):
    late.at(DUE).sweep()
    before = [(order.id, order.level, order.ended_at) for order in orders()]
    for _ in range(3):
        assert late.sweep().fired == 0
    assert [(order.id, order.level, order.ended_at) for order in orders()] == before


def test_after_an_outage_the_ladder_collapses_to_the_present_rung_with_a_whole_limit_to_answer(late):
    late.at("2026-09-10 09:00")
    swept = late.sweep()

    assert [order.level for order in orders() if order.level is not Level.REMINDER] == [Level.FIRST]
    assert on_the_case(Level.FIRST)[0].due_at == shanghai("2026-09-15 17:30")
    assert swept.latest_seconds > 14 * 86400


def test_on_the_ledger_nothing_climbs(late):
    proposal = late.propose(ProposalKind.LEDGER, "zhoujian", until=shanghai("2026-09-14 00:00").date(),
                            ledger_class=LedgerClass.FUNDS)
    late.grant(proposal, by="hening")
    late.at("2026-09-10 09:00").sweep()
    assert on_the_case(Level.FIRST) == []


def test_not_signing_is_reminded_and_the_officers_are_told(life):
    life.handling().at("2026-08-20 17:30").sweep()

    assert {order.rule for order in orders()} == {"signing_lapsed", "contact_lapsed"}
    assert sum("提醒" in subject for subject in told("chenjing")) == 2


def test_a_stewards_own_clock_reminds_the_steward_and_presses_no_unit(life):
    life.submit().at("2026-08-20 16:00").sweep()

    reminder = orders()[0]
    assert (reminder.rule, reminder.receiver_id) == ("acceptance_warned", None)
    assert any("提醒" in subject for subject in told("liumin"))
    assert told("chenjing") == []


def test_a_follow_up_that_waits_reminds_the_service_centre(life):
    life.handling().result().reply().at("2026-08-21 16:00").sweep()

    assert [order.rule for order in orders() if order.ended_at is None] == ["follow_up_warned"]
    assert any("提醒" in subject for subject in told("tangyi"))


def test_without_a_steward_the_centre_is_reminded(city):
    life = Life(city, enterprise="老边家饺子馆")
    life.enterprise.contact_name = "边大姐"
    life.member = "wujie"
    life.submit().at("2026-08-20 16:00").sweep()
    assert any("提醒" in subject for subject in told("wujie"))


def test_messages_wait_for_the_morning_and_orders_do_not(late):
    late.at("2026-08-28 23:00").sweep()
    order = on_the_case(Level.FIRST)[0]
    held = db.session.scalars(select(Notice).where(Notice.dedup_key.startswith(f"supervision.{order.id}."))).all()

    assert order.opened_at == shanghai("2026-08-28 23:00")
    assert {notice.not_before for notice in held} == {shanghai("2026-08-31 08:00")}  # a Monday


def test_the_centre_issues_the_first_by_hand_and_only_the_office_above_the_second(late):
    with late.wait(days=1).here():
        first = supervision.supervise(late.ticket, actor=actor_named("wujie"), reason="企业停产")
    assert first.level is Level.FIRST
    with pytest.raises(Refused, match="营商办"), late.here():
        supervision.supervise(late.ticket, actor=actor_named("wujie"), reason="再催")
    with late.wait(hours=1).here():
        second = supervision.supervise(late.ticket, actor=actor_named("hening"), reason="仍未办")
    assert (second.level, second.issuer.name) == (Level.SECOND, "云州市营商环境建设局")


def test_only_the_addressee_writes_that_an_order_was_read(late):
    late.at(DUE).sweep()
    order = on_the_case(Level.FIRST)[0]
    for stranger in ("wujie", "hening", "litao", "gaofeng", "liumin", "hengzha"):
        with pytest.raises(NotAllowed), late.here():
            supervision.record_opening(order, actor=actor_named(stranger))
    with late.here():
        supervision.record_opening(order, actor=actor_named("chenjing"))
    assert on_the_case(Level.FIRST)[0].read_at == shanghai(DUE)


def test_a_granted_extension_ends_the_order_on_the_old_promise(late):
    proposal = late.wait(days=1).propose(ProposalKind.EXTENSION, until=shanghai("2026-09-01 00:00").date(), basis="须招标")
    late.grant(proposal, by="zhoujian")
    late.at(DUE).sweep()
    late.at("2026-08-27 09:00").grant(proposal, by="wujie")
    assert on_the_case(Level.FIRST)[0].ended_as is not None

    late.at("2026-09-01 17:30").sweep()
    assert [order.due_version for order in on_the_case(Level.FIRST)] == [1, 2]


def test_a_clock_presses_with_its_own_kind_only(late):
    late.at(DUE).sweep()
    rows = select(Supervision.rule).where(Supervision.level == Level.FIRST)
    assert db.session.scalars(rows).all() == [f"{ClockKind.HANDLING}_lapsed"]
