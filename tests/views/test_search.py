"""The search box: what somebody may see, found as they would write it."""

import functools

import pytest

from models import clock
from operations.insight import finding
from tests.lives import START, Life
from tests.views.counting import statements


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


@pytest.mark.parametrize("text", ["云州恒", "轧机", "hzjx", "91990102MA0001XY8X", "1xy8x"])
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


def test_words_of_the_demand_find_the_ticket(asks, ticket):
    page = asks("hening", "送电时间")
    assert ticket.subject in page.words and f"/enterprises/{ticket.enterprise_id}" not in page.links.values()


def test_a_steward_is_found_by_name_and_leads_to_their_enterprises(asks, guest, city):
    page = asks("wujie", "刘敏")
    assert f"/search/stewards/{city.users['liumin'].id}" in page.links.values()
    assert "6 家企业" in page.words
    theirs = guest("wujie").opens(f"/search/stewards/{city.users['liumin'].id}")
    assert "云州恒轧机械有限公司" in theirs.words and "13800002607" not in theirs.html


def test_a_phone_is_shown_masked_and_only_where_its_tail_was_asked_for(asks, city):
    assert "138****2607" in asks("liumin", "2607").words
    assert "138****2607" not in asks("liumin", "恒轧").words


def test_a_registrar_finds_what_the_unit_owns_and_no_more(asks, ticket):
    assert "云州恒轧机械有限公司" in asks("dengli", "恒轧").words
    assert "没有找到" in asks("hejun", "恒轧").words
    assert "没有找到" in asks("dengli", "送电时间").words


def test_what_was_looked_for_is_marked(asks, city):
    assert "云州<mark>恒轧</mark>机械" in asks("liumin", "恒轧").html
    assert "云州<mark>恒轧机械</mark>有限" in asks("liumin", "hzjx").html


def test_a_few_of_each_are_suggested_while_typing(guest, ticket):
    with clock.standing_at(START):
        browser = guest("liumin").client
        said = browser.get("/search/suggest?q=恒轧").text
        assert 'role="option"' in said and f"/tickets/{ticket.number}" in said and "<html" not in said
        assert "没有找到" in browser.get("/search/suggest?q=没有这家").text
        assert "option" not in browser.get("/search/suggest?q=").text


@pytest.mark.parametrize("text", ["恒轧", "公司", "机", "hz", "2607"])
def test_the_number_of_statements_does_not_grow(asks, city, text, monkeypatch):
    asks("hening", text)
    with statements() as rare:
        asks("hening", text)
    monkeypatch.setattr(finding, "candidates", functools.partial(finding.candidates, most=1))
    with statements() as common:
        assert asks("hening", text).status == 200
    assert len(rare) == len(common) <= 20


def test_a_word_that_is_everywhere_is_walked_to_the_same_end(asks, ticket, monkeypatch):
    links = set(asks("tangyi", "云州").links.values())
    monkeypatch.setattr(finding, "candidates", functools.partial(finding.candidates, most=1))
    assert set(asks("tangyi", "云州").links.values()) == links
    assert len([link for link in links if link.startswith("/enterprises/")]) == 4


def test_units_and_regions_are_suggested_while_typing(asks, guest, city):
    with clock.standing_at(START):
        browser = guest("wujie")
        assert browser.client.get("/search/units?q=供电").json == ["市供电公司"]
        assert browser.client.get("/search/regions?q=城东").json == ["城东区", "城东街道"]


def test_a_member_has_no_search_of_officials(asks, ticket):
    assert asks("hengzha", ticket.number).status == 404
