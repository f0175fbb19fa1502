"""登记簿 on rows made by hand: figures in literals, every figure the count of its own list, statements that stay few."""

from datetime import date

import pytest

from models import clock
from models.tickets import Difficulty, LedgerClass, ProposalKind
from operations.access.people import actor_named
from operations.clocks.calendar import Limit
from operations.insight.registers import consultations, extensions, instructions, ledger, register, results
from operations.insight.registers.register import Narrowing
from operations.tickets import conversation, coordination, handling
from operations.tickets import instructions as answering
from operations.tickets import proposals
from tests.conftest import settle_city
from tests.lives import FINANCE, LAND, POWER, Life, shanghai
from tests.shared import some
from tests.views.counting import statements

pytestmark = pytest.mark.shares_rows
NOW = shanghai("2026-10-25 10:00")
AUGUST = date(2026, 8, 1)
REGISTERS = [one.REGISTER for one in (extensions, ledger, instructions, consultations, results)]


@pytest.fixture(scope="module")
def rows(app, database):
    """Everything of each register, once."""
    with app.app_context():
        city = settle_city(database)
        extended(city)
        on_the_ledger(city)
        instructed(city)
        consulted(city)
    yield city
    with app.app_context():
        database.restore()


def extended(city):
    """Asked for five times: granted twice on one ticket, declined, waiting, and granted to the land bureau."""
    granted = Life(city).handling().wait(hours=1)
    granted.grant(granted.propose(ProposalKind.EXTENSION, until=date(2026, 8, 28))).wait(hours=1)
    proposal = granted.propose(ProposalKind.RESULT, reason="太早", result_kind="solved")
    granted.does(proposals.decline, "zhoujian", proposal, words="还没送电")
    waiting = granted.ticket  # at the clerk's desk
    twice = Life(city).handling().wait(hours=1)
    for day, by in ((28, "wujie"), (31, "hening")):
        asked = twice.propose(ProposalKind.EXTENSION, until=date(2026, 8, day))
        twice.grant(asked).grant(asked, by=by)
    twice.at("2026-08-27 10:00").result()
    declined = Life(city).handling().wait(hours=1)
    asked = declined.propose(ProposalKind.EXTENSION, until=date(2026, 8, 28))
    declined.does(proposals.decline, "zhoujian", asked, words="不需要")
    declined.at("2026-08-28 10:00").result()
    land = theirs(city).wait(hours=1)
    asked = land.propose(ProposalKind.EXTENSION, until=date(2026, 8, 28))
    land.grant(asked).grant(asked, by="wujie").result()
    return waiting


def theirs(city):
    life = Life(city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang")
    life.officer, life.leader = "litao", "gaofeng"
    return life.submit().accept().dispatch(LAND)


def on_the_ledger(city):
    for began, kind in (("2026-08-19", "funds"), ("2026-09-20", "policy"), ("2026-10-10", "funds")):
        life = Life(city).at(f"{began} 09:00")
        life.submit().accept(Difficulty.COMPLEX).dispatch().wait(hours=1)
        until = date(2026, 11, 10)
        entering = life.propose(ProposalKind.LEDGER, "zhoujian", until=until, ledger_class=LedgerClass(kind))
        life.grant(entering, by="hening")
    life.wait(hours=1).grant(life.propose(ProposalKind.STRIKE_OFF, "zhoujian"), by="hening")
    for answered in (True, False):
        life = Life(city).at("2026-10-12 09:00")
        life.submit().accept(Difficulty.COMPLEX).dispatch().wait(hours=1)
        asked = life.propose(ProposalKind.LEDGER, "zhoujian", until=until, ledger_class=LedgerClass.POLICY)
        if answered:
            life.does(proposals.decline, "hening", asked, words="政策已经明确")


def instructed(city):
    for words, answer in (("一", "已办"), ("二", "已办"), ("三", "")):
        life = Life(city).handling()
        given = life.does(conversation.instruct, "luoshizhang", words=words, limit=Limit(3, "d"))
        assert given is None
        if answer:
            life.wait(hours=3).does(answer_the_last, "zhoujian", words=answer)
    life = Life(city).submit()
    life.does(conversation.instruct, "luoshizhang", words="四", limit=Limit(3, "d"))
    life.wait(days=20).does(answer_the_last, "wujie", words="已派单")
    life.does(judge_the_last, "luoshizhang")


def answer_the_last(ticket, *, actor, words):
    conversation.answer_instruction(ticket, actor=actor, instruction_id=last_of(ticket), words=words)


def judge_the_last(ticket, *, actor):
    answering.accept(ticket, actor=actor, instruction_id=last_of(ticket))


def last_of(ticket):
    rows = conversation.select(conversation.Instruction.id).where(conversation.Instruction.ticket_id == ticket.id)
    return conversation.db.session.scalars(rows).one()


def consulted(city):
    life = Life(city).submit().accept()
    life.does(coordination.consult, "wujie", units=[life.unit(POWER)], held_on=date(2026, 8, 19), outcome="由供电办")
    life.dispatch(LAND)
    life.does(coordination.consult, "wujie", units=[life.unit(FINANCE), life.unit(LAND)], held_on=date(2026, 8, 19),
              outcome="财政协办")
    life.wait(days=20).does(handling.report_assistance, "sunyue", report="拨了")


def figures_of(one, username="hening", month=AUGUST):
    with clock.standing_at(NOW):
        found = register.figures(one, actor_named(username), month)
    return {row.unit: ({state.value if state else "": count for state, count in row.counts if count}, row.more)
            for row in found}


def test_extensions_by_unit_with_the_days_granted(rows):
    assert figures_of(extensions.REGISTER) == {
        "市供电公司": ({"": 4, "waiting": 1, "granted": 2, "declined": 1, "second": 1}, "3 天"),
        "市自然资源局": ({"": 1, "granted": 1}, "2 天"),
    }


def test_results_in_time_with_extensions_and_without(rows):
    assert figures_of(results.REGISTER) == {
        "市供电公司": ({"": 2, "in_time": 1, "extended": 1, "late": 1}, "50% / 0%"),
        "市自然资源局": ({"": 1, "in_time": 1, "unextended": 1}, "100% / 100%"),
    }


def test_the_ledger_by_what_was_asked_by_age_and_what_was_struck_off(rows):
    assert figures_of(ledger.REGISTER, month=None) == {
        "市供电公司": ({"": 5, "waiting": 1, "declined": 1, "open": 2, "to_60": 1, "to_90": 1, "struck_off": 1}, ""),
    }


def test_instructions_answered_in_time_or_late(rows):
    assert figures_of(instructions.REGISTER) == {
        "市供电公司": ({"": 3, "open": 1, "answered": 2, "in_time": 2, "late": 1}, ""),
        "尚未派单": ({"": 1, "accepted": 1, "late": 1}, ""),
    }


def test_consultations_by_unit_with_their_orders(rows):
    assert figures_of(consultations.REGISTER) == {
        "市供电公司": ({"": 1, "unordered": 1}, ""),
        "市财政局": ({"": 1, "ordered": 1, "done": 1, "late": 1}, ""),
        "市自然资源局": ({"": 1, "ordered": 1, "open": 1}, ""),
    }


@pytest.mark.parametrize("one", REGISTERS, ids=lambda one: one.name)
def test_every_figure_is_the_count_of_its_list(rows, one):
    with clock.standing_at(NOW):
        for username in some(("hening", "zhoujian"), 2):
            actor = actor_named(username)
            for row in register.figures(one, actor, AUGUST):
                for state, count in row.counts:
                    narrowing = Narrowing(state=state, month=AUGUST, unit_id=row.unit_id)
                    assert register.count(one, actor, narrowing) == count, (username, row.unit, state)
                assert len(register.page_rows(one, actor, narrowing).rows) == count


@pytest.mark.parametrize("one", REGISTERS, ids=lambda one: one.name)
def test_every_state_can_be_asked_for_and_told(rows, one):
    with clock.standing_at(NOW):
        for state in one.states:
            for row in register.page_rows(one, actor_named("hening"), Narrowing(state=state)).rows:
                assert one.state_of(row) and all(isinstance(column.told(row), str) for column in one.columns)


def test_a_unit_sees_its_own_and_nobody_else_sees_any(rows):
    assert set(figures_of(extensions.REGISTER, "litao")) == {"市自然资源局"}
    assert set(figures_of(consultations.REGISTER, "sunyue")) == {"市财政局"}
    assert set(figures_of(extensions.REGISTER, "tangyi")) == {"市供电公司"}
    for nobody in ("liumin", "hengzha", "admin"):
        assert not figures_of(extensions.REGISTER, nobody)


def test_a_class_and_a_page_narrow_the_list(rows):
    with clock.standing_at(NOW):
        actor = actor_named("hening")
        assert register.count(ledger.REGISTER, actor, Narrowing(kind=LedgerClass.FUNDS)) == 2
        offered = [unit for _, unit in register.units(actor)]
        assert "市供电公司" in offered and "市企服中心" not in offered
        assert [unit for _, unit in register.units(actor_named("litao"))] == ["市自然资源局"]


def test_the_figures_take_as_many_statements_for_one_unit_as_for_all(rows):
    def counted(username):
        with statements() as seen:
            for one in REGISTERS:
                figures_of(one, username)
        return [text for text in seen if "GROUP BY" in text or "deadline_extensions" in text]

    assert len(counted("hening")) == len(counted("litao")) == 7
