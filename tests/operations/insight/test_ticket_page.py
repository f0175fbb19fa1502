"""What the page of a ticket tells, told without a browser."""

import pytest

from models import clock
from models.clocks import ClockKind
from models.tickets import Act, ProposalKind
from operations.access.people import actor_named
from operations.clocks.lights import Light
from operations.insight.ticket_page import clock as deadline
from operations.insight.ticket_page import dossier, offers, papers, rail
from operations.insight.ticket_page.dossier import Dossier
from operations.insight.ticket_page.records import Paper
from operations.tickets import handling, intake
from operations.tickets.situation import Situation
from tests.lives import FINANCE, LAND, shanghai


def seen_by(life, username):
    with clock.standing_at(life.now):
        return dossier.open_for(actor_named(username), life.ticket.number)


def stations(life):
    return {one.name: one for one in rail.stations(seen_by(life, "wujie"))}


def test_a_new_round_begins_behind_coordination(life):
    life.handling().sign().result().reply().call(is_solved=False)
    told = stations(life)
    assert [one.state for one in told.values()] == ["done", "done", "now", "", "", ""]
    assert told["反馈"].lines == ["办结后 1 个工作日"]


def test_a_closed_ticket_has_passed_all_six(life):
    life.handling().sign().result().reply().call().rate()
    assert {one.state for one in stations(life).values()} == {"done"}


def test_a_withdrawn_ticket_stands_nowhere(life):
    life.submit().does(intake.withdraw, life.member, reason="不办了")
    assert {one.state for one in stations(life).values()} == {"done", ""}


def test_time_at_a_station_is_the_sum_of_its_stays(life):
    life.submit().wait(hours=1).accept().wait(hours=1).dispatch(LAND)
    life.send_back("litao", "gaofeng").wait(minutes=30).dispatch(by="wujie")
    assert stations(life)["协调"].lines[1] == "退回 1 次　吴洁　用 1.5 小时"


@pytest.mark.parametrize(
    ("moment", "light", "used"),
    [
        ("2026-08-19 15:00", Light.GREEN, [0, 0, 0, 0, 0]),
        ("2026-08-21 13:00", Light.GREEN, [100, 47, 0, 0, 0]),
        ("2026-08-26 10:00", Light.AMBER, [100, 100, 100, 100, 20]),
        ("2026-08-27 10:00", Light.RED, [100, 100, 100, 100, 100]),
    ],
)
def test_the_bar_fills_day_by_working_day(life, moment, light, used):
    life.handling().sign().does(handling.contact, "chenjing", method="电话", words="已联系")
    life.at(moment)
    panel = deadline.panel(seen_by(life, "wujie"))
    assert panel.light is light
    assert [segment.w for segment in panel.segments] == used


def test_an_enterprise_that_nobody_called_turns_the_light_yellow(life):
    panel = deadline.panel(seen_by(life.handling().sign().at("2026-08-21 13:00"), "wujie"))
    assert panel.light is Light.AMBER


def test_the_yellow_zone_is_outlined(life):
    panel = deadline.panel(seen_by(life.handling().sign(), "wujie"))
    assert [segment.warn for segment in panel.segments] == [False, False, False, True, True]
    assert (panel.scale[0], panel.scale[-1]) == ("8月20日", "8月26日")


def test_a_kept_promise_is_told_when_the_clock_has_stopped(life):
    panel = deadline.panel(seen_by(life.handling().sign().wait(days=1).result().reply().call().rate(), "wujie"))
    assert panel.light is Light.NONE and panel.big.startswith("按时办结，用 ")


def test_a_dossier_answers_the_checks_as_a_situation_does(life):
    """The page and the act must agree, though they read their facts by other statements."""
    life.submit().accept().dispatch(LAND, [FINANCE])
    life.send_back("litao", "gaofeng").dispatch(by="wujie").sign()
    life.propose(ProposalKind.EXTENSION, until=shanghai("2026-08-28").date())
    life.at("2026-08-27 10:00").sweep()
    with clock.standing_at(life.now):
        for username in ("liumin", "chenjing", "zhoujian", "sunyue", "wujie", "hening", "luoshizhang"):
            actor = actor_named(username)
            page, act = Dossier(life.ticket, actor), Situation(life.ticket, actor)
            assert set(page.proposals) == set(act.proposals)
            for fact in ("extensions_granted", "steward_ids", "why_to_keep_out", "open_supervision"):
                assert getattr(page, fact) == getattr(act, fact), (username, fact)
            assert bool(page.ledger_entry) == bool(act.ledger_entry)
            assert {one.id for one in page.clocks} == {one.id for one in act.clocks}


def test_each_panel_has_at_most_one_primary_act(life):
    life.handling()
    for username in ("liumin", "chenjing", "zhoujian", "wujie", "hening", "luoshizhang", "qianwei"):
        panel = offers.panel(seen_by(life, username))
        first = [panel.primary] if panel.primary else []
        listed = [*first, *panel.beside, *panel.folded, *panel.barred, *panel.blocked]
        assert len({one.act for one in listed}) == len(listed), username


def test_an_officer_signs_then_calls_then_reports(life):
    life.handling()
    assert offers.panel(seen_by(life, "chenjing")).primary.act is Act.SIGN
    life.sign()
    assert offers.panel(seen_by(life, "chenjing")).primary.act is Act.CONTACT
    life.does(handling.contact, "chenjing", method="电话", words="已联系")
    assert offers.panel(seen_by(life, "chenjing")).primary.act is Act.PROPOSE_RESULT


def test_the_papers_of_all_rounds_come_in_one_reading(life):
    life.handling().sign().result().reply().call(is_solved=False, words="又停了").result().reply().call().rate()
    page = seen_by(life, "wujie")
    assert [record.round for record in page.papers(Paper.RESULT)] == [1, 2]
    assert [card.number for card in papers.rounds(page)] == [2, 1]
    assert papers.rounds(page)[1].entries[-1][0] == "回访：未解决，满意"


def test_the_first_to_lapse_governs(life):
    page = seen_by(life.handling(), "wujie")
    assert deadline.governing(page).kind is ClockKind.HANDLING
    assert page.ticket.due_at == deadline.governing(page).due_at
