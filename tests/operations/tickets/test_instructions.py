"""批示: answered, sent back, answered again and accepted; by whom, on which clock, and what the rows hold."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.access import Post, Role
from models.base import db
from models.clocks import Clock, ClockKind
from models.directory import Organisation
from models.log import Event
from models.tickets import Act, AnswerVerdict, Consultation, ConsultationUnit, Instruction, InstructionAnswer, UnitOrder
from operations.access.people import actor_named
from operations.clocks import rulebook
from operations.clocks.calendar import Limit
from operations.clocks.recomputation import reckon
from operations.errors import BadInput, IllegalTransition, NotAllowed, NotFound, Refused
from operations.tickets import conversation, coordination, instructions
from operations.tickets.advance import may
from operations.tickets.consulting import Decided
from tests.happened import as_happened
from tests.lives import FINANCE, LAND, POWER, shanghai


@pytest.fixture
def answered(life):
    life.handling().does(conversation.instruct, "luoshizhang", words="三天内送电", limit=Limit(3, "d"))
    life.wait(hours=4).does(
        conversation.answer_instruction, "zhoujian", instruction_id=the_instruction().id, words="已安排"
    )
    return life


def the_instruction():
    db.session.expire_all()
    return db.session.scalars(select(Instruction)).one()


def clocks():
    return db.session.scalars(select(Clock).where(Clock.kind == ClockKind.INSTRUCTION).order_by(Clock.id)).all()


def test_an_answer_sent_back_is_owed_again_on_a_clock_of_its_own(answered):
    one = the_instruction().id
    answered.does(instructions.return_answer, "luoshizhang", instruction_id=one, words="没有时间表",
                  limit=Limit(2, "d"))

    assert the_instruction().answered_at is None
    assert [(row.stopped_at is None, row.limit) for row in clocks()] == [(False, "3d"), (True, "2d")]
    assert clocks()[1].due_at == shanghai("2026-08-21 17:30")
    answered.wait(days=5).does(conversation.answer_instruction, "zhoujian", instruction_id=one, words="二十五日送电")
    answered.does(instructions.accept, "luoshizhang", instruction_id=one, words="好")

    rows = db.session.scalars(select(InstructionAnswer).order_by(InstructionAnswer.id)).all()
    assert [(row.words, row.verdict) for row in rows] == [
        ("已安排", AnswerVerdict.RETURNED), ("二十五日送电", AnswerVerdict.ACCEPTED)]
    assert [row.outcome for row in clocks()] == ["met", "late"]
    assert the_instruction().accepted_at is not None
    with pytest.raises(Refused, match="没有待认可"):
        answered.does(instructions.accept, "luoshizhang", instruction_id=one)


def test_sending_back_needs_a_reason_and_an_answer(answered):
    with pytest.raises(BadInput, match="为什么退回"):
        answered.does(instructions.return_answer, "luoshizhang", instruction_id=the_instruction().id, words=" ",
                      limit=Limit(2, "d"))
    with pytest.raises(NotFound):
        answered.does(instructions.accept, "luoshizhang", instruction_id=the_instruction().id + 1)


def test_only_who_gave_it_judges_until_they_have_left(answered):
    leader = db.session.scalars(select(Post).where(Post.role == Role.LEADER)).one()
    other = Post(user_id=actor_named("hening").user_id, role=Role.LEADER, organisation_id=leader.organisation_id,
                 region_id=leader.region_id, started_at=answered.now)
    db.session.add(other)
    db.session.commit()
    with answered.here(), pytest.raises(Refused, match="没有待认可"):
        may(answered.ticket, Act.ACCEPT_INSTRUCTION, actor_named("hening"))
    leader.ended_at = answered.now
    db.session.commit()
    answered.does(instructions.accept, "hening", instruction_id=the_instruction().id)
    assert the_instruction().accepted_by_id == other.user_id
    with answered.here(), pytest.raises((NotAllowed, IllegalTransition)):
        may(answered.ticket, Act.ACCEPT_INSTRUCTION, actor_named("zhoujian"))


def test_what_is_said_of_a_closed_ticket_does_not_close_it_anew(answered):
    answered.result().reply().call().rate().wait(days=6)
    closed_at = answered.ticket.closed_at
    answered.does(instructions.accept, "luoshizhang", instruction_id=the_instruction().id)
    answered.does(conversation.note, "wujie", words="归档")

    assert answered.ticket.closed_at == closed_at
    with pytest.raises(IllegalTransition):
        answered.does(instructions.return_answer, "luoshizhang", instruction_id=the_instruction().id, words="再报",
                      limit=Limit(2, "d"))


def test_a_consultation_names_its_units_and_the_orders_that_come_of_it(life):
    life.submit().accept()
    life.does(coordination.consult, "wujie", units=[life.unit(LAND), life.unit(FINANCE)], held_on=life.now.date(),
              outcome="自然资源协办")
    assert dict(linked()) == {LAND: None, FINANCE: None}

    life.dispatch(POWER, [LAND])
    assert dict(linked()) == {LAND: "assist", FINANCE: None}
    life.wait(hours=1).does(coordination.consult, "wujie", units=[life.unit(FINANCE), life.unit(POWER)],
                            held_on=life.now.date(), outcome="财政也协办")
    assert sorted(role for name, role in linked() if name == FINANCE and role) == ["assist"]
    assert (POWER, "lead") in linked()


def assisting_clock(life, name):
    rows = select(Clock).where(Clock.ticket_id == life.ticket.id, Clock.kind == ClockKind.ASSISTING)
    return db.session.scalars(rows.where(Clock.unit_id == life.unit(name).id)).one()


def test_a_decision_has_an_owner_and_a_limit_and_becomes_an_assisting_order(life):
    def decide(*decisions):
        life.does(coordination.consult, "wujie", units=[life.unit(POWER)], held_on=life.now.date(), outcome="分头办",
                  decisions=[Decided(life.unit(name), duty, life.now.date() + timedelta(days=days))
                             for name, duty, days in decisions])

    life.submit().accept()
    for wrong in ([(LAND, "", 2)], [(LAND, "出红线图", -1)], [(LAND, "一", 2), (LAND, "二", 3)]):
        with pytest.raises(BadInput):
            decide(*wrong)
    decide((LAND, "出红线图", 2))
    life.dispatch(POWER)
    assert dict(linked()) == {POWER: "lead", LAND: "assist"}, "nobody named it at the dispatch"
    assert assisting_clock(life, LAND).due_at == shanghai("2026-08-21 17:30")
    decide((FINANCE, "落实补贴", 5), (POWER, "夜间割接", 1))
    assert assisting_clock(life, FINANCE).due_at == shanghai("2026-08-24 17:30")
    order = db.session.scalars(select(UnitOrder).where(UnitOrder.unit_id == life.unit(FINANCE).id)).one()
    assert order.basis == "会商确定：落实补贴"
    consultation = db.session.scalars(select(Consultation).order_by(Consultation.id.desc())).first()
    assert "市财政局：落实补贴，8月24日前" in consultation.outcome
    calendar = rulebook.current().calendar
    rows = select(Event).where(Event.ticket_id == life.ticket.id).order_by(Event.seq)
    reckoned = {(one.kind, one.unit_id): one.due_at
                for one in reckon([as_happened(row) for row in db.session.scalars(rows)], calendar)}
    for name in (LAND, FINANCE):
        assert reckoned[ClockKind.ASSISTING, life.unit(name).id] == assisting_clock(life, name).due_at


def linked():
    db.session.expire_all()
    rows = (
        select(Organisation.name, UnitOrder.role)
        .join(ConsultationUnit, ConsultationUnit.unit_id == Organisation.id)
        .outerjoin(UnitOrder, UnitOrder.id == ConsultationUnit.order_id)
    )
    return [tuple(row) for row in db.session.execute(rows.order_by(ConsultationUnit.id))]
