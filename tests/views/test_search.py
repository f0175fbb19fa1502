"""The search box: what somebody may see, found as they would write it."""

import pytest

from models import clock
from tests.lives import START, Life


@pytest.fixture
def asks(guest, city):
    def ask(username, text):
        with clock.standing_at(START):
            return guest(username).opens(f"/search?q={text}")

    return ask


@pytest.fixture
def ticket(city):
    return Life(city).handling().ticket


def test_a_whole_number_leads_to_the_ticket(asks, ticket):
    assert asks("chenjing", ticket.number).leads_to == f"/tickets/{ticket.number}"


def test_the_last_digits_find_it(asks, ticket):
    assert ticket.subject in asks("chenjing", ticket.number[-4:]).words


@pytest.mark.parametrize("text", ["云州恒", "恒轧", "91990102MA0001XY8X"])
def test_an_enterprise_and_its_tickets_are_found_together(asks, ticket, text):
    page = asks("liumin", text)
    assert "云州恒轧机械有限公司" in page.words and ticket.subject in page.words


def test_nobody_finds_what_is_not_theirs(asks, ticket):
    for username in ("litao", "wangqiang"):
        assert "没有找到" in asks(username, ticket.number).words
        assert "没有找到" in asks(username, "云州恒").words


def test_an_officer_finds_tickets_but_no_directory(asks, ticket):
    page = asks("chenjing", "云州恒")
    assert ticket.subject in page.words
    assert "/enterprises/" not in "".join(page.links.values())


@pytest.mark.parametrize("text", ["", "%25", "_", "'; DROP TABLE tickets;--", "没有这家"])
def test_nothing_found_is_said_in_words(asks, ticket, text):
    page = asks("hening", text)
    assert page.status == 200
    assert "没有找到" in page.words or "输入要找的内容" in page.words


def test_units_and_regions_are_suggested_while_typing(asks, guest, city):
    with clock.standing_at(START):
        browser = guest("wujie")
        assert browser.client.get("/search/units?q=供电").json == ["市供电公司"]
        assert browser.client.get("/search/regions?q=城东").json == ["城东区", "城东街道"]


def test_a_member_has_no_search_of_officials(asks, ticket):
    assert asks("hengzha", ticket.number).status == 404
