"""After an act the next row of the list one came from is on the screen, and the way back is on top (ui.md §7)."""

import pytest

from models.tickets import ProposalKind
from tests.lives import LAND, Life
from tests.views.tickets_desk import Desk


@pytest.fixture
def three(city):
    """Three tickets of 恒轧 that wait for 刘敏, the oldest first in every list."""
    return [Life(city).wait(minutes=10 * minute).submit(subject=f"第 {minute} 件") for minute in (1, 2, 3)]


def accepted(guest, life, source):
    """刘敏 takes a ticket in from this list; where she is led and what she reads there."""
    desk = Desk(guest, life)
    page = desk.opens("liumin", f"accept?in={source}")
    answer = desk.sends("liumin", page, "accept", category="水电气暖", difficulty="ordinary")
    assert answer.status == 302, answer.words
    return answer.leads_to, desk.opens("liumin", answer.leads_to)


@pytest.mark.parametrize("source", ["/desk", "stage%3Dacceptance", ""])
@pytest.mark.parametrize(("here", "there"), [(0, 1), (1, 2), (2, 1)])
def test_the_next_row_comes_and_after_the_last_the_one_before(guest, three, source, here, there):
    leads_to, page = accepted(guest, three[here], source)

    assert three[there].ticket.number in leads_to and page.h1 == three[there].ticket.subject
    assert f"已受理，请在协调时限内派单。 回到“{three[here].ticket.subject}”" in page.words
    assert three[here].ticket.number in page.links[f"回到“{three[here].ticket.subject}”"]


def test_what_waits_for_somebody_else_is_passed_over(guest, three):
    three[1].accept().dispatch()
    leads_to, _ = accepted(guest, three[0], "/desk")

    assert three[2].ticket.number in leads_to


def test_the_path_above_the_page_leads_back_to_the_list(guest, three):
    assert Desk(guest, three[0]).opens("liumin", "?in=/desk").links["工作台"] == "/desk"
    page = Desk(guest, three[0]).opens("liumin", "?in=stage%3Dacceptance")
    assert '<a href="/tickets?stage=acceptance">办件</a>' in page.html


def test_the_last_one_leads_to_the_empty_desk(guest, city):
    leads_to, _ = accepted(guest, Life(city).submit(), "stage%3Dacceptance")
    assert leads_to.startswith("/tickets/")
    leads_to, page = accepted(guest, Life(city, enterprise="鑫源包装", member="xinyuan").submit(), "/nowhere")
    assert leads_to.startswith("/tickets/") and page.status == 200


def test_whoever_came_from_no_list_stays(guest, three):
    desk = Desk(guest, three[0])
    answer = desk.does("liumin", "accept", category="水电气暖", difficulty="ordinary")
    assert answer.leads_to == f"/tickets/{three[0].ticket.number}"


def test_a_desk_of_somebody_else_is_no_list(guest, three):
    leads_to, page = accepted(guest, three[0], "/dispatch")
    assert leads_to.split("?")[0] == f"/tickets/{three[0].ticket.number}" and page.status == 200


def test_talking_leads_nowhere_else(guest, three):
    desk = Desk(guest, three[0])
    page = desk.opens("liumin", "?in=/desk")
    answer = desk.sends("liumin", page, "say", kind="note", words="内部说一句")
    assert answer.leads_to.split("?")[0] == f"/tickets/{three[0].ticket.number}"


@pytest.mark.parametrize(("source", "username", "verb", "typed"), [
    ("/work", "chenjing", "sign", {}),
    ("/dispatch", "wujie", "dispatch", {"lead": LAND, "basis": "职责"}),
    ("/follow-ups", "xuhui", "follow-up", {"was_reached": "yes", "is_solved": "yes", "is_satisfied": "yes"}),
])
def test_each_desk_leads_through_its_rows(guest, three, source, username, verb, typed):
    for life in three:
        life.accept()
        if source != "/dispatch":
            life.dispatch()
        if source == "/follow-ups":
            life.sign().result().reply()
    desk = Desk(guest, three[0])
    page = desk.opens(username, f"{verb}?in={source}")
    answer = desk.sends(username, page, verb, **typed)

    assert answer.leads_to.split("?")[0] == f"/tickets/{three[1].ticket.number}", answer.words


def test_signing_leads_through_the_desk_and_then_to_its_end(guest, three):
    waiting = [life.accept().dispatch().sign().propose(ProposalKind.SEND_BACK, basis="三定") for life in three[:2]]
    desk = Desk(guest, three[1])

    answer = desk.sends("zhoujian", desk.opens("zhoujian", f"/sign-offs/{waiting[0].id}"), "grant")
    assert answer.leads_to == f"/sign-offs/{waiting[1].id}"
    answer = desk.sends("zhoujian", desk.opens("zhoujian", answer.leads_to), "grant")
    assert answer.leads_to == "/sign-offs"
