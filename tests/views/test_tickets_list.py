"""The list: everybody's own tickets, narrowed by the URL, page by page, in the same few statements at any size."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from models import clock
from models.base import db
from models.tickets import Ticket, TicketKind
from tests.lives import LAND, POWER, START, Life
from tests.views.counting import statements


@pytest.fixture
def three(city):
    """One ticket handled by power for 恒轧, one new of 鑫源, one of another district handled by land."""
    lives = {
        "power": Life(city).handling(),
        "new": Life(city, enterprise="鑫源包装", member="xinyuan").submit(kind=TicketKind.CONSULTATION, subject="补贴怎么申报"),
        "land": Life(city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang").submit().accept().dispatch(LAND),
    }
    return {name: life.ticket.number for name, life in lives.items()}


@pytest.fixture
def reads(guest):
    """``reads("liumin", "?light=red")`` is what stands in the list at 10:00 of the first day."""

    def read(username, query="", moment=START + timedelta(hours=1)):
        with clock.standing_at(moment):
            page = guest(username).opens(f"/tickets{query}")
        assert page.status == 200
        return page

    return read


def listed(page):
    rows = re.findall(r'<a class="item__t" href="/tickets/(ZQ-[\d-]+)', page.html)
    return list(dict.fromkeys(rows))


@pytest.mark.parametrize(
    ("username", "seen"),
    [
        ("liumin", {"power", "new"}),
        ("wangqiang", {"land"}),
        ("chenjing", {"power"}),
        ("gaofeng", {"land"}),
        ("sunyue", set()),
        ("wujie", {"power", "new", "land"}),
        ("tangyi", {"power", "new"}),
        ("hening", {"power", "new", "land"}),
        ("luoshizhang", {"power", "new", "land"}),
        ("qianwei", {"power", "new", "land"}),
    ],
)
def test_everybody_finds_their_own(three, reads, username, seen):
    assert set(listed(reads(username))) == {three[name] for name in seen}


@pytest.mark.parametrize("username", ["hengzha", "admin", "security", "audit"])
def test_whoever_has_no_tickets_to_work_on_has_no_list(three, guest, username):
    assert guest(username).opens("/tickets").status == 404


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("?stage=handling", {"power", "land"}),
        ("?stage=handling&stage=acceptance", {"power", "new", "land"}),
        ("?status=submitted", {"new"}),
        ("?kind=consultation", {"new"}),
        ("?kind=consultation&kind=help", {"power", "new", "land"}),
        ("?light=green", {"power", "new", "land"}),
        ("?light=red", set()),
        ("?overdue=1", set()),
        ("?unit=市供电公司", {"power"}),
        ("?unit=云州市自然资源局", {"land"}),
        ("?unit=没有这个局", set()),
        ("?region=990102", {"power", "new"}),
        ("?region=高新区", {"land"}),
        ("?q=云州鑫源", {"new"}),
        ("?q=鑫源包装", {"new"}),
        ("?q=包装", {"new"}),
        ("?view=closed", set()),
        ("?view=all", {"power", "new", "land"}),
        ("?stage=nonsense&light=%25&kind=", {"power", "new", "land"}),
        ("?after=nonsense", {"power", "new", "land"}),
    ],
)
def test_each_filter_narrows_the_list(three, reads, query, seen):
    assert set(listed(reads("hening", query))) == {three[name] for name in seen}


def test_a_ticket_is_found_by_its_number_its_tail_and_the_credit_code(three, reads, city):
    number, code = three["power"], city.enterprises["恒轧机械"].credit_code
    for asked in (number, number.lower(), number[3:], number[-7:], number[-4:], code, code.lower()):
        assert three["power"] in listed(reads("hening", f"?q={asked}")), asked


def test_nobody_finds_what_is_not_theirs_by_its_number(three, reads):
    assert listed(reads("chenjing", f"?q={three['land']}")) == []


def test_what_waits_for_me_goes_by_my_role(three, reads):
    assert listed(reads("liumin", "?mine=1")) == [three["new"]]
    assert listed(reads("chenjing", "?mine=1")) == [three["power"]]


def test_a_late_ticket_is_red_in_words_and_in_the_filter(three, reads):
    late = reads("hening", "?overdue=1&sort=due", START + timedelta(days=30))
    assert set(listed(late)) == set(three.values())
    assert "逾期" in late.words and "light-red" in late.html


def test_pills_lead_to_the_list_without_them(three, reads):
    page = reads("hening", "?stage=handling&light=green&unit=市供电公司")
    assert "去掉筛选：主办：市供电公司" in page.words
    without = page.links["去掉筛选：绿灯"]
    assert "stage=handling" in without and "light" not in without


def test_conditions_that_are_set_do_not_hide_in_a_fold(three, reads):
    folded, open_ = '<details class="why"><summary>更多条件', '<details class="why" open><summary>更多条件'
    assert folded in reads("hening", "?light=green").html
    assert open_ in reads("hening", "?kind=help").html


def test_an_empty_list_says_why_and_offers_the_way_out(three, reads):
    assert reads("hening", "?light=hold").links["清空筛选"] == "/tickets"
    assert "现在没有在办的办件" in reads("sunyue").words


def test_the_list_is_sorted_by_time_left(three, reads):
    due = dict(db.session.execute(select(Ticket.number, Ticket.due_at)).all())
    shown = [due[number] for number in listed(reads("hening"))]
    assert shown == sorted(shown)


def many(city, count):
    """More tickets, as rows: the list reads nothing else of them."""
    enterprise, unit = city.enterprises["恒轧机械"], city.organisations[POWER]
    before = db.session.scalar(select(func.count()).select_from(Ticket))
    same = {
        "subject": "一件", "content": "内容", "kind": TicketKind.HELP, "channel": "platform", "urgency": "ordinary",
        "enterprise_id": enterprise.id, "region_id": enterprise.region_id,
        "region_path": city.regions["990102001"].path, "status": "handling", "lead_unit_id": unit.id,
        "round": 1, "version": 1, "rung": 0, "is_provisional": False,
        "is_confidential": False, "submitted_at": START, "warn_at": START + timedelta(days=1),
    }
    places = range(before + 1, before + count + 1)
    rows = [same | {"number": f"ZQ-2026-08-{at:07d}", "due_at": START + timedelta(days=1 + at % 9)} for at in places]
    db.session.execute(insert(Ticket), rows)
    db.session.commit()


@pytest.mark.parametrize("sort", ["due", "new"])
def test_pages_show_every_ticket_once_forwards_and_backwards(city, reads, sort):
    many(city, 60)
    pages = [reads("hening", f"?sort={sort}")]
    while "下一页" in pages[-1].links:
        pages.append(reads("hening", pages[-1].links["下一页"].removeprefix("/tickets")))
    assert [len(listed(page)) for page in pages] == [25, 25, 10]
    forwards = [number for page in pages for number in listed(page)]
    assert len(set(forwards)) == 60
    back = reads("hening", pages[-1].links["上一页"].removeprefix("/tickets"))
    assert listed(back) == forwards[25:50]


def test_only_who_asks_has_the_list_counted(city, reads):
    many(city, 60)
    page = reads("hening")
    assert "多于 25 件" in page.words
    assert "60 件" in reads("hening", page.links["数一数"].removeprefix("/tickets")).words


@pytest.mark.parametrize("query", ["", "?light=green&stage=handling&region=990102&unit=市供电公司&count=1"])
def test_the_number_of_statements_does_not_grow(city, guest, query):
    with clock.standing_at(START):
        browser, counts = guest("hening"), []
    for _ in range(2):
        many(city, 100)
        with clock.standing_at(START):
            browser.opens(f"/tickets{query}")
            with statements() as seen:
                browser.opens(f"/tickets{query}")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8


def test_prev_and_next_follow_the_list_the_ticket_was_opened_from(city, three, guest):
    with clock.standing_at(START + timedelta(hours=1)):
        page = guest("hening").opens("/tickets?stage=handling")
        first, second = listed(page)
        opened = guest("hening").opens(re.search(rf'href="(/tickets/{first}[^"]+)"', page.html)[1])
    assert "上一件" not in opened.links
    assert opened.links["下一件"].startswith(f"/tickets/{second}?in=stage")


def test_a_closed_ticket_stands_in_its_own_view(city, reads):
    life = Life(city).handling().sign().result().reply().call().rate()
    assert listed(reads("chenjing")) == []
    assert listed(reads("chenjing", "?view=closed")) == [life.ticket.number]
    assert "已办结" in reads("chenjing", f"?q={life.ticket.number[-4:]}").words
